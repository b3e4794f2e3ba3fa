package io.tapswitch.bridge;

import static io.tapswitch.frame.Frames.ethernet;
import static io.tapswitch.frame.Frames.hex;
import static io.tapswitch.frame.Frames.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.bridge.Wiring.TestPort;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forwarding contract, section by section. */
class BridgeTest {
    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;
    private static final long C = 0x0200_0000_000cL;
    private static final long UNKNOWN = 0x0200_0000_0099L;
    private static final long MULTICAST = 0x0100_5e00_00fbL;
    private static final long BROADCAST = MacAddress.BROADCAST;

    private final Wiring wiring = new Wiring();
    private final Bridge bridge = wiring.bridge("default", 0);
    private final TestPort a = wiring.port("a").in(bridge);
    private final TestPort b = wiring.port("b").in(bridge);
    private final TestPort c = wiring.port("c").in(bridge);

    @AfterEach
    void everyFrameIsAccountedFor() {
        wiring.assertAccounts();
    }

    private static PortSettings settings(
            boolean enabled, boolean learning, boolean isolated, boolean locked, int maxLearned) {
        return new PortSettings(enabled, learning, true, true, true, isolated, locked, maxLearned, 0, 0, 0);
    }

    private static final PortSettings DISABLED = settings(false, true, false, false, Integer.MAX_VALUE);
    private static final PortSettings NOT_LEARNING = settings(true, false, false, false, Integer.MAX_VALUE);
    private static final PortSettings ISOLATED = settings(true, true, true, false, Integer.MAX_VALUE);
    private static final PortSettings LOCKED = settings(true, true, false, true, Integer.MAX_VALUE);

    private static PortSettings withoutFlood(FloodClass kind) {
        return new PortSettings(
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
                0);
    }

    private static PortSettings withStorm(int unknownUnicast, int multicast, int broadcast) {
        return new PortSettings(
                true, true, true, true, true, false, false, Integer.MAX_VALUE, unknownUnicast, multicast, broadcast);
    }

    private static long destination(FloodClass kind) {
        return switch (kind) {
            case UNKNOWN_UNICAST -> UNKNOWN;
            case MULTICAST -> MULTICAST;
            case BROADCAST -> BROADCAST;
        };
    }

