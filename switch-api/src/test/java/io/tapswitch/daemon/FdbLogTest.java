package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tapswitch.FdbEvent;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable.Change;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FdbLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(FdbLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now;
    private final FdbLog log = new FdbLog(() -> now);

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        logger.addAppender(lines);
        lines.start();
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    private void event(Change change, int times) {
        for (int i = 0; i < times; i++) {
            log.accept(new FdbEvent("default", change, 0x0200_0000_0001L, "web1", FdbEntry.Type.DYNAMIC, null));
        }
    }

    private List<String> infos() {
        return lines.list.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void logsMovesAndKeepsLearningForDebugging() {
        event(Change.LEARNED, 3);
        event(Change.MOVED, 2);
        assertThat(infos()).hasSize(2).allMatch(line -> line.contains("02:00:00:00:00:01 moved on port web1"));
    }

    @Test
    void aStormOfMovesIsAFewLinesASecond() {
        event(Change.MOVED, 1000);
        assertThat(infos()).hasSize(5);
        now += TimeUnit.SECONDS.toNanos(1);
        event(Change.MOVED, 1);
        assertThat(infos()).hasSize(7).contains("995 more FDB entries moved");
    }
}
