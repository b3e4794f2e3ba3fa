package io.tapswitch.bridge;

import static io.tapswitch.frame.Frames.ethernet;
import static io.tapswitch.frame.Frames.hex;
import static io.tapswitch.frame.Frames.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.bridge.Wiring.Vtep;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.VniFrame;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the forwarding contract is for ports of the overlay: one for each remote VTEP, all in one split-horizon group. */
class OverlayBridgeTest {
    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;
    private static final long REMOTE = 0x0200_0000_00f1L;
    private static final long REMOTE_2 = 0x0200_0000_00f2L;
    private static final long UNKNOWN = 0x0200_0000_0099L;
    private static final long MULTICAST = 0x0100_5e00_00fbL;
    private static final long BROADCAST = MacAddress.BROADCAST;
    private static final int VNI = 77;

    private final Wiring wiring = new Wiring();
    private final Bridge bridge = wiring.bridge("default", 0, VNI);
    private final TestPort a = wiring.port("a").in(bridge);
    private final Vtep v1 = wiring.vtep("v1").in(bridge);
    private final TestPort b = wiring.port("b").in(bridge);
    private final Vtep v2 = wiring.vtep("v2").in(bridge);

    @AfterEach
    void everyFrameIsAccountedFor() {
        wiring.assertAccounts();
    }

    private static VniFrame on(int vni, byte[] bytes) {
        return VniFrame.of(vni, bytes);
    }

    private static long destination(FloodClass kind) {
        return switch (kind) {
            case UNKNOWN_UNICAST -> UNKNOWN;
            case MULTICAST -> MULTICAST;
            case BROADCAST -> BROADCAST;
        };
    }

    private static PortSettings settings(boolean enabled, boolean learning, boolean isolated, boolean locked) {
        return new PortSettings(enabled, learning, true, true, true, isolated, locked, Integer.MAX_VALUE, 0, 0, 0);
    }

    private static final PortSettings DISABLED = settings(false, true, false, false);
    private static final PortSettings NOT_LEARNING = settings(true, false, false, false);
    private static final PortSettings ISOLATED = settings(true, true, true, false);
    private static final PortSettings LOCKED = settings(true, true, false, true);

    /** Lets the bridge know where stations are, and forgets the copies that this takes. */
    private void teach(Runnable... talks) {
        for (Runnable talk : talks) {
            talk.run();
        }
        List.of(a, b).forEach(TestPort::take);
        List.of(v1, v2).forEach(Vtep::take);
    }

