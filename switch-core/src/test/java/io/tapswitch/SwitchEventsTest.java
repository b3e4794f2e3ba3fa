package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tapswitch.PortView.Status;
import io.tapswitch.SwitchEvents.PortSight;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.QuarantineConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.memory.MemoryDriver;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SwitchEventsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final PortConfig WEB1 = PortConfig.of("web1", "memory", null, new MemoryDriver.Settings(null));

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final SwitchEvents events = new SwitchEvents(() -> now);
    private final List<String> told = new ArrayList<>();

    SwitchEventsTest() {
        events.listen(event -> told.add(event.kind().label() + " " + event.subject() + ": " + event.text()));
    }

    private static PortSight sight(Status status, String reason, int since) {
        return new PortSight(WEB1, null, status, reason, Instant.ofEpochSecond(since));
    }

    private List<String> look(int second, PortSight... sights) {
        told.clear();
        events.update(SwitchConfig.EMPTY, List.of(sights), second * SECOND);
        return List.copyOf(told);
    }

    @Test
    void whatIsThereFromTheStartIsToldOnlyIfItIsNotUp() {
        assertThat(look(0, sight(Status.UP, null, 1))).isEmpty();
        assertThat(new SwitchEventsTest().look(0, sight(Status.FAILED, "no device", 1)))
                .containsExactly("port-failed web1: port web1: failed: no device");
    }

    @Test
    void tellsHowAPortComesFailsReturnsAndGoes() {
        look(0);
        assertThat(look(1, sight(Status.UP, null, 1)))
                .containsExactly(
                        "port-added web1: port web1: added, memory in network default", "port-up web1: port web1: up");
        assertThat(look(2, sight(Status.UP, null, 1))).isEmpty();
        assertThat(look(3, sight(Status.FAILED, "cut", 3))).containsExactly("port-failed web1: port web1: failed: cut");
        assertThat(look(4, sight(Status.UP, null, 4))).containsExactly("port-up web1: port web1: up");
        assertThat(look(5, sight(Status.UP, null, 5)))
                .as("opened anew between two looks")
                .containsExactly("port-up web1: port web1: up");
        assertThat(look(6)).containsExactly("port-removed web1: port web1: removed");
    }

    @Test
    void aFarSideThatTakesFramesNowAndThenIsToldOfOnlyEveryFewSeconds() {
        look(0);
        look(1, sight(Status.UP, null, 1));
        int count = 0;
        for (int second = 2; second <= 21; second++) {
            Status status = second % 2 == 0 ? Status.WAITING : Status.UP;
            count += look(second, sight(status, status == Status.UP ? null : "waits", 1))
                    .size();
        }
        assertThat(count).isBetween(2, 4);
        look(22, sight(Status.WAITING, "waits", 1));
        assertThat(look(30, sight(Status.UP, null, 1)).size()
                        + look(40, sight(Status.UP, null, 1)).size())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void namesTheFieldsThatAreConfiguredInAnotherWay() {
        look(0);
        look(1, sight(Status.UP, null, 1));
        PortConfig locked = WEB1.but().enabled(false).locked(true).build();
        PortSight changed = new PortSight(locked, null, Status.DISABLED, null, Instant.ofEpochSecond(1));
        assertThat(look(2, changed))
                .containsExactly(
                        "port-changed web1: port web1: enabled, locked changed",
                        "port-disabled web1: port web1: disabled");
    }

    @Test
    void looksAtAThousandPortsThatDidNotChangeWithoutGarbage() {
        List<PortSight> sights = IntStream.range(0, 1000)
                .mapToObj(i -> new PortSight(WEB1.named("p" + i), null, Status.UP, null, Instant.EPOCH))
                .toList();
        SwitchConfig config = SwitchConfig.EMPTY;
        for (int look = 0; look < 200; look++) {
            events.update(config, sights, look);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int look = 0; look < 100; look++) {
            events.update(config, sights, look);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(100 * 1000);
        assertThat(told).isEmpty();
    }

    @Test
    void anotherObjectThatSaysTheSameIsNoChangeAndIsKnownFromThenOn() {
        look(0, sight(Status.UP, null, 1));
        assertThat(look(1, sight(Status.UP, null, 1))).isEmpty();
        PortSight waiting = sight(Status.WAITING, "waits", 1);
        assertThat(look(9, waiting)).hasSize(1);
        assertThat(look(10, waiting)).isEmpty();
        assertThat(look(11, sight(Status.UP, null, 1))).as("told of lately").isEmpty();
        assertThat(look(12, waiting)).isEmpty();
    }

    @Test
    void aListenerThatFailsKeepsNobodyElseFromHearing() {
        List<String> later = new ArrayList<>();
        events.listen(event -> {
            throw new IllegalStateException("this listener fails");
        });
        events.listen(event -> later.add(event.subject()));
        look(0, sight(Status.FAILED, "no device", 1));
        assertThat(later).containsExactly("web1");
    }

    @Test
    void tellsOfNetworks() {
        NetworkConfig blue = new NetworkConfig("blue", 10, null, null, null, null, null, null, null);
        NetworkConfig wider = new NetworkConfig("blue", 10, null, 9000, null, null, null, null, null);
        SwitchConfig none = SwitchConfig.EMPTY;
        events.update(none, List.of(), 0);
        events.update(none.with(blue), List.of(), 0);
        events.update(none.with(wider), List.of(), 0);
        events.update(none, List.of(), 0);
        assertThat(told)
                .containsExactly(
                        "network-added blue: network blue: added",
                        "network-changed blue: network blue: mtu changed",
                        "network-removed blue: network blue: removed");
    }

    private static MirrorConfig mirror(String name, String expires) {
        MirrorConfig.Target file = new MirrorConfig.Target(null, null, name, null);
        return new MirrorConfig(name, "web1", null, null, file, null, null, expires);
    }

    private List<String> lookAt(SwitchConfig config) {
        told.clear();
        events.update(config, List.of(), 0);
        return List.copyOf(told);
    }

    @Test
    void tellsOfMirrorsAndQuarantinesWhoseTimeIsOver() {
        String end = now.plusSeconds(60).toString();
        SwitchConfig none = SwitchConfig.EMPTY;
        SwitchConfig both = none.with(mirror("m1", end))
                .with(mirror("m2", null))
                .with(WEB1.withQuarantine(new QuarantineConfig("probe", end)));
        assertThat(lookAt(both)).isEmpty();
        now = now.plusSeconds(59);
        assertThat(lookAt(both)).isEmpty();
        now = now.plusSeconds(1);
        assertThat(lookAt(none.with(mirror("m2", null)).with(WEB1)))
                .containsExactly(
                        "mirror-expired m1: mirror m1: its time is over",
                        "quarantine-expired web1: port web1: the time of its quarantine with port probe is over");
        assertThat(lookAt(none)).isEmpty();
    }

    @Test
    void tellsOnceOfWhatTheDiskDoesNotLetGo() {
        SwitchConfig config =
                SwitchConfig.EMPTY.with(mirror("m1", now.plusSeconds(1).toString()));
        lookAt(config);
        now = now.plusSeconds(1);
        assertThat(lookAt(config)).hasSize(1);
        assertThat(lookAt(config)).isEmpty();
        assertThat(lookAt(config.with(mirror("m2", null)))).isEmpty();
    }

    @Test
    void whatEndsBeforeItsTimeOrIsPutOffHasNotExpired() {
        SwitchConfig none = SwitchConfig.EMPTY;
        SwitchConfig one = none.with(mirror("m1", now.plusSeconds(60).toString()));
        lookAt(one);
        lookAt(none);
        now = now.plusSeconds(60);
        assertThat(lookAt(none)).isEmpty();
        lookAt(none.with(mirror("m1", now.plusSeconds(1).toString())));
        now = now.plusSeconds(1);
        SwitchConfig later = none.with(mirror("m1", now.plusSeconds(60).toString()));
        assertThat(lookAt(later)).isEmpty();
        now = now.plusSeconds(60);
        assertThat(lookAt(none)).hasSize(1);
    }

    @Test
    void whatExpiredWhileTheSwitchWasAwayIsToldAtTheStart() {
        assertThat(lookAt(SwitchConfig.EMPTY.with(mirror("m1", now.toString()))))
                .containsExactly("mirror-expired m1: mirror m1: its time is over");
    }
}
