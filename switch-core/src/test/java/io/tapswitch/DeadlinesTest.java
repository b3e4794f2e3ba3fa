package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.PortConfig;
import io.tapswitch.config.QuarantineConfig;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final Instant START = Instant.parse("2030-01-31T12:00:00Z");

    private final List<String> done = new ArrayList<>();
    private final Deadlines deadlines = new Deadlines(this::forget, () -> done.add("settle"));
    private SwitchConfig config =
            SwitchConfig.EMPTY.with(quarantined("early", 10)).with(quarantined("late", 20));
    private boolean isDiskFull;

    private static PortConfig quarantined(String name, int seconds) {
        String expires = START.plusSeconds(seconds).toString();
        return PortConfig.of(name, "memory", null, "settings")
                .withQuarantine(new QuarantineConfig("analysis", expires));
    }

    private void forget(Instant now) throws IOException {
        done.add("forget");
        if (isDiskFull) {
            throw new IOException("no space left");
        }
        config = config.withoutExpired(now);
    }

    private List<String> look(int second) {
        done.clear();
        deadlines.look(config, START.plusSeconds(second), second * 1_000_000_000L);
        return List.copyOf(done);
    }

    @Test
    void forgetsWhatIsOverAndDoesNothingElse() {
        assertThat(look(9)).isEmpty();
        assertThat(look(10)).containsExactly("forget");
        assertThat(look(11)).isEmpty();
        assertThat(look(20)).containsExactly("forget");
        assertThat(config).isEqualTo(config.withoutExpired(Instant.MAX));
    }

    @Test
    void takesTheEffectFromWhatTheDiskKeepsAndTriesAgainNowAndThen() {
        isDiskFull = true;
        assertThat(look(10)).containsExactly("forget", "settle");
        assertThat(look(19)).isEmpty();
        assertThat(look(20)).as("another one is over").containsExactly("settle");
        assertThat(look(39)).isEmpty();
        assertThat(look(40)).containsExactly("forget");
        isDiskFull = false;
        assertThat(look(69)).isEmpty();
        assertThat(look(70)).containsExactly("forget");
        assertThat(look(71)).isEmpty();
    }

    @Test
    void takesTheEffectOfTheSameAgainAfterSomebodyElseTookItOut() {
        isDiskFull = true;
        config = SwitchConfig.EMPTY.with(quarantined("early", 10));
        assertThat(look(10)).containsExactly("forget", "settle");
        config = SwitchConfig.EMPTY;
        assertThat(look(11)).isEmpty();
        config = SwitchConfig.EMPTY.with(quarantined("early", 20));
        assertThat(look(19)).isEmpty();
        assertThat(look(20)).containsExactly("forget", "settle");
    }

    @Test
    void takesTheEffectOfTheSameAgainAfterTheDiskLetGo() {
        isDiskFull = true;
        config = SwitchConfig.EMPTY.with(quarantined("early", 10));
        assertThat(look(10)).containsExactly("forget", "settle");
        isDiskFull = false;
        assertThat(look(40)).containsExactly("forget");
        isDiskFull = true;
        config = SwitchConfig.EMPTY.with(quarantined("early", 41));
        assertThat(look(41)).containsExactly("forget", "settle");
    }
}