    @Nested
    class SplitHorizon {
        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void floodsOneCopyToEachRemoteVtep(FloodClass kind) {
            byte[] frame = ethernet(destination(kind), A, 46);
            a.send(frame);
            b.assertTakes(frame);
            v1.assertTakes(on(VNI, frame));
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FLOODED)).isOne();
            assertThat(v1.count(PortCounters.TX_FRAMES)).isOne();
        }

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void floodsWhatComesInByTheOverlayToLocalPortsOnly(FloodClass kind) {
            byte[] frame = ethernet(destination(kind), REMOTE, 46);
            v1.send(VNI, frame);
            a.assertTakes(frame);
            b.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(v1.count(PortCounters.FLOODED)).isOne();
        }

        @Test
        void countsAFloodAmongVtepsOnlyAsOneThatNobodyTakes() {
            a.port.detach();
            b.port.detach();
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.NO_EGRESS, 1L));
        }

        @Test
        void forwardsToTheOneVtepThatTheDestinationIsBehind() {
            teach(() -> v2.send(VNI, ethernet(BROADCAST, REMOTE, 46)));
            byte[] frame = ethernet(REMOTE, A, 1500);
            a.send(frame);
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FORWARDED)).isOne();
        }

        @Test
        void forwardsFromAVtepToALocalStation() {
            teach(() -> a.send(ethernet(BROADCAST, A, 46)));
            byte[] frame = ethernet(A, REMOTE, 46);
            v1.send(VNI, frame);
            a.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(v1.count(PortCounters.FORWARDED)).isOne();
        }

        @Test
        void neverForwardsFromOneVtepToAnother() {
            teach(() -> v2.send(VNI, ethernet(BROADCAST, REMOTE_2, 46)));
            v1.send(VNI, ethernet(REMOTE_2, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.SPLIT_HORIZON, 1L));
        }

        @Test
        void neverForwardsBackToTheSameVtep() {
            teach(() -> v1.send(VNI, ethernet(BROADCAST, REMOTE_2, 46)));
            v1.send(VNI, ethernet(REMOTE_2, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.SAME_PORT, 1L));
        }

        @Test
        void aVtepThatLeavesGetsNoMoreCopiesAndTheOthersStillDo() {
            teach(() -> v1.send(VNI, ethernet(BROADCAST, REMOTE, 46)));
            v1.port.detach();
            byte[] frame = ethernet(REMOTE, A, 46);
            a.send(frame);
            b.assertTakes(frame);
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
        }

        @Test
        void largeFramesCrossWhole() {
            byte[] large = ethernet(BROADCAST, A, 60_000);
            a.send(large, frame -> Frames.makeGso(frame, 1, 1448));
            v1.assertTakes(on(VNI, large));
            v2.send(VNI, large, frame -> Frames.makeGso(frame, 1, 1448));
            b.take();
            a.assertTakes(large);
        }
    }

    @Nested
    class Refusals {
        @Test
        void framesOfTheOverlayAreCheckedAsAllOthers() {
            v1.send(VNI, new byte[13]);
            v1.send(VNI, ethernet(BROADCAST, MULTICAST, 46));
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 1501));
            v1.send(VNI, ethernet(0x0180_c200_0000L, REMOTE, 46));
            byte[] open = ethernet(BROADCAST, REMOTE, 46);
            v1.send(VNI, open, frame -> Frames.receive(frame, 1, 0, 0, 0, 5000, 6, open));
            wiring.assertNoMore();
            assertThat(v1.drops())
                    .isEqualTo(Map.of(
                            DropReason.RUNT, 1L,
                            DropReason.INVALID_SOURCE, 1L,
                            DropReason.OVERSIZE, 1L,
                            DropReason.RESERVED_DESTINATION, 1L,
                            DropReason.BAD_OFFLOAD, 1L));
            assertThat(bridge.table().size()).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 76, 78, 77 + 0x100_0000, 77 << 8, -77, Integer.MIN_VALUE})
        void anIdentifierOfNoNetworkIsDropped(int vni) {
            v1.send(vni, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
            assertThat(bridge.table().size()).isZero();
        }

        @Test
        void anIdentifierOfANetworkThatIsNotOnThePortIsDropped() {
            Bridge other = wiring.bridge("other", 0, 78);
            TestPort stranger = wiring.port("stranger").in(other);
            Vtep v3 = wiring.vtep("v3").in(other);
            v1.send(78, ethernet(BROADCAST, REMOTE, 46));
            v3.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
            assertThat(v3.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
            byte[] frame = ethernet(BROADCAST, REMOTE, 46);
            v3.send(78, frame);
            stranger.assertTakes(frame);
            wiring.assertNoMore();
        }

        @Test
        void aPortThatIsInNoNetworkYetDropsEverything() {
            Vtep early = wiring.vtep("early");
            early.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            assertThat(early.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
            wiring.assertNoMore();
        }
    }

    @Nested
    class SeveralNetworks {
        private final Bridge red = wiring.bridge("red", 0, 1010);
        private final Bridge blue = wiring.bridge("blue", 0, 0xff_ffff);
        private final TestPort redHost = wiring.port("redHost").in(red);
        private final TestPort blueHost = wiring.port("blueHost").in(blue);
        private final Vtep all = wiring.vtep("all").in(bridge, List.of(red, blue));
        private final Vtep some = wiring.vtep("some").in(red, List.of(blue));

        @Test
        void aFrameLeavesWithTheIdentifierOfItsNetwork() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            a.send(frame);
            redHost.send(frame);
            blueHost.send(frame);
            all.assertTakes(on(VNI, frame), on(1010, frame), on(0xff_ffff, frame));
            some.assertTakes(on(1010, frame), on(0xff_ffff, frame));
        }

        @Test
        void aFrameReachesTheNetworkOfItsIdentifierAndNoOther() {
            byte[] frame = ethernet(BROADCAST, REMOTE, 46);
            all.send(1010, frame);
            redHost.assertTakes(frame);
            wiring.assertNoMore();
            all.send(0xff_ffff, frame);
            blueHost.assertTakes(frame);
            wiring.assertNoMore();
            all.send(VNI, frame);
            a.assertTakes(frame);
            b.assertTakes(frame);
            wiring.assertNoMore();
        }

        @Test
        void knownUnicastCrossesInEachNetworkByItself() {
            all.send(1010, ethernet(BROADCAST, REMOTE, 46));
            some.send(0xff_ffff, ethernet(BROADCAST, REMOTE, 46));
            redHost.take();
            blueHost.take();
            assertThat(red.table().lookup(REMOTE).port()).isSameAs(all.port);
            assertThat(blue.table().lookup(REMOTE).port()).isSameAs(some.port);
            assertThat(bridge.table().lookup(REMOTE)).isNull();
            byte[] frame = ethernet(REMOTE, A, 46);
            redHost.send(frame);
            blueHost.send(frame);
            all.assertTakes(on(1010, frame));
            some.assertTakes(on(0xff_ffff, frame));
            wiring.assertNoMore();
        }

        @Test
        void splitHorizonHoldsInEachNetwork() {
            some.send(1010, ethernet(BROADCAST, REMOTE_2, 46));
            redHost.take();
            all.send(1010, ethernet(REMOTE_2, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(all.drops()).isEqualTo(Map.of(DropReason.SPLIT_HORIZON, 1L));
        }

        @Test
        void aNetworkThatIsNativeAndAmongTheOthersGetsOneCopy() {
            Vtep twice = wiring.vtep("twice").in(red, List.of(red, blue));
            byte[] frame = ethernet(BROADCAST, A, 46);
            redHost.send(frame);
            twice.assertTakes(on(1010, frame));
        }

        @Test
        void aNetworkWithoutAnIdentifierStaysOffTheOverlay() {
            Bridge without = wiring.bridge("without", 0, 0);
            TestPort host = wiring.port("host").in(without);
            Vtep far = wiring.vtep("far").in(bridge, List.of(without));
            without.table().put(REMOTE, far.port, Type.STATIC, 0);
            host.send(ethernet(BROADCAST, A, 46));
            host.send(ethernet(REMOTE, A, 46));
            far.send(0, ethernet(BROADCAST, REMOTE_2, 46));
            wiring.assertNoMore();
            assertThat(host.drops()).isEqualTo(Map.of(DropReason.NO_EGRESS, 1L, DropReason.EGRESS_UNAVAILABLE, 1L));
            assertThat(far.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
        }

        @Test
        void aNetworkThatLeavesThePortIsFlushed() {
            all.send(1010, ethernet(BROADCAST, REMOTE, 46));
            all.send(0xff_ffff, ethernet(BROADCAST, REMOTE, 46));
            redHost.take();
            blueHost.take();
            all.in(bridge, List.of(blue));
            assertThat(red.table().size()).isZero();
            assertThat(blue.table().size()).isOne();
            all.send(1010, ethernet(BROADCAST, REMOTE, 46));
            assertThat(all.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
            byte[] frame = ethernet(BROADCAST, A, 46);
            redHost.send(frame);
            some.assertTakes(on(1010, frame));
            wiring.assertNoMore();
        }
    }

    @Nested
    class Tags {
        private final Bridge red = wiring.bridge("red", 10, 1010);
        private final Bridge blue = wiring.bridge("blue", 20, 1020);
        private final Bridge green = wiring.bridge("green", 0, 1030);
        private final TestPort trunk = wiring.port("trunk").in(green, List.of(red, blue));
        private final Vtep vtep = wiring.vtep("vtep").in(green, List.of(red, blue));
        private final TestPort redHost = wiring.port("redHost").in(red);

        @ParameterizedTest
        @ValueSource(ints = {0, 5, 10, 20, 4095, 0xe000, 0xa00a})
        void aGuestsTagCrossesTheOverlayUnread(int tci) {
            byte[] there = tagged(ethernet(BROADCAST, A, 1500), tci);
            a.send(there);
            v1.assertTakes(on(VNI, there));
            teach();
            byte[] back = tagged(ethernet(A, REMOTE, 1500), tci);
            v1.send(VNI, back);
            a.assertTakes(back);
            wiring.assertNoMore();
        }

        @Test
        void onTheWayFromATrunkTheTagMakesRoomForTheIdentifier() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(tagged(frame, 0xa00a));
            vtep.assertTakes(on(1010, frame));
            redHost.assertTakes(frame);
            trunk.send(tagged(frame, 20));
            trunk.send(frame);
            vtep.assertTakes(on(1020, frame), on(1030, frame));
            wiring.assertNoMore();
        }

        /** The identifier carries no priority, so that the tag has none either. */
        @Test
        void onTheWayOntoATrunkTheIdentifierMakesRoomForTheTag() {
            byte[] frame = ethernet(BROADCAST, REMOTE, 46);
            vtep.send(1010, frame);
            trunk.assertTakes(tagged(frame, 10));
            redHost.assertTakes(frame);
            vtep.send(1030, frame);
            trunk.assertTakes(frame);
            wiring.assertNoMore();
        }

        @Test
        void knownUnicastCrossesBetweenTrunkAndOverlay() {
            trunk.send(tagged(ethernet(BROADCAST, A, 46), 20));
            vtep.send(1020, ethernet(A, REMOTE, 46));
            trunk.assertTakes(tagged(ethernet(A, REMOTE, 46), 20));
            vtep.take();
            trunk.send(tagged(ethernet(REMOTE, A, 1500), 0xe014));
            vtep.assertTakes(on(1020, ethernet(REMOTE, A, 1500)));
            wiring.assertNoMore();
        }

        @Test
        void aPriorityTagOnATrunkDoesNotCross() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(tagged(frame, 0xa000));
            vtep.assertTakes(on(1030, frame));
        }

        @Test
        void theInnerOfTwoTagsCrosses() {
            byte[] inner = tagged(ethernet(BROADCAST, A, 46), 20);
            trunk.send(tagged(inner, 10));
            vtep.assertTakes(on(1010, inner));
            redHost.assertTakes(inner);
            byte[] back = tagged(ethernet(BROADCAST, REMOTE, 46), 20);
            vtep.send(1010, back);
            trunk.assertTakes(tagged(back, 10));
        }

        @Test
        void aTagFromTheOverlayDoesNotLeaveUntaggedOnATrunk() {
            vtep.send(1030, tagged(ethernet(BROADCAST, REMOTE, 46), 10));
            wiring.assertNoMore();
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.EGRESS_TAG_CONFLICT, 1L));
        }

        @Test
        void aTagThatIsCutShortCrossesAsItIs() {
            byte[] cut = hex("ffffffffffff 02000000000a 8100 000a");
            a.send(cut);
            v1.assertTakes(on(VNI, cut));
            v2.send(VNI, cut);
            b.take();
            a.assertTakes(cut);
        }

        @Test
        void aFloodReachesEachKindOfPortOnceWithTheRightBytesWhoeverLeavesBetween() {
            TestPort trunk2 = wiring.port("trunk2").in(blue, List.of(red));
            Vtep vtep2 = wiring.vtep("vtep2").in(red);
            TestPort redHost2 = wiring.port("redHost2").in(red);
            byte[] frame = ethernet(BROADCAST, A, 100);
            redHost.send(frame);
            trunk.assertTakes(tagged(frame, 10));
            trunk2.assertTakes(tagged(frame, 10));
            vtep.assertTakes(on(1010, frame));
            vtep2.assertTakes(on(1010, frame));
            redHost2.assertTakes(frame);
            vtep.port.detach();
            trunk.port.detach();
            redHost.send(frame);
            trunk2.assertTakes(tagged(frame, 10));
            vtep2.assertTakes(on(1010, frame));
            redHost2.assertTakes(frame);
            vtep2.send(1010, frame);
            trunk2.assertTakes(tagged(frame, 10));
            redHost.assertTakes(frame);
            redHost2.assertTakes(frame);
            redHost2.port.detach();
            vtep2.port.detach();
            redHost.send(frame);
            trunk2.assertTakes(tagged(frame, 10));
            wiring.assertNoMore();
        }
    }

    @Nested
    class Learning {
        @Test
        void aStationOfTheOverlayIsBehindItsVtep() {
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            a.send(ethernet(BROADCAST, A, 46));
            FdbEntry<BridgePort> entry = bridge.table().lookup(REMOTE);
            assertThat(entry.type()).isEqualTo(Type.DYNAMIC);
            assertThat(entry.port()).isSameAs(v1.port);
            assertThat(entry.port().vtep()).isEqualTo("v1");
            assertThat(bridge.table().lookup(A).port().vtep()).isNull();
        }

        @Test
        void aStationMayMoveHereAndThereAndBetweenVteps() {
            teach(
                    () -> v1.send(VNI, ethernet(BROADCAST, A, 46)),
                    () -> a.send(ethernet(BROADCAST, A, 46)),
                    () -> v2.send(VNI, ethernet(BROADCAST, A, 46)),
                    () -> v1.send(VNI, ethernet(BROADCAST, A, 46)));
            assertThat(wiring.changes)
                    .containsExactly(
                            "LEARNED " + A + " v1", "MOVED " + A + " a", "MOVED " + A + " v2", "MOVED " + A + " v1");
            byte[] frame = ethernet(A, B, 46);
            b.send(frame);
            v1.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
        }

        @Test
        void aStationThatMovedHereIsReachedFromTheOverlay() {
            teach(
                    () -> v1.send(VNI, ethernet(BROADCAST, A, 46)),
                    () -> v2.send(VNI, ethernet(BROADCAST, REMOTE, 46)),
                    () -> a.send(ethernet(BROADCAST, A, 46)));
            byte[] frame = ethernet(A, REMOTE, 46);
            v2.send(VNI, frame);
            a.assertTakes(frame);
            wiring.assertNoMore();
        }

        @Test
        void theOverlayDoesNotMoveAStaticStation() {
            bridge.table().put(A, a.port, Type.STATIC, 0);
            teach(() -> v1.send(VNI, ethernet(BROADCAST, A, 46)));
            assertThat(bridge.table().lookup(A).port()).isSameAs(a.port);
        }

        @Test
        void aStaticStationMayBeBehindAVtep() {
            bridge.table().put(REMOTE, v2.port, Type.STATIC, 0);
            byte[] frame = ethernet(REMOTE, A, 46);
            a.send(frame);
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
        }

        @Test
        void aVtepThatIsNotToTeachDoesNot() {
            v1.with(NOT_LEARNING);
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            assertThat(bridge.table().lookup(REMOTE)).isNull();
        }

        @Test
        void stationsOfAVtepAgeAndAreLimitedLikeAllOthers() {
            v1.with(new PortSettings(true, true, true, true, true, false, false, 3, 0, 0, 0));
            for (long mac = REMOTE; mac < REMOTE + 20; mac++) {
                v1.send(VNI, ethernet(BROADCAST, mac, 46));
            }
            assertThat(bridge.table().learned()).isEqualTo(3);
            bridge.age(302 * Wiring.SECOND);
            assertThat(bridge.table().learned()).isZero();
        }
    }

    @Nested
    class Settings {
        @Test
        void anIsolatedVtepAndAnIsolatedHostExchangeNothing() {
            v1.with(ISOLATED);
            a.with(ISOLATED);
            byte[] frame = ethernet(BROADCAST, A, 46);
            a.send(frame);
            b.assertTakes(frame);
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
            byte[] back = ethernet(BROADCAST, REMOTE, 46);
            v1.send(VNI, back);
            b.assertTakes(back);
            wiring.assertNoMore();
            v1.send(VNI, ethernet(A, REMOTE, 46));
            a.send(ethernet(REMOTE, A, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.ISOLATED, 1L));
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.ISOLATED, 1L));
        }

        @Test
        void aLockedVtepBringsOnlyStationsThatTheTableHasForIt() {
            v1.with(LOCKED);
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.LOCKED, 1L));
            bridge.table().put(REMOTE, v2.port, Type.STATIC, 0);
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            wiring.assertNoMore();
            bridge.table().put(REMOTE, v1.port, Type.STATIC, 0);
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            assertThat(a.take()).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aVtepThatDoesNotTakeOneClassTakesTheOthers(FloodClass kind) {
            v1.with(new PortSettings(
                    true,
                    true,
                    kind != FloodClass.UNKNOWN_UNICAST,
                    kind != FloodClass.MULTICAST,
                    kind != FloodClass.BROADCAST,
                    false,
                    false,
                    Integer.MAX_VALUE,
                    0,
                    0,
                    0));
            for (FloodClass sent : FloodClass.values()) {
                byte[] frame = ethernet(destination(sent), A, 46);
                a.send(frame);
                if (sent == kind) {
                    v1.assertTakes();
                } else {
                    v1.assertTakes(on(VNI, frame));
                }
                v2.assertTakes(on(VNI, frame));
            }
        }

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aStormBudgetIsForAllNetworksOfAVtepTogether(FloodClass kind) {
            Bridge red = wiring.bridge("red", 0, 1010);
            TestPort redHost = wiring.port("redHost").in(red);
            v1.in(bridge, List.of(red));
            v1.with(new PortSettings(
                    true,
                    true,
                    true,
                    true,
                    true,
                    false,
                    false,
                    Integer.MAX_VALUE,
                    kind == FloodClass.UNKNOWN_UNICAST ? 100 : 0,
                    kind == FloodClass.MULTICAST ? 100 : 0,
                    kind == FloodClass.BROADCAST ? 100 : 0));
            for (int i = 0; i < 30; i++) {
                v1.send(i % 2 == 0 ? VNI : 1010, ethernet(destination(kind), REMOTE, 46));
            }
            assertThat(a.take()).hasSize(5);
            assertThat(redHost.take()).hasSize(5);
            assertThat(v1.drops()).isEqualTo(Map.of(kind.storm, 20L));
            for (int i = 0; i < 30; i++) {
                v2.send(VNI, ethernet(destination(kind), REMOTE_2, 46));
            }
            assertThat(a.take()).as("the other VTEP has none").hasSize(30);
        }

        @Test
        void aDisabledVtepNeitherSendsNorTakesAndComesBackWithItsStations() {
            teach(() -> v1.send(VNI, ethernet(BROADCAST, REMOTE, 46)));
            v1.with(DISABLED);
            v1.send(VNI, ethernet(BROADCAST, REMOTE, 46));
            a.send(ethernet(REMOTE, A, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.EGRESS_UNAVAILABLE, 1L));
            byte[] flooded = ethernet(BROADCAST, A, 46);
            a.send(flooded);
            b.assertTakes(flooded);
            v2.assertTakes(on(VNI, flooded));
            wiring.assertNoMore();
            v1.with(PortSettings.DEFAULTS);
            byte[] frame = ethernet(REMOTE, A, 46);
            a.send(frame);
            v1.assertTakes(on(VNI, frame));
        }
    }

    @Nested
    class FloodMembership {
        private final byte[] toAll = ethernet(BROADCAST, A, 46);

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aPortThatTakesNoFloodsIsSkippedUntilItTakesThemAgain(FloodClass kind) {
            byte[] frame = ethernet(destination(kind), A, 46);
            v1.takeFloods(false);
            a.send(frame);
            b.assertTakes(frame);
            v2.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
            v1.takeFloods(true);
            a.send(frame);
            v1.assertTakes(on(VNI, frame));
            v2.assertTakes(on(VNI, frame));
        }

        @Test
        void itGetsUnicastForTheStationsBehindItStill() {
            teach(() -> v1.send(VNI, ethernet(BROADCAST, REMOTE, 46)));
            v1.takeFloods(false);
            byte[] frame = ethernet(REMOTE, A, 46);
            a.send(frame);
            v1.assertTakes(on(VNI, frame));
            wiring.assertNoMore();
        }

        @Test
        void whatItBringsIsFloodedStill() {
            v1.takeFloods(false);
            byte[] frame = ethernet(BROADCAST, REMOTE, 46);
            v1.send(VNI, frame);
            a.assertTakes(frame);
            b.assertTakes(frame);
            wiring.assertNoMore();
        }

        @Test
        void itIsSkippedInEveryNetworkOfThePort() {
            Bridge red = wiring.bridge("red", 0, 1010);
            TestPort redHost = wiring.port("redHost").in(red);
            v1.in(bridge, List.of(red));
            v1.takeFloods(false);
            a.send(toAll);
            redHost.send(toAll);
            v1.assertTakes();
            v1.takeFloods(true);
            a.send(toAll);
            redHost.send(toAll);
            v1.assertTakes(on(VNI, toAll), on(1010, toAll));
        }

        @Test
        void whatHappenedBeforeItWasAttachedIsKnown() {
            v1.overlay.takeFloods(false);
            v1.with(NOT_LEARNING);
            a.send(toAll);
            v1.assertTakes();
        }

        @Test
        void onlyAChangeMakesNewLists() {
            assertThat(v1.port.noteFloods()).isEmpty();
            v1.overlay.takeFloods(false);
            assertThat(v1.port.noteFloods()).containsExactly(bridge);
            assertThat(v1.port.noteFloods()).isEmpty();
        }
    }

    @Nested
    class AnotherVni {
        private final byte[] toAll = ethernet(BROADCAST, A, 46);
        private final byte[] fromFar = ethernet(BROADCAST, REMOTE, 46);

        private void change(Bridge network, int vni) {
            network.configure(Wiring.settings(0, vni));
        }

        @Test
        void isUsedOnceThePortsAreAttachedAnew() {
            teach(() -> v1.send(VNI, fromFar));
            change(bridge, 88);
            v1.in(bridge);
            v2.in(bridge);
            a.send(toAll);
            v1.assertTakes(on(88, toAll));
            v2.assertTakes(on(88, toAll));
            byte[] known = ethernet(REMOTE, A, 46);
            a.send(known);
            v1.assertTakes(on(88, known));
            teach();
            v1.send(88, fromFar);
            a.assertTakes(fromFar);
            v1.send(VNI, fromFar);
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
        }

        /** Never with the new one by a port that would not take an answer with it. */
        @Test
        void isNotUsedBefore() {
            teach(() -> v1.send(VNI, fromFar));
            change(bridge, 88);
            a.send(ethernet(REMOTE, A, 46));
            v1.assertTakes();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.EGRESS_UNAVAILABLE, 1L));
            a.send(toAll);
            v1.assertTakes(on(VNI, toAll));
            v1.send(VNI, fromFar);
            assertThat(a.take()).hasSize(1);
        }

        @Test
        void mayBeThatOfANetworkThatGetsItsOwn() {
            Bridge red = wiring.bridge("red", 0, 1010);
            TestPort redHost = wiring.port("redHost").in(red);
            v1.in(bridge, List.of(red));
            v2.in(bridge, List.of(red));
            change(bridge, 1010);
            change(red, VNI);
            for (Vtep vtep : List.of(v1, v2)) {
                vtep.in(bridge, List.of(red));
            }
            v1.send(VNI, fromFar);
            redHost.assertTakes(fromFar);
            wiring.assertNoMore();
            a.send(toAll);
            v1.assertTakes(on(1010, toAll));
            v2.assertTakes(on(1010, toAll));
            b.assertTakes(toAll);
            wiring.assertNoMore();
        }

        @Test
        void noneTakesTheNetworkOffTheOverlay() {
            teach(() -> v1.send(VNI, fromFar));
            change(bridge, 0);
            v1.in(bridge);
            v2.in(bridge);
            a.send(toAll);
            b.assertTakes(toAll);
            v1.send(VNI, fromFar);
            a.send(ethernet(REMOTE, A, 46));
            wiring.assertNoMore();
            assertThat(v1.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_VNI, 1L));
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.EGRESS_UNAVAILABLE, 1L));
        }
    }

    /** Frames that a port of the overlay sends in its own name. */
    @Nested
    class Answers {
        private final byte[] answer = ethernet(A, UNKNOWN, 100);

        private void assertGoesNowhere(int vni, byte[] bytes) {
            v1.answer(vni, bytes);
            wiring.assertNoMore();
        }

        @Test
        void reachAKnownStationOfThisHostAndTeachNothing() {
            teach(() -> a.send(ethernet(BROADCAST, A, 46)));
            v1.answer(VNI, answer);
            a.assertTakes(answer);
            wiring.assertNoMore();
            assertThat(bridge.table().lookup(UNKNOWN)).isNull();
            assertThat(v1.count(PortCounters.RX_FRAMES)).isZero();
            assertThat(v1.count(PortCounters.FORWARDED)).isZero();
            assertThat(v1.drops()).isEmpty();
        }

        @Test
        void reachAStationBehindATrunkWithItsTag() {
            Bridge red = wiring.bridge("red", 10, 1010);
            Bridge green = wiring.bridge("green", 0, 1030);
            TestPort trunk = wiring.port("trunk").in(green, List.of(red));
            v1.in(bridge, List.of(red, green));
            trunk.send(tagged(ethernet(BROADCAST, A, 46), 0xa00a));
            trunk.send(ethernet(BROADCAST, A, 46));
            v1.take();
            v1.answer(1010, answer);
            trunk.assertTakes(tagged(answer, 10));
            v1.answer(1030, answer);
            trunk.assertTakes(answer);
            wiring.assertNoMore();
        }

        @Test
        void areGivenWhileThePortIsToSendAFrame() {
            teach(() -> v2.send(VNI, ethernet(BROADCAST, REMOTE, 46)));
            v2.overlay.refuseWith(answer);
            a.send(ethernet(REMOTE, A, 1500));
            a.assertTakes(answer);
            byte[] flooded = ethernet(BROADCAST, A, 1500);
            a.send(flooded);
            a.assertTakes(answer);
            b.assertTakes(flooded);
            v1.assertTakes(on(VNI, flooded));
            wiring.assertNoMore();
            assertThat(v2.drops()).isEqualTo(Map.of(DropReason.EGRESS_OVERSIZE, 2L));
        }

        @Test
        void areNeverFlooded() {
            assertGoesNowhere(VNI, answer);
            assertGoesNowhere(VNI, ethernet(BROADCAST, UNKNOWN, 46));
            assertGoesNowhere(VNI, ethernet(MULTICAST, UNKNOWN, 46));
        }

        @Test
        void neverLeaveByTheOverlay() {
            teach(() -> v1.send(VNI, ethernet(BROADCAST, A, 46)));
            assertGoesNowhere(VNI, answer);
            teach(() -> v2.send(VNI, ethernet(BROADCAST, A, 46)));
            assertGoesNowhere(VNI, answer);
        }

        @Test
        void stayInTheNetworkOfTheirIdentifier() {
            Bridge red = wiring.bridge("red", 0, 1010);
            wiring.port("redHost").in(red);
            v1.in(bridge, List.of(red));
            teach(() -> a.send(ethernet(BROADCAST, A, 46)));
            assertGoesNowhere(1010, answer);
            assertGoesNowhere(78, answer);
            assertGoesNowhere(0, answer);
        }

        @Test
        void reachNeitherADisabledPortNorComeFromOne() {
            teach(() -> a.send(ethernet(BROADCAST, A, 46)));
            a.with(DISABLED);
            assertGoesNowhere(VNI, answer);
            a.with(PortSettings.DEFAULTS);
            v1.with(DISABLED);
            assertGoesNowhere(VNI, answer);
            v1.with(PortSettings.DEFAULTS);
            v1.port.detach();
            assertGoesNowhere(VNI, answer);
        }
    }
}
