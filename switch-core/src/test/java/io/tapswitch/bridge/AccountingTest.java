package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortOwner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random traffic over random topologies that change on the way: no frame and no copy goes uncounted. */
class AccountingTest {
    private static final int TOPOLOGIES = 60;
    private static final int FRAMES = 4000;
    private static final int FIRST_VNI = 1000;

    /** Notes who was offered a copy of the present frame, and refuses some. */
    private static final class RandomPort extends Port {
        private final SplittableRandom random;
        private final boolean overlay;
        private boolean takesFloods = true;
        private long offered;
        private int copiesOfThis;
        private int lastVni;
        private byte[] last;

        /** What becomes of the next copy. */
        private DropReason next;

        RandomPort(String name, boolean overlay, SplittableRandom random) {
            super(name, new PortCounters(1));
            this.random = random;
            this.overlay = overlay;
        }

        @Override
        public boolean isOverlay() {
            return overlay;
        }

        @Override
        public boolean takesFloods() {
            return takesFloods;
        }

        @Override
        public void start(FrameSink sink, PortOwner owner) {}

        @Override
        public void transmit(int vni, Frame frame, Burst burst) {
            transmit(frame, burst);
            lastVni = vni;
        }

        @Override
        public void transmit(Frame frame, Burst burst) {
            lastVni = 0;
            offered++;
            copiesOfThis++;
            last = frame.toByteArray();
            if (next == null) {
                counters().transmitted(burst.loop(), frame.length());
            } else {
                counters().dropped(burst.loop(), next);
            }
            next = switch (random.nextInt(20)) {
                case 0 -> DropReason.EGRESS_FULL;
                case 1 -> DropReason.EGRESS_DOWN;
                default -> null;
            };
        }

        @Override
        public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
            assertThat(vni != 0).isEqualTo(overlay);
            return next;
        }

        @Override
        public Info info() {
            return new Info(name(), 1, List.of(), List.of());
        }

