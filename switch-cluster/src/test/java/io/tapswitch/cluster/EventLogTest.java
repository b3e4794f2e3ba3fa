package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.overlay.HostEvent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private final EventLog log = new EventLog("a", () -> Instant.ofEpochSecond(5));

    @Test
    void keepsTheLastEventsAndCountsAll() {
        for (int i = 0; i < EventLog.KEPT + 10; i++) {
            log.add("kind", "subject" + i, "text");
        }

        assertThat(log.events())
                .hasSize(EventLog.KEPT)
                .startsWith(new HostEvent(Instant.ofEpochSecond(5), "a", "kind", "subject10", "text"))
                .endsWith(
                        new HostEvent(Instant.ofEpochSecond(5), "a", "kind", "subject" + (EventLog.KEPT + 9), "text"));
        assertThat(log.changes()).isEqualTo(EventLog.KEPT + 10);
    }

    @Test
    void whatWasReadStaysAsItWas() {
        log.add("kind", "subject", "text");
        List<HostEvent> before = log.events();

        log.add("kind", "other", "text");

        assertThat(before).hasSize(1);
    }
}
