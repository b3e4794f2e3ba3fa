package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ProblemTest {
    @Test
    void aDefectIsLoggedUnderTheIdThatTheClientGetsAndTellsNothingElse() {
        Logger logger = (Logger) LoggerFactory.getLogger(Problem.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        Answer answer = Problem.from(new IllegalStateException("secret")).answer("/api/v1/ports");
        logger.setAdditive(true);
        logger.detachAppender(lines);

        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(body).doesNotContain("secret", "Exception");
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getThrowableProxy().getMessage()).isEqualTo("secret");
            assertThat(body).contains(String.valueOf(line.getArgumentArray()[0]));
        });
    }
}