        @Override
        public void close() {}
    }

    private static final class Topology {
        private final SplittableRandom random;
        private final List<Bridge> bridges = new ArrayList<>();
        private final List<RandomPort> ports = new ArrayList<>();
        private final List<BridgePort> bridgePorts = new ArrayList<>();
        private final Frame frame = new Frame();
        private final Burst burst = new Burst(0);
        private final FrameTracer tracer = new FrameTracer();
        private int changes;
        private long now;

        Topology(int seed) {
            random = new SplittableRandom(seed);
            int networks = random.nextInt(1, 5);
            for (int i = 0; i < networks; i++) {
                NetworkSettings settings = new NetworkSettings(
                        random.nextInt(4) == 0 ? 0 : 10 + i,
                        random.nextInt(4) == 0 ? 0 : FIRST_VNI + i,
                        1500,
                        10 * Wiring.SECOND,
                        random.nextInt(1, 60),
                        random.nextBoolean(),
                        true,
                        random.nextInt(3) != 0);
                bridges.add(new Bridge("n" + i, settings, (change, entry) -> changes++));
            }
            int count = random.nextInt(1, 9);
            for (int i = 0; i < count; i++) {
                RandomPort port = new RandomPort("p" + i, random.nextInt(3) == 0, random);
                ports.add(port);
                bridgePorts.add(new BridgePort(port));
                attach(bridgePorts.get(i));
            }
        }

        private void attach(BridgePort port) {
            List<Bridge> trunk = new ArrayList<>();
            for (Bridge bridge : bridges) {
                if (bridge.vlan() != 0 && random.nextBoolean()) {
                    trunk.add(bridge);
                }
            }
            Bridge untagged = bridges.get(random.nextInt(bridges.size()));
            port.attach(settings(), untagged, random.nextInt(3) == 0 ? null : trunk);
        }

        private PortSettings settings() {
            return new PortSettings(
                    random.nextInt(10) != 0,
                    random.nextInt(5) != 0,
                    random.nextInt(5) != 0,
                    random.nextInt(5) != 0,
                    random.nextInt(5) != 0,
                    random.nextInt(3) == 0,
                    random.nextInt(8) == 0,
                    random.nextInt(1, 30),
                    random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0,
                    random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0,
                    random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0);
        }

        private long mac() {
            return switch (random.nextInt(12)) {
                case 0 -> MacAddress.BROADCAST;
                case 1 -> 0x0100_5e00_0000L + random.nextInt(4);
                case 2 -> 0x0180_c200_0000L + random.nextInt(18);
                case 3 -> random.nextInt(3) == 0 ? 0 : 0x3333_0000_0001L;
                default -> 0x0200_0000_0000L + random.nextInt(80);
            };
        }

        /** The last byte of both is the station's, so that a few of them have an address each. */
        private byte[] request() {
            long source = mac();
            int sender = random.nextInt(8) == 0 ? 0 : 0x0a00_0000 | (int) source & 0xff;
            int target = 0x0a00_0000 | random.nextInt(80);
            return DiscoveryFrames.arp(1, MacAddress.BROADCAST, source, sender, 0, target);
        }

        private byte[] bytes() {
            if (random.nextInt(50) == 0) {
                return new byte[random.nextInt(14)];
            }
            int payload = random.nextInt(20) == 0 ? random.nextInt(1490, 1510) : random.nextInt(46, 200);
            byte[] bytes = random.nextInt(4) == 0 ? request() : Frames.ethernet(mac(), mac(), payload);
            for (int tags = random.nextInt(5); tags > 2; tags--) {
                int vid = random.nextInt(5) == 0 ? 0 : 9 + random.nextInt(6);
                bytes = Frames.tagged(bytes, random.nextInt(8) << 13 | vid);
            }
            return bytes;
        }

        void run() {
            for (int i = 0; i < FRAMES; i++) {
                now += random.nextLong(20_000_000);
                burst.begin(now);
                if (random.nextInt(200) == 0) {
                    change();
                }
                send(random.nextInt(ports.size()));
            }
            checkSums();
        }

        private void change() {
            BridgePort port = bridgePorts.get(random.nextInt(ports.size()));
            switch (random.nextInt(5)) {
                case 0 -> port.detach();
                case 1 -> flipFloods(random.nextInt(ports.size()));
                case 2 -> hearOfNeighbours(bridges.get(random.nextInt(bridges.size())));
                default -> attach(port);
            }
            bridges.forEach(bridge -> bridge.age(now));
        }

        private void hearOfNeighbours(Bridge bridge) {
            for (int i = 0; i < 10; i++) {
                int station = random.nextInt(80);
                bridge.neighbours().putRemote(new byte[] {10, 0, 0, (byte) station}, 0x0200_0000_0000L + station);
            }
        }

        private void flipFloods(int of) {
            ports.get(of).takesFloods = !ports.get(of).takesFloods;
            bridgePorts.get(of).noteFloods().forEach(Bridge::refreshFloodLists);
        }

        private void send(int from) {
            ports.forEach(port -> port.copiesOfThis = 0);
            frame.set(bytes());
            if (random.nextInt(10) == 0) {
                Frames.makeGso(frame, 1, random.nextInt(1400, 1600));
            }
            byte[] sent = frame.toByteArray();
            int vni = ports.get(from).overlay ? FIRST_VNI - 1 + random.nextInt(bridges.size() + 2) : 0;
            FrameTrace told = simulate(from, vni, sent);
            List<Map<DropReason, Long>> dropsBefore = drops();
            PortCounters counters = ports.get(from).counters();
            long before = outcomes(counters);
            long forwarded = counters.sum(PortCounters.FORWARDED);
            long flooded = counters.sum(PortCounters.FLOODED);
            long suppressed = counters.sum(PortCounters.SUPPRESSED);
            if (ports.get(from).overlay) {
                bridgePorts.get(from).receive(vni, frame, burst);
            } else {
                bridgePorts.get(from).receive(frame, burst);
            }
            assertThat(outcomes(counters) - before).as("one outcome").isOne();
            FrameTrace.Outcome outcome = FrameTrace.Outcome.DROPPED;
            if (counters.sum(PortCounters.FORWARDED) > forwarded) {
                outcome = FrameTrace.Outcome.FORWARDED;
            } else if (counters.sum(PortCounters.FLOODED) > flooded) {
                outcome = FrameTrace.Outcome.FLOODED;
            } else if (counters.sum(PortCounters.SUPPRESSED) > suppressed) {
                outcome = FrameTrace.Outcome.SUPPRESSED;
            }
            assertThat(told.outcome()).isEqualTo(outcome);
            checkTold(told, from, dropsBefore);
            if (counters.sum(PortCounters.SUPPRESSED) > suppressed) {
                checkAnswer(from, sent);
            } else {
                checkCopies(from, sent, counters.sum(PortCounters.FORWARDED) - forwarded);
            }
        }

        /** Tells what would become of the frame, and changes nothing that could be seen. */
        private FrameTrace simulate(int from, int vni, byte[] bytes) {
            List<List<Long>> counted = counts();
            int changed = changes;
            FrameTrace told =
                    tracer.simulate(bridgePorts.get(from), Arrival.usual(vni), Frames.header(frame), bytes, burst);
            assertThat(counts()).isEqualTo(counted);
            assertThat(changes).isEqualTo(changed);
            assertThat(ports).allMatch(port -> port.copiesOfThis == 0);
            return told;
        }

        private List<List<Long>> counts() {
            return ports.stream().map(port -> counts(port.counters())).toList();
        }

        private static List<Long> counts(PortCounters counters) {
            List<Long> counts = new ArrayList<>();
            for (int counter = PortCounters.RX_FRAMES; counter <= PortCounters.SUPPRESSED; counter++) {
                counts.add(counters.sum(counter));
            }
            counts.add(counters.drops(Side.INGRESS));
            counts.add(counters.drops(Side.EGRESS));
            return counts;
        }

        private List<Map<DropReason, Long>> drops() {
            return ports.stream().map(port -> port.counters().drops()).toList();
        }

        /** The simulation named what then happened. */
        private void checkTold(FrameTrace told, int from, List<Map<DropReason, Long>> dropsBefore) {
            List<String> happened = new ArrayList<>();
            List<String> copies = new ArrayList<>();
            for (int i = 0; i < ports.size(); i++) {
                RandomPort port = ports.get(i);
                Set<DropReason> reasons =
                        risen(dropsBefore.get(i), port.counters().drops());
                DropReason refusal = reasons.stream()
                        .filter(reason -> reason.side() == Side.EGRESS)
                        .findFirst()
                        .orElse(null);
                if (port.copiesOfThis == 1 || refusal == DropReason.EGRESS_TAG_CONFLICT) {
                    copies.add(port.name() + " " + refusal + " " + (port.copiesOfThis == 1 ? port.lastVni : 0));
                }
                if (i == from) {
                    reasons.stream()
                            .filter(reason -> reason.side() == Side.INGRESS)
                            .map(DropReason::label)
                            .forEach(happened::add);
                }
            }
            List<String> toldCopies = told.copies().stream()
                    .map(copy -> copy.port() + " " + copy.reason() + " " + copy.vni())
                    .sorted()
                    .toList();
            assertThat(told.reason() == null ? List.of() : List.of(told.reason().label()))
                    .isEqualTo(happened);
            if (told.outcome() != FrameTrace.Outcome.SUPPRESSED) {
                assertThat(toldCopies).isEqualTo(copies);
            }
        }

        private static Set<DropReason> risen(Map<DropReason, Long> before, Map<DropReason, Long> after) {
            Set<DropReason> risen = new HashSet<>(after.keySet());
            risen.removeIf(reason -> after.get(reason).equals(before.get(reason)));
            return risen;
        }

        private static long outcomes(PortCounters counters) {
            return counters.sum(PortCounters.FORWARDED)
                    + counters.sum(PortCounters.FLOODED)
                    + counters.sum(PortCounters.SUPPRESSED)
                    + counters.drops(Side.INGRESS);
        }

        /** Nobody but the asker, who is on this host, gets something, once, with the tag that the request had. */
        private void checkAnswer(int from, byte[] sent) {
            for (int i = 0; i < ports.size(); i++) {
                assertThat(ports.get(i).copiesOfThis).isEqualTo(i == from ? 1 : 0);
            }
            assertThat(ports.get(from).overlay).isFalse();
            byte[] answer = ports.get(from).last;
            assertThat(Arrays.copyOf(answer, 6)).isEqualTo(Arrays.copyOfRange(sent, 6, 12));
            assertThat(withoutTags(answer)).hasSize(42);
        }

        private void checkCopies(int from, byte[] sent, long forwarded) {
            int copies = 0;
            for (int i = 0; i < ports.size(); i++) {
                RandomPort port = ports.get(i);
                copies += port.copiesOfThis;
                boolean splitHorizon = ports.get(from).overlay && port.overlay;
                assertThat(port.copiesOfThis)
                        .as("copies at %s", port.name())
                        .isLessThanOrEqualTo(i == from || splitHorizon ? 0 : 1);
                if (port.copiesOfThis == 1) {
                    assertThat(withoutTags(port.last)).as("bytes but for tags").isEqualTo(withoutTags(sent));
                    assertThat(port.lastVni != 0)
                            .as("a VNI on the overlay only")
                            .isEqualTo(port.overlay);
                }
            }
            if (forwarded == 1) {
                assertThat(copies).isLessThanOrEqualTo(1);
            }
        }

        private static byte[] withoutTags(byte[] bytes) {
            byte[] rest = bytes;
            while (rest.length >= 18 && (rest[12] & 0xff) == 0x81 && rest[13] == 0) {
                byte[] shorter = Arrays.copyOf(rest, rest.length - 4);
                System.arraycopy(rest, 16, shorter, 12, rest.length - 16);
                rest = shorter;
            }
            return rest;
        }

        private void checkSums() {
            for (RandomPort port : ports) {
                PortCounters counters = port.counters();
                assertThat(counters.sum(PortCounters.RX_FRAMES)).isEqualTo(outcomes(counters));
                long refused = counters.drops(Side.EGRESS) - counters.drops(DropReason.EGRESS_TAG_CONFLICT);
                assertThat(port.offered).isEqualTo(counters.sum(PortCounters.TX_FRAMES) + refused);
                assertThat(counters.drops(DropReason.INTERNAL_ERROR)).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void everyFrameAndEveryCopyIsCountedOnce(int quarter) {
        for (int i = 0; i < TOPOLOGIES / 4; i++) {
            new Topology(1000 * quarter + i).run();
        }
    }

    /** Else the test above would show nothing about a reason. */
    @Test
    void theTrafficMeetsEveryReason() {
        Set<DropReason> met = EnumSet.noneOf(DropReason.class);
        Set<Integer> outcomes = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            Topology topology = new Topology(seed);
            topology.run();
            for (RandomPort port : topology.ports) {
                met.addAll(port.counters().drops().keySet());
                for (int counter = PortCounters.RX_FRAMES; counter <= PortCounters.SUPPRESSED; counter++) {
                    if (port.counters().sum(counter) > 0) {
                        outcomes.add(counter);
                    }
                }
            }
        }
        assertThat(EnumSet.complementOf(EnumSet.copyOf(met)))
                .containsExactlyInAnyOrder(
                        DropReason.UNKNOWN_SENDER,
                        DropReason.UNKNOWN_VTEP,
                        DropReason.BAD_VXLAN_HEADER,
                        DropReason.BAD_ECN,
                        DropReason.NOT_ENCRYPTED,
                        DropReason.NOT_AUTHENTIC,
                        DropReason.REPLAYED,
                        DropReason.EGRESS_NO_KEY,
                        DropReason.RECEIVE_OVERRUN,
                        DropReason.NOT_IP,
                        DropReason.HOST_DISCOVERY,
                        DropReason.UNRESOLVED,
                        DropReason.EGRESS_OTHER_STATION,
                        DropReason.EGRESS_NOT_IP,
                        DropReason.INTERNAL_ERROR,
                        DropReason.EGRESS_ERROR,
                        DropReason.EGRESS_OVERSIZE,
                        DropReason.BAD_OFFLOAD,
                        DropReason.EGRESS_BAD_OFFLOAD);
        assertThat(outcomes).hasSize(7);
    }

    @Test
    void copiesWithAnOpenChecksumAreCountedAsWell() {
        Wiring wiring = new Wiring();
        Bridge bridge = wiring.bridge("n", 0);
        Wiring.TestPort a = wiring.port("a").in(bridge);
        Wiring.TestPort b = wiring.port("b").in(bridge);
        byte[] bytes = Frames.ethernet(MacAddress.BROADCAST, 2, 46);
        a.send(bytes, frame -> Frames.receive(frame, 1, 0, 0, 0, 5000, 6, bytes));
        assertThat(a.counters().drops(DropReason.BAD_OFFLOAD)).isOne();
        assertThat(b.take()).isEmpty();
        a.send(bytes, frame -> Frames.receive(frame, 1, 0, 0, 0, 34, 6, bytes));
        assertThat(b.take()).hasSize(1);
        wiring.assertAccounts();
    }
}
