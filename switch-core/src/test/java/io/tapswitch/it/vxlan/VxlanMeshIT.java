package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Three hosts that run TapSwitch, each with a port to each other one: a host that goes leaves the flood lists by itself, and
 * comes back by itself. How long that takes is printed.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanMeshIT {
    private static final int VNI = 100;

    /** A dead host is to be noticed within 3 s; the rest is for a busy machine. */
    private static final int PATIENCE_SECONDS = 8;

    private Overlay overlay;
    private Capture sent;
    private List<Station> stations;

    @BeforeAll
    void aMesh() {
        overlay = new Overlay(
                Family.V4, 1500, List.of(VNI), Vtep.Make.TAPSWITCH, Vtep.Make.TAPSWITCH, Vtep.Make.TAPSWITCH);
        sent = overlay.capture(1);
        stations = Stream.of(1, 2, 3)
                .map(number -> overlay.vtep(number).station(VNI))
                .toList();
    }

    @AfterAll
    void close() {
        sent.close();
        overlay.close();
    }

    @BeforeEach
    void everyHostIsAlive() throws Exception {
        for (int from = 1; from <= 3; from++) {
            for (int to = 1; to <= 3; to++) {
                awaitState(from, to, "alive");
            }
        }
        for (Station from : stations) {
            for (Station to : stations) {
                Await.until(from + " reaches " + to, PATIENCE_SECONDS, () -> from == to || reaches(from, to));
            }
        }
    }

    private static boolean reaches(Station from, Station to) {
        to.drain();
        TestFrame frame = from.send(from.broadcast());
        return to.received(0).contains(frame);
    }

    private void awaitState(int from, int to, String state) throws Exception {
        if (from != to) {
            Await.until(
                    "host " + to + " is " + state + " to host " + from,
                    PATIENCE_SECONDS,
                    () -> vtep(from).to(overlay.site(to)).remote().state().equals(state));
        }
    }

    private TapSwitchVtep vtep(int number) {
        return (TapSwitchVtep) overlay.vtep(number);
    }

    @Test
    void carriesABroadcastToEachHostOnce() {
        for (Station from : stations) {
            stations.forEach(Station::drain);
            TestFrame frame = from.send(from.broadcast());
            for (Station to : stations) {
                assertThat(to.received(to == from ? 0 : 1))
                        .as("%s to %s", from, to)
                        .isEqualTo(to == from ? List.of() : List.of(frame));
            }
        }
    }

    @Test
    void noticesAHostThatStopsAndStartsAgain() throws Exception {
        loses("a host that stopped", () -> vtep(3).net().stop());
        regains("a host that started again", () -> {
            vtep(3).net().start();
            stations.get(2).reopen();
        });
    }

    @Test
    void noticesAHostWhoseUnderlayIsDown() throws Exception {
        loses("a host whose link is down", () -> overlay.underlay().unplug(overlay.site(3)));
        awaitState(3, 1, "dead");
        regains("a host whose link is up again", () -> overlay.underlay().plug(overlay.site(3)));
    }

    /** The same on both ends, whichever direction it is. */
    @Test
    void noticesAHostThatIsHeardNoMore() throws Exception {
        loses("a host that is heard no more", () -> overlay.site(3).lose(overlay.site(1), Family.V4));
        awaitState(3, 1, "dead");
        assertThat(vtep(3).to(overlay.site(2)).remote().state()).isEqualTo("alive");
        regains("a host that is heard again", () -> overlay.site(3).reach(overlay.site(1), Family.V4));
    }

    @Test
    void noticesAHostThatHearsNoMore() throws Exception {
        loses("a host that hears no more", () -> overlay.site(1).lose(overlay.site(3), Family.V4));
        awaitState(3, 1, "dead");
        regains("a host that hears again", () -> overlay.site(1).reach(overlay.site(3), Family.V4));
    }

    /** Host 3 is in the flood lists of host 1, and is not a while after something happened. */
    private void loses(String what, Runnable event) throws Exception {
        assertThat(floods(3)).isTrue();
        long start = System.nanoTime();
        event.run();
        Await.until(what + " leaves the flood lists", PATIENCE_SECONDS, () -> !floods(3));
        print(what + " left the flood lists", start);
        assertThat(floods(2)).as("to host 2").isTrue();
        assertThat(vtep(1).to(overlay.site(3)).reason()).contains("192.0.2.3");
    }

    private void regains(String what, Runnable event) throws Exception {
        long start = System.nanoTime();
        event.run();
        Await.until(what + " is back", PATIENCE_SECONDS, () -> reaches(stations.get(0), stations.get(2)));
        print(what + " got frames", start);
        assertThat(vtep(1).to(overlay.site(3)).reason()).isNull();
    }

    private static void print(String what, long start) {
        System.out.printf(
                "convergence: %s after %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    /** Whether host 1 sends a flooded frame to another one: all copies of a frame leave before the next frame. */
    private boolean floods(int number) {
        sent.drain();
        stations.get(0).send(stations.get(0).broadcast());
        TestFrame next = stations.get(0).send(stations.get(0).broadcast());
        return sent.before(next).stream().anyMatch(outer -> outer.destination()
                .equals(overlay.site(number).address(Family.V4)));
    }
}
