package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.Transfer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** TapSwitch and the VTEPs of others make one Ethernet of each network. */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanInteropIT {
    private static final int UNDERLAY_MTU = 1500;
    private static final int JUMBO_MTU = 9000;
    private static final int VNI = 100;
    private static final int OTHER_VNI = 200;
    private static final long BULK = 4 << 20;

    /** TapSwitch on host 1, and what is on host 2. */
    record Pairing(Vtep.Make far, Family family) {}

    private final Map<Pairing, Overlay> overlays = new HashMap<>();

    static Stream<Pairing> pairings() {
        List<Pairing> pairings = new ArrayList<>();
        for (Vtep.Make far : Vtep.Make.values()) {
            for (Family family : Family.values()) {
                pairings.add(new Pairing(far, family));
            }
        }
        return pairings.stream();
    }

    private Overlay overlay(Pairing pairing) {
        return overlays.computeIfAbsent(
                pairing,
                p -> new Overlay(p.family(), UNDERLAY_MTU, List.of(VNI, OTHER_VNI), Vtep.Make.TAPSWITCH, p.far()));
    }

    @AfterAll
    void close() {
        overlays.values().forEach(Overlay::close);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void resolvesAddressesAndAnswersPingsOfAnyLength(Pairing pairing) {
        Overlay overlay = overlay(pairing);
        Station near = overlay.vtep(1).station(VNI);
        Station far = overlay.vtep(2).station(VNI);
        for (Station[] way : new Station[][] {{near, far}, {far, near}}) {
            way[0].host().ip("neigh flush dev " + way[0].device());
            for (int length : new int[] {56, 1400, 1600, 3200}) {
                assertThat(way[0].host().ping(way[1].v4(), 3, "-s", String.valueOf(length)))
                        .as("%d bytes from %s%n%s", length, way[0], overlay)
                        .isEqualTo(3);
            }
            assertThat(way[0].host().ip("neigh show " + way[1].v4())).contains("lladdr");
        }
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void carriesTcpAndUdpBothWays(Pairing pairing) throws Exception {
        Overlay overlay = overlay(pairing);
        Station near = overlay.vtep(1).station(VNI);
        Station far = overlay.vtep(2).station(VNI);
        try {
            for (Station[] way : new Station[][] {{near, far}, {far, near}}) {
                TestHost from = way[0].host();
                TestHost to = way[1].host();
                Transfer.tcp(from, to, way[1].v4(), BULK);
                Transfer.tcp(from, to, way[1].v6(), BULK);
                Transfer.udp(from, to, way[1].v4(), 0, 1, 47, 1400, 1472, 8000);
                Transfer.udp(from, to, way[1].v6(), 0, 1, 47, 1400, 1452, 8000);
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError(overlay.toString(), e);
        }
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void carriesTheTagsOfGuestsUnread(Pairing pairing) {
        Station near = overlay(pairing).vtep(1).station(VNI);
        Station far = overlay(pairing).vtep(2).station(VNI);
        for (Station[] way : new Station[][] {{near, far}, {far, near}}) {
            way[1].drain();
            TestFrame[] sent = {
                way[0].send(way[0].broadcast().tagged(99)),
                way[0].send(TestFrame.of(way[1].mac(), way[0].mac(), 1300).tagged(0xa00a)),
                way[0].send(way[0].to(way[1]).tagged(30).tagged(0x88a8, 20))
            };
            assertThat(way[1].received(sent.length)).containsExactlyInAnyOrder(sent);
        }
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void keepsNetworksApart(Pairing pairing) {
        Overlay overlay = overlay(pairing);
        for (int[] way : new int[][] {{1, 2}, {2, 1}}) {
            Station from = overlay.vtep(way[0]).station(VNI);
            Station to = overlay.vtep(way[1]).station(VNI);
            Station fromOther = overlay.vtep(way[0]).station(OTHER_VNI);
            Station toOther = overlay.vtep(way[1]).station(OTHER_VNI);
            to.drain();
            toOther.drain();
            TestFrame frame = from.send(from.broadcast());
            TestFrame other = fromOther.send(fromOther.broadcast());
            assertThat(to.received(1)).containsExactly(frame);
            assertThat(toOther.received(1)).containsExactly(other);
        }
    }

    @ParameterizedTest
    @CsvSource({"V4", "V6"})
    void carriesJumboFrames(Family family) throws Exception {
        Vtep.Make[] makes = {Vtep.Make.TAPSWITCH, Vtep.Make.TAPSWITCH};
        try (Overlay overlay = new Overlay(family, JUMBO_MTU, List.of(VNI), makes)) {
            for (int number = 1; number <= 2; number++) {
                TapSwitchVtep vtep = (TapSwitchVtep) overlay.vtep(number);
                vtep.net().network("name: default, vni: " + VNI + ", mtu: " + JUMBO_MTU);
                assertThat(vtep.station(VNI).mtu()).isEqualTo(JUMBO_MTU - family.overhead());
            }
            Station near = overlay.vtep(1).station(VNI);
            Station far = overlay.vtep(2).station(VNI);
            assertThat(near.host().ping(far.v4(), 3, "-M", "do", "-s", String.valueOf(near.mtu() - 28)))
                    .isEqualTo(3);
            Transfer.tcp(near.host(), far.host(), far.v4(), BULK);
            Transfer.tcp(far.host(), near.host(), near.v6(), BULK);
            Transfer.udp(near.host(), far.host(), far.v6(), near.mtu() - 48, 1, 20_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"V4", "V6"})
    void givesEachOfThreeVtepsOneCopyAndNoneBackToTheOverlay(Family family) throws Exception {
        OvsVtep.assumePresent();
        try (Overlay overlay = new Overlay(
                        family,
                        UNDERLAY_MTU,
                        List.of(VNI),
                        Vtep.Make.TAPSWITCH,
                        Vtep.Make.KERNEL,
                        Vtep.Make.OPEN_VSWITCH);
                Capture capture = overlay.capture(1)) {
            List<Station> stations = Stream.of(1, 2, 3)
                    .map(number -> overlay.vtep(number).station(VNI))
                    .toList();
            overlay.joined(VNI);
            for (Station from : stations) {
                stations.forEach(Station::drain);
                capture.drain();
                TestFrame frame = from.send(from.broadcast());
                for (Station to : stations) {
                    assertThat(to.received(to == from ? 0 : 1))
                            .as("%s to %s%n%s", from, to, overlay)
                            .isEqualTo(to == from ? List.of() : List.of(frame));
                }
                String[] remotes = {
                    overlay.site(2).address(family), overlay.site(3).address(family)
                };
                String[] expected = from == stations.get(0) ? remotes : new String[0];
                assertThat(capture.frames(expected.length))
                        .as("what TapSwitch sends to the overlay")
                        .extracting(Outer::destination)
                        .containsExactlyInAnyOrder(expected);
            }
        }
    }
}