    @Nested
    class Forwarding {
        @Test
        void floodsUnknownUnicastToAllPortsExceptIngress() {
            byte[] frame = ethernet(UNKNOWN, A, 46);
            a.send(frame);
            b.assertTakes(frame);
            c.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FLOODED)).isOne();
        }

        @Test
        void forwardsToThePortThatTheDestinationIsBehind() {
            b.send(ethernet(UNKNOWN, B, 46));
            a.take();
            c.take();
            byte[] frame = ethernet(B, A, 1500);
            a.send(frame);
            b.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(a.count(PortCounters.FORWARDED)).isOne();
            assertThat(b.count(PortCounters.TX_FRAMES)).isOne();
            assertThat(b.count(PortCounters.TX_BYTES)).isEqualTo(1514);
        }

        @Test
        void followsAStationThatMoves() {
            b.send(ethernet(UNKNOWN, B, 46));
            c.send(ethernet(UNKNOWN, B, 46));
            a.take();
            b.take();
            c.take();
            byte[] frame = ethernet(B, A, 46);
            a.send(frame);
            c.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(wiring.changes)
                    .contains("LEARNED " + B + " b", "MOVED " + B + " c")
                    .hasSize(3);
        }

        @Test
        void keepsTheOrderOfFramesAndSendsEachOnce() {
            b.send(ethernet(UNKNOWN, B, 46));
            a.take();
            c.take();
            for (int i = 0; i < 100; i++) {
                a.send(ethernet(i % 2 == 0 ? B : UNKNOWN, A, EtherType.IPV4, new byte[] {(byte) i}));
            }
            assertThat(b.take().stream().map(f -> (int) f[14])).hasSize(100).isSorted();
            assertThat(c.take().stream().map(f -> (int) f[14])).hasSize(50).isSorted();
        }

        @Test
        void dropsWhatIsForAStationBehindTheSamePort() {
            a.send(ethernet(UNKNOWN, B, 46));
            b.take();
            c.take();
            a.send(ethernet(B, A, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.SAME_PORT, 1L));
        }

        @Test
        void countsAFloodThatNobodyTakes() {
            Bridge lonely = wiring.bridge("lonely", 0);
            TestPort only = wiring.port("only").in(lonely);
            only.send(ethernet(BROADCAST, A, 46));
            assertThat(only.drops()).isEqualTo(Map.of(DropReason.NO_EGRESS, 1L));
        }

        @Test
        void passesFramesOfOtherEtherTypesAndTpidsUnchanged() {
            for (int type : new int[] {0x88a8, 0x9100, 0x88cc, 0x0026, 0xffff}) {
                byte[] frame = ethernet(UNKNOWN, A, type, hex("0064 0800 0102"));
                a.send(frame);
                b.assertTakes(frame);
                c.assertTakes(frame);
            }
        }

        @Test
        void twoBridgesExchangeNothing() {
            TestPort other = wiring.port("other").in(wiring.bridge("blue", 0));
            a.send(ethernet(BROADCAST, A, 46));
            other.assertTakes();
            other.send(ethernet(A, B, 46));
            assertThat(other.drops()).containsKey(DropReason.NO_EGRESS);
        }
    }

    @Nested
    class Learning {
        @Test
        void learnsNothingOnAPortThatDoesNot() {
            a.with(NOT_LEARNING);
            a.send(ethernet(BROADCAST, A, 46));
            assertThat(bridge.table().lookup(A)).isNull();
        }

        @Test
        void agesAStation() {
            a.send(ethernet(BROADCAST, A, 46));
            bridge.age(299 * Wiring.SECOND);
            assertThat(bridge.table().lookup(A)).isNotNull();
            bridge.age(301 * Wiring.SECOND);
            assertThat(bridge.table().lookup(A)).isNull();
        }

        @Test
        void aStationThatTalksDoesNotAge() {
            for (int second = 0; second < 1000; second++) {
                wiring.now(second * Wiring.SECOND);
                a.send(ethernet(BROADCAST, A, 46));
                bridge.age(second * Wiring.SECOND);
            }
            assertThat(wiring.changes).containsExactly("LEARNED " + A + " a");
        }

        @Test
        void forwardingToAStationDoesNotRefreshIt() {
            b.send(ethernet(BROADCAST, B, 46));
            for (int second = 0; second < 302; second++) {
                wiring.now(second * Wiring.SECOND);
                a.send(ethernet(B, A, 46));
                bridge.age(second * Wiring.SECOND);
            }
            assertThat(bridge.table().lookup(B)).isNull();
        }

        @Test
        void trafficDoesNotChangeAStaticEntry() {
            bridge.table().put(A, b.port, Type.STATIC, 0);
            a.send(ethernet(BROADCAST, A, 46));
            assertThat(bridge.table().lookup(A).port()).isSameAs(b.port);
        }

        @Test
        void keepsTheLimitOfAPort() {
            a.with(settings(true, true, false, false, 3));
            for (long mac = A; mac < A + 100; mac++) {
                a.send(ethernet(BROADCAST, mac, 46));
            }
            assertThat(bridge.table().learned()).isEqualTo(3);
        }

        @Test
        void keepsTheLimitOfTheNetwork() {
            bridge.configure(new NetworkSettings(0, 0, 1500, 300 * Wiring.SECOND, 10, false, true, false));
            b.send(ethernet(BROADCAST, B, 46));
            for (long mac = 0x0200_1000_0000L; mac < 0x0200_1000_0100L; mac++) {
                a.send(ethernet(BROADCAST, mac, 46));
            }
            assertThat(bridge.table().learned()).isEqualTo(10);
            assertThat(bridge.table().lookup(B)).isNotNull();
        }

        @ParameterizedTest
        @ValueSource(longs = {0, 0x0100_0000_0000L, 0x0100_5e00_0001L, MacAddress.BROADCAST, 0x3333_0000_0001L})
        void dropsAGroupOrZeroSourceAndNeverLearnsIt(long source) {
            a.send(ethernet(BROADCAST, source, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.INVALID_SOURCE, 1L));
            assertThat(bridge.table().size()).isZero();
        }
    }

    @Nested
    class Flooding {
        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aPortThatDoesNotTakeOneClassTakesTheOthers(FloodClass kind) {
            b.with(withoutFlood(kind));
            for (FloodClass sent : FloodClass.values()) {
                byte[] frame = ethernet(destination(sent), A, 46);
                a.send(frame);
                if (sent == kind) {
                    b.assertTakes();
                } else {
                    b.assertTakes(frame);
                }
                c.assertTakes(frame);
            }
        }

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aPortThatDoesNotTakeAClassStillSendsIt(FloodClass kind) {
            a.with(withoutFlood(kind));
            byte[] frame = ethernet(destination(kind), A, 46);
            a.send(frame);
            b.assertTakes(frame);
        }

        @Test
        void knownUnicastReachesAPortThatTakesNoFloods() {
            b.send(ethernet(BROADCAST, B, 46));
            a.take();
            c.take();
            b.with(withoutFlood(FloodClass.UNKNOWN_UNICAST));
            byte[] frame = ethernet(B, A, 46);
            a.send(frame);
            b.assertTakes(frame);
        }

        @ParameterizedTest
        @EnumSource(FloodClass.class)
        void aStormBudgetHoldsBackItsClassOnly(FloodClass kind) {
            a.with(withStorm(
                    kind == FloodClass.UNKNOWN_UNICAST ? 100 : 0,
                    kind == FloodClass.MULTICAST ? 100 : 0,
                    kind == FloodClass.BROADCAST ? 100 : 0));
            for (FloodClass sent : FloodClass.values()) {
                for (int i = 0; i < 30; i++) {
                    a.send(ethernet(destination(sent), A, 46));
                }
                assertThat(b.take()).hasSize(sent == kind ? 10 : 30);
            }
            assertThat(a.drops()).isEqualTo(Map.of(kind.storm, 20L));
            wiring.now(Wiring.SECOND / 20);
            a.send(ethernet(destination(kind), A, 46));
            assertThat(b.take()).hasSize(1);
        }

        @Test
        void aStormBudgetDoesNotHoldBackKnownUnicast() {
            b.send(ethernet(BROADCAST, B, 46));
            b.take();
            a.with(withStorm(1, 1, 1));
            for (int i = 0; i < 50; i++) {
                a.send(ethernet(B, A, 46));
            }
            assertThat(b.take()).hasSize(50);
        }

        @Test
        void aChangeOfOtherSettingsDoesNotRefillABudget() {
            a.with(withStorm(0, 0, 10));
            a.send(ethernet(BROADCAST, A, 46));
            a.with(new PortSettings(true, false, true, true, true, false, false, 5, 0, 0, 10));
            a.send(ethernet(BROADCAST, A, 46));
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.STORM_BROADCAST, 1L));
        }
    }

    @Nested
    class Isolation {
        @Test
        void isolatedPortsExchangeNothing() {
            a.with(ISOLATED);
            b.with(ISOLATED);
            byte[] frame = ethernet(BROADCAST, A, 46);
            a.send(frame);
            b.assertTakes();
            c.assertTakes(frame);
            b.send(ethernet(A, B, 46));
            wiring.assertNoMore();
            assertThat(b.drops()).isEqualTo(Map.of(DropReason.ISOLATED, 1L));
        }

        @Test
        void isolatedPortsReachTheOthersAndAreReachedByThem() {
            a.with(ISOLATED);
            byte[] there = ethernet(BROADCAST, A, 46);
            byte[] back = ethernet(A, C, 46);
            a.send(there);
            b.assertTakes(there);
            c.assertTakes(there);
            c.send(back);
            a.assertTakes(back);
        }

        @Test
        void countsAFloodFromAnIsolatedPortAmongIsolatedOnes() {
            a.with(ISOLATED);
            b.with(ISOLATED);
            c.with(ISOLATED);
            a.send(ethernet(BROADCAST, A, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.NO_EGRESS, 1L));
        }
    }

    @Nested
    class Locking {
        @Test
        void aLockedPortTakesOnlyStationsThatTheTableHasForIt() {
            a.with(LOCKED);
            a.send(ethernet(BROADCAST, A, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.LOCKED, 1L));
            assertThat(bridge.table().lookup(A)).as("nor does it learn").isNull();
            bridge.table().put(A, a.port, Type.STATIC, 0);
            a.send(ethernet(BROADCAST, A, 46));
            assertThat(b.take()).hasSize(1);
        }

        @Test
        void aLockedPortDoesNotTakeAStationOfAnotherPort() {
            b.send(ethernet(BROADCAST, B, 46));
            a.take();
            c.take();
            a.with(LOCKED);
            a.send(ethernet(BROADCAST, B, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).containsOnlyKeys(DropReason.LOCKED);
            assertThat(bridge.table().lookup(B).port()).isSameAs(b.port);
        }

        @Test
        void aLockedPortIsReachedByTheOthers() {
            a.with(LOCKED);
            byte[] frame = ethernet(BROADCAST, B, 46);
            b.send(frame);
            a.assertTakes(frame);
        }
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @ValueSource(ints = {0, 2, 3, 4, 13, 14, 15})
        void keepsReservedAddressesWithinTheLink(int last) {
            byte[] frame = ethernet(0x0180_c200_0000L + last, A, 46);
            a.send(frame);
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.RESERVED_DESTINATION, 1L));
            bridge.configure(new NetworkSettings(0, 0, 1500, 300 * Wiring.SECOND, 1000, true, true, false));
            a.send(frame);
            b.assertTakes(frame);
            c.assertTakes(frame);
        }

        @Test
        void neverForwardsFlowControl() {
            bridge.configure(new NetworkSettings(0, 0, 1500, 300 * Wiring.SECOND, 1000, true, true, false));
            a.send(ethernet(MacAddress.PAUSE, A, 46));
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.RESERVED_DESTINATION, 1L));
        }

        @Test
        void floodsGroupsNextToTheReservedOnes() {
            a.send(ethernet(0x0180_c200_0010L, A, 46));
            assertThat(b.take()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 6, 12, 13})
        void dropsRunts(int length) {
            a.send(new byte[length]);
            wiring.assertNoMore();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.RUNT, 1L));
            assertThat(a.count(PortCounters.RX_BYTES)).isEqualTo(length);
        }

        @Test
        void passesAFrameThatIsOnlyAHeader() {
            byte[] frame = ethernet(BROADCAST, A, 0);
            a.send(frame);
            b.assertTakes(frame);
        }

        @Test
        void dropsFramesThatAreLongerThanTheMtuAllows() {
            a.send(ethernet(BROADCAST, A, 1500));
            assertThat(b.take()).hasSize(1);
            a.send(ethernet(BROADCAST, A, 1501));
            b.assertTakes();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.OVERSIZE, 1L));
            assertThat(bridge.table().size()).isOne();
        }

        @Test
        void allowsAGuestsTagFourBytesMore() {
            a.send(tagged(ethernet(BROADCAST, A, 1500), 5));
            assertThat(b.take()).hasSize(1);
            a.send(tagged(ethernet(BROADCAST, A, 1501), 5));
            b.assertTakes();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.OVERSIZE, 1L));
        }

        @Test
        void measuresLargeFramesByTheirSegments() {
            byte[] large = ethernet(BROADCAST, A, 60_000);
            a.send(large, frame -> Frames.makeGso(frame, 1, 1448));
            b.assertTakes(large);
            a.send(large, frame -> Frames.makeGso(frame, 1, 1501));
            a.send(large);
            b.assertTakes();
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.OVERSIZE, 2L));
        }

        @Test
        void followsAChangeOfTheMtu() {
            bridge.configure(new NetworkSettings(0, 0, 9000, 300 * Wiring.SECOND, 1000, false, true, false));
            a.send(ethernet(BROADCAST, A, 9000));
            assertThat(b.take()).hasSize(1);
            a.send(ethernet(BROADCAST, A, 9001));
            b.assertTakes();
        }

        @Test
        void carriesTheLongestFrameThatATapCanReadOntoATrunk() {
            Bridge blue = wiring.bridge("blue", 20);
            TestPort in = wiring.port("in").in(blue);
            TestPort out = wiring.port("out").in(bridge, List.of(blue));
            byte[] longest = ethernet(BROADCAST, A, Frame.MAX_LENGTH - Frame.ETHERNET_HEADER);
            in.send(longest, frame -> Frames.makeGso(frame, 1, 1448));
            out.assertTakes(tagged(longest, 20));
        }
    }

    @Nested
    class DisabledPorts {
        @Test
        void neitherSendNorTake() {
            b.send(ethernet(BROADCAST, B, 46));
            a.take();
            c.take();
            b.with(DISABLED);
            b.send(ethernet(BROADCAST, B, 46));
            a.send(ethernet(BROADCAST, A, 46));
            b.assertTakes();
            a.send(ethernet(B, A, 46));
            b.assertTakes();
            assertThat(b.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
            assertThat(a.drops()).isEqualTo(Map.of(DropReason.EGRESS_UNAVAILABLE, 1L));
        }

        @Test
        void comeBackWithTheirStations() {
            b.send(ethernet(BROADCAST, B, 46));
            b.with(DISABLED);
            b.with(PortSettings.DEFAULTS);
            byte[] frame = ethernet(B, A, 46);
            a.send(frame);
            b.assertTakes(frame);
        }
    }

    @Nested
    class Membership {
        @Test
        void aPortThatLeavesTakesItsEntriesAlong() {
            b.send(ethernet(BROADCAST, B, 46));
            bridge.table().put(C, b.port, Type.STATIC, 0);
            bridge.table().put(UNKNOWN, c.port, Type.STATIC, 0);
            a.take();
            c.take();
            b.port.detach();
            assertThat(bridge.table().entries()).extracting(FdbEntry::mac).containsExactly(UNKNOWN);
            byte[] frame = ethernet(B, A, 46);
            a.send(frame);
            c.assertTakes(frame);
            b.assertTakes();
            b.send(ethernet(BROADCAST, B, 46));
            wiring.assertNoMore();
            assertThat(b.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
        }

        @Test
        void aPortThatChangesItsNetworkLeavesNothingInTheOldOne() {
            Bridge blue = wiring.bridge("blue", 0);
            TestPort other = wiring.port("other").in(blue);
            b.send(ethernet(BROADCAST, B, 46));
            a.take();
            c.take();
            b.in(blue);
            assertThat(bridge.table().size()).isZero();
            byte[] frame = ethernet(BROADCAST, B, 46);
            b.send(frame);
            other.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(blue.table().lookup(B).port()).isSameAs(b.port);
        }

        @Test
        void aChangeOfSettingsKeepsTheEntries() {
            b.send(ethernet(BROADCAST, B, 46));
            b.with(ISOLATED);
            assertThat(bridge.table().lookup(B)).isNotNull();
        }

        @Test
        void aPortThatIsInNoNetworkYetDropsEverything() {
            TestPort early = wiring.port("early");
            early.send(ethernet(BROADCAST, A, 46));
            assertThat(early.drops()).isEqualTo(Map.of(DropReason.PORT_DISABLED, 1L));
            wiring.assertNoMore();
        }
    }

    @Nested
    class Vlans {
        private final Bridge red = wiring.bridge("red", 10);
        private final Bridge blue = wiring.bridge("blue", 20);
        private final Bridge green = wiring.bridge("green", 0);
        private final TestPort redAccess = wiring.port("redAccess").in(red);
        private final TestPort blueAccess = wiring.port("blueAccess").in(blue);
        private final TestPort trunk = wiring.port("trunk").in(green, List.of(red, blue));
        private final TestPort trunk2 = wiring.port("trunk2").in(green, List.of(red, blue));

        @Test
        void anAccessPortReachesTheTrunkWithItsNetworksTag() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            redAccess.send(frame);
            trunk.assertTakes(tagged(frame, 10));
            trunk2.assertTakes(tagged(frame, 10));
            wiring.assertNoMore();
        }

        @Test
        void aTaggedFrameReachesItsNetworkWithoutTheTag() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(tagged(frame, 20));
            blueAccess.assertTakes(frame);
            trunk2.assertTakes(tagged(frame, 20));
            wiring.assertNoMore();
            assertThat(blue.table().lookup(A).port()).isSameAs(trunk.port);
            assertThat(red.table().size()).isZero();
            assertThat(green.table().size()).isZero();
        }

        @Test
        void anUntaggedFrameOnATrunkBelongsToItsNativeNetwork() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(frame);
            trunk2.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(green.table().lookup(A)).isNotNull();
        }

        @Test
        void knownUnicastCrossesTheTrunkTagged() {
            trunk.send(tagged(ethernet(BROADCAST, B, 46), 10));
            redAccess.take();
            trunk2.take();
            byte[] frame = ethernet(B, A, 1500);
            redAccess.send(frame);
            trunk.assertTakes(tagged(frame, 10));
            wiring.assertNoMore();
        }

        @Test
        void theSameStationMayBeInTwoNetworks() {
            redAccess.send(ethernet(BROADCAST, A, 46));
            trunk.send(tagged(ethernet(BROADCAST, A, 46), 20));
            assertThat(red.table().lookup(A).port()).isSameAs(redAccess.port);
            assertThat(blue.table().lookup(A).port()).isSameAs(trunk.port);
        }

        @Test
        void fromTrunkToTrunkTheTagAndItsPriorityStay() {
            byte[] frame = tagged(ethernet(BROADCAST, A, 46), 0xb00a);
            trunk.send(frame);
            trunk2.assertTakes(frame);
            byte[] back = tagged(ethernet(A, B, 46), 0x700a);
            trunk2.send(back);
            trunk.assertTakes(back);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 9, 11, 30, 4094, 4095})
        void aTagOutsideTheTrunkIsDropped(int vid) {
            trunk.send(tagged(ethernet(BROADCAST, A, 46), vid));
            wiring.assertNoMore();
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.VLAN_NOT_IN_TRUNK, 1L));
        }

        @Test
        void aPriorityTaggedFrameIsUntagged() {
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(tagged(frame, 0xa000));
            trunk2.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(green.table().lookup(A)).isNotNull();
        }

        @Test
        void aPriorityTagKeepsItsPriorityOntoATrunk() {
            TestPort other = wiring.port("other").in(red, List.of(blue));
            byte[] frame = ethernet(BROADCAST, A, 46);
            other.send(tagged(frame, 0xa000));
            redAccess.assertTakes(frame);
            trunk.assertTakes(tagged(frame, 0xa00a));
        }

        @Test
        void aPriorityTaggedGuestReachesTheTrunksNativeNetwork() {
            TestPort guest = wiring.port("guest").in(green);
            byte[] frame = tagged(ethernet(BROADCAST, A, 46), 0xa000);
            guest.send(frame);
            trunk.assertTakes(frame);
            assertThat(trunk.drops()).isEmpty();
        }

        @Test
        void aPriorityTagInFrontOfAnotherTagDoesNotLeaveOnATrunk() {
            TestPort guest = wiring.port("guest").in(green);
            guest.send(tagged(tagged(ethernet(BROADCAST, A, 46), 10), 0xa000));
            wiring.assertNoMore();
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.EGRESS_TAG_CONFLICT, 1L));
        }

        @Test
        void aPortWithoutATrunkPassesGuestTagsWithinItsNetwork() {
            TestPort redAccess2 = wiring.port("redAccess2").in(red);
            byte[] frame = tagged(ethernet(BROADCAST, A, 46), 20);
            redAccess.send(frame);
            redAccess2.assertTakes(frame);
            blueAccess.assertTakes();
            trunk.assertTakes(tagged(frame, 10));
            assertThat(red.table().lookup(A)).isNotNull();
        }

        @Test
        void aGuestsTagDoesNotLeaveUntaggedOnATrunk() {
            TestPort guest = wiring.port("guest").in(green);
            TestPort guest2 = wiring.port("guest2").in(green);
            byte[] frame = tagged(ethernet(BROADCAST, A, 46), 10);
            guest.send(frame);
            guest2.assertTakes(frame);
            wiring.assertNoMore();
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.EGRESS_TAG_CONFLICT, 1L));
            assertThat(guest.count(PortCounters.FLOODED)).isOne();
        }

        @ParameterizedTest
        @CsvSource({"10, 0", "13, 0", "14, 47", "0, 14", "65535, 65535"})
        void anOpenChecksumOutsideThePayloadIsNotWrittenOverTheTag(int start, int offset) {
            byte[] frame = ethernet(BROADCAST, A, 46);
            redAccess.send(frame, sent -> Frames.receive(sent, 1, 0, 0, 0, start, offset, frame));
            wiring.assertNoMore();
            assertThat(redAccess.drops()).isEqualTo(Map.of(DropReason.BAD_OFFLOAD, 1L));
        }

        @Test
        void aTagThatIsCutShortDoesNotLeaveOnATrunkEither() {
            // Padded to 60 bytes on the way, it would be a frame of VLAN 10.
            byte[] cut = hex("ffffffffffff 02000000000a 8100 000a");
            TestPort guest = wiring.port("guest").in(green);
            guest.send(cut);
            trunk.assertTakes();
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.EGRESS_TAG_CONFLICT, 1L));
            trunk2.send(cut);
            assertThat(trunk2.drops().get(DropReason.RUNT)).isOne();
            wiring.assertNoMore();
        }

        @Test
        void theInnerOfTwoTagsIsPayloadWhereItCannotBeMistaken() {
            byte[] inner = tagged(ethernet(BROADCAST, A, 46), 20);
            trunk.send(tagged(inner, 10));
            redAccess.assertTakes(inner);
            trunk2.assertTakes(tagged(inner, 10));
            blueAccess.assertTakes();
            TestPort nativeRed = wiring.port("nativeRed").in(red, List.of(blue));
            trunk.send(tagged(inner, 10));
            nativeRed.assertTakes();
            assertThat(nativeRed.drops()).isEqualTo(Map.of(DropReason.EGRESS_TAG_CONFLICT, 1L));
        }

        @Test
        void aFloodReachesUntaggedAndTaggedPortsOnceEachWithTheRightBytes() {
            TestPort redAccess2 = wiring.port("redAccess2").in(red);
            TestPort trunk3 = wiring.port("trunk3").in(red, List.of(blue));
            TestPort trunk4 = wiring.port("trunk4").in(blue, List.of(red));
            byte[] frame = ethernet(BROADCAST, A, 100);
            redAccess.send(frame);
            redAccess2.assertTakes(frame);
            trunk3.assertTakes(frame);
            trunk.assertTakes(tagged(frame, 10));
            trunk2.assertTakes(tagged(frame, 10));
            trunk4.assertTakes(tagged(frame, 10));
            wiring.assertNoMore();
            assertThat(trunk.count(PortCounters.TX_BYTES)).isEqualTo(118);
        }

        @Test
        void aFloodFromATrunkAmongOtherTrunksSkipsOnlyTheIngress() {
            TestPort trunk3 = wiring.port("trunk3").in(blue, List.of(red));
            byte[] frame = tagged(ethernet(BROADCAST, A, 100), 0x300a);
            for (TestPort ingress : List.of(trunk, trunk2, trunk3)) {
                ingress.send(frame);
                for (TestPort egress : List.of(trunk, trunk2, trunk3)) {
                    if (egress == ingress) {
                        egress.assertTakes();
                    } else {
                        egress.assertTakes(frame);
                    }
                }
                assertThat(redAccess.take()).hasSize(1);
            }
        }

        @Test
        void aNetworkThatIsNativeAndInTheTrunkIsTakenBothWaysAndLeavesUntagged() {
            TestPort both = wiring.port("both").in(red, List.of(red, blue));
            byte[] frame = ethernet(BROADCAST, A, 46);
            redAccess.send(frame);
            both.assertTakes(frame);
            trunk.take();
            trunk2.take();
            both.send(tagged(frame, 10));
            redAccess.assertTakes(frame);
            both.send(frame);
            redAccess.assertTakes(frame);
            both.send(tagged(frame, 20));
            blueAccess.assertTakes(frame);
            both.assertTakes();
        }

        @Test
        void aTrunkWithoutNetworksStillReadsTags() {
            TestPort empty = wiring.port("empty").in(green, List.of());
            empty.send(tagged(ethernet(BROADCAST, A, 46), 10));
            wiring.assertNoMore();
            assertThat(empty.drops()).isEqualTo(Map.of(DropReason.VLAN_NOT_IN_TRUNK, 1L));
        }

        @Test
        void aNetworkThatLeavesTheTrunkIsFlushed() {
            trunk.send(tagged(ethernet(BROADCAST, A, 46), 10));
            trunk.send(tagged(ethernet(BROADCAST, A, 46), 20));
            trunk.in(green, List.of(blue));
            assertThat(red.table().size()).isZero();
            assertThat(blue.table().size()).isOne();
            List.of(redAccess, blueAccess, trunk2).forEach(TestPort::take);
            redAccess.send(ethernet(BROADCAST, B, 46));
            trunk.assertTakes();
            assertThat(trunk2.take()).hasSize(1);
        }

        @Test
        void aNewVlanIsUsedOnceThePortsAreAttachedAnew() {
            red.configure(new NetworkSettings(11, 0, 1500, 300 * Wiring.SECOND, 1000, false, true, false));
            trunk.in(green, List.of(red, blue));
            trunk2.in(green, List.of(red, blue));
            byte[] frame = ethernet(BROADCAST, A, 46);
            redAccess.send(frame);
            trunk.assertTakes(tagged(frame, 11));
            trunk2.assertTakes(tagged(frame, 11));
            trunk.send(tagged(ethernet(A, B, 46), 11));
            assertThat(redAccess.take()).hasSize(1);
            trunk.send(tagged(frame, 10));
            assertThat(trunk.drops()).isEqualTo(Map.of(DropReason.VLAN_NOT_IN_TRUNK, 1L));
        }

        @Test
        void networksThatSwapTheirVlansDoNotMix() {
            red.configure(new NetworkSettings(20, 0, 1500, 300 * Wiring.SECOND, 1000, false, true, false));
            blue.configure(new NetworkSettings(10, 0, 1500, 300 * Wiring.SECOND, 1000, false, true, false));
            trunk.in(green, List.of(red, blue));
            trunk2.in(green, List.of(red, blue));
            byte[] frame = ethernet(BROADCAST, A, 46);
            trunk.send(tagged(frame, 20));
            redAccess.assertTakes(frame);
            blueAccess.assertTakes();
            trunk2.assertTakes(tagged(frame, 20));
        }

        @Test
        void anOpenChecksumIsRightBehindATagToo() {
            // UDP 10.0.0.1 to 10.0.0.2 with the pseudo header's sum in its checksum field.
            byte[] open = hex("020000000002 02000000000a 0800 4500 001c 0000 0000 4011 0000 0a000001 0a000002"
                    + "0001 0002 0008 141c");
            TestPort wire = wiring.wirePort("wire").in(green, List.of(red, blue));
            redAccess.send(open, frame -> Frames.receive(frame, 1, 0, 0, 0, 34, 6, open));
            byte[] complete = wire.take().get(0);
            assertThat(complete).hasSize(open.length + 4);
            // 0x141c + 0x0001 + 0x0002 + 0x0008 = 0x1427
            assertThat((complete[44] & 0xff) << 8 | complete[45] & 0xff).isEqualTo(~0x1427 & 0xffff);
        }
    }

    @Test
    void aDefectCostsTheFrameAndIsCounted() {
        Wiring other = new Wiring();
        Bridge broken = new Bridge("broken", bridge.settings(), (change, entry) -> {
            throw new IllegalStateException("on purpose");
        });
        TestPort port = other.port("port").in(broken);
        other.port("port2").in(broken);
        port.send(ethernet(BROADCAST, A, 46));
        assertThat(port.drops()).isEqualTo(Map.of(DropReason.INTERNAL_ERROR, 1L));
        port.send(ethernet(BROADCAST, A, 46));
        assertThat(port.count(PortCounters.FLOODED)).isOne();
    }
}
