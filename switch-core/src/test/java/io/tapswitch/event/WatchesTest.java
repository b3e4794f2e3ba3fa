package io.tapswitch.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StormConfig;
import io.tapswitch.event.EventJournal.Ring;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What makes few events of very much that happens. */
class WatchesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final EventJournal journal = new EventJournal("here", () -> Instant.EPOCH);

    private List<String> told() {
        return journal.after(0, Set.of(Ring.OPERATION), 1000).entries().stream()
                .map(entry -> entry.event().kind() + ": " + entry.event().text())
                .toList();
    }

    @Test
    void aStormIsOneEventAtEachEnd() {
        PortCounters counters = new PortCounters(1);
        PortConfig config = PortConfig.of("web1", "memory", null, "settings")
                .but()
                .storm(new StormConfig(null, 10, 20))
                .build();
        StormWatch.Ports ports = looker -> looker.accept(config, counters);
        StormWatch storms = new StormWatch(journal);
        storms.look(ports, 0);
        for (int second = 1; second <= 4; second++) {
            counters.dropped(0, DropReason.STORM_BROADCAST, 100);
            counters.dropped(0, DropReason.STORM_UNKNOWN_UNICAST, 100);
            storms.look(ports, second * SECOND);
        }
        assertThat(told())
                .containsExactly(
                        "storm: port web1: broadcast storm: frames over the budget of 20 a second are dropped");
        for (int second = 5; second <= 20; second++) {
            storms.look(ports, second * SECOND);
        }
        assertThat(told())
                .hasSize(2)
                .last()
                .isEqualTo("storm-over: port web1: broadcast storm is over: 400 frames were dropped in 4 s");
        counters.dropped(0, DropReason.STORM_BROADCAST);
        storms.look(looker -> {}, 21 * SECOND);
        assertThat(told()).hasSize(2);
    }

    @Test
    void aStormOfAPortThatHasNoBudgetAnyMoreEnds() {
        PortCounters counters = new PortCounters(1);
        PortConfig free = PortConfig.of("web1", "memory", null, "settings");
        PortConfig bound = free.but().storm(new StormConfig(null, null, 20)).build();
        StormWatch storms = new StormWatch(journal);
        counters.dropped(0, DropReason.STORM_BROADCAST, 100);
        storms.look(looker -> looker.accept(bound, counters), SECOND);
        for (int second = 2; second <= 20; second++) {
            storms.look(looker -> looker.accept(free, counters), second * SECOND);
        }
        assertThat(told()).hasSize(2).last().asString().startsWith("storm-over: port web1: broadcast storm is over");
    }

    @Test
    void portsWithoutBudgetsAreLookedAtWithoutGarbage() {
        PortCounters counters = new PortCounters(1);
        PortConfig config = PortConfig.of("web1", "memory", null, "settings");
        StormWatch storms = new StormWatch(journal);
        PortConfig bound = config.named("web2")
                .but()
                .storm(new StormConfig(null, null, 20))
                .build();
        StormWatch.Ports ports = looker -> {
            looker.accept(bound, counters);
            for (int i = 0; i < 1000; i++) {
                looker.accept(config, counters);
            }
        };
        for (int look = 0; look < 200; look++) {
            storms.look(ports, look);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int look = 0; look < 100; look++) {
            storms.look(ports, look);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 * 1000);
    }

    @Test
    void aFullTableIsOneEventAtEachEnd() {
        LimitWatch limits = new LimitWatch(journal);
        Map<String, LimitWatch.Table> tables =
                Map.of("blue", new LimitWatch.Table(7, 7), "red", new LimitWatch.Table(3, 7));
        for (int second = 1; second <= 5; second++) {
            limits.evicted("blue");
            limits.evicted("red");
            limits.evicted("gone");
            limits.look(tables, second * SECOND);
        }
        assertThat(told())
                .hasSize(2)
                .anyMatch(text -> text.startsWith("limit-reached: network blue: the FDB has learned 7 stations"))
                .anyMatch(text -> text.startsWith("limit-reached: network red: a port has learned"));
        limits.look(tables, 100 * SECOND);
        assertThat(told()).hasSize(4).last().asString().contains("no station has to make room any more; 5 had to");
    }

    @Test
    void aStationThatMovesToAndFroIsToldOnceUntilItRests() {
        DuplicateWatch duplicates = new DuplicateWatch();
        int told = 0;
        for (int second = 0; second < 60; second++) {
            told += duplicates.moved("blue", 1, second * SECOND) ? 1 : 0;
            assertThat(duplicates.moved("blue", 1000 + second, second * SECOND)).isFalse();
        }
        assertThat(told).isEqualTo(1);
        for (int second = 1000; second < 1004; second++) {
            assertThat(duplicates.moved("blue", 1, second * SECOND)).isFalse();
        }
        assertThat(duplicates.moved("blue", 1, 1004 * SECOND)).isTrue();
    }

    @Test
    void movesNowAndThenAreNoDuplicate() {
        DuplicateWatch duplicates = new DuplicateWatch();
        for (int move = 0; move < 50; move++) {
            assertThat(duplicates.moved("blue", 1, move * 46 * SECOND)).isFalse();
        }
        for (int move = 0; move < 4; move++) {
            assertThat(duplicates.moved("blue", 2, move)).isFalse();
        }
        duplicates.forget("blue", 2);
        assertThat(duplicates.moved("blue", 2, 5)).isFalse();
    }
}
