package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.port.Burst;
import io.tapswitch.port.CountingPort;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The frame path allocates nothing: not a byte in a million frames of each kind. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FRAMES = 1_000_000;
    private static final int WARM_UP = 100_000;

    private static final long A = 0x0200_0000_000aL;
    private static final long B = 0x0200_0000_000bL;
    private static final int VNI = 1000;

    private final Bridge bridge = bridge(10);
    private final Bridge other = bridge(20);
    private final CountingPort a = port("a", bridge, null);
    private final CountingPort b = port("b", bridge, null);
    private final CountingPort trunk = port("trunk", other, List.of(bridge));
    private final CountingPort trunk2 = port("trunk2", other, List.of(bridge, other));
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private long now;
    private byte[] sink;

    private static Bridge bridge(int vlan) {
        return new Bridge(
                "n" + vlan,
                new NetworkSettings(vlan, VNI + vlan, 1500, 300 * Wiring.SECOND, 1000, false, true, false),
                (change, entry) -> {});
    }

    private static CountingPort port(String name, Bridge bridge, List<Bridge> carried) {
        return attached(new CountingPort(name, 1), bridge, carried);
    }

    private static CountingPort vtep(String name, Bridge bridge, List<Bridge> others) {
        return attached(CountingPort.ofOverlay(name, 1), bridge, others);
    }

    private static CountingPort attached(CountingPort port, Bridge bridge, List<Bridge> carried) {
        BridgePort bridgePort = new BridgePort(port);
        port.start(bridgePort, cause -> {});
        bridgePort.attach(PortSettings.DEFAULTS, bridge, carried);
        return port;
    }

    /** Bytes that this thread allocates while it takes the step a million times, once the code is warm. */
    private static long allocated(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < FRAMES; i++) {
            step.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** Whatever the JVM itself allocates now and then is less than one byte in a hundred frames. */
    private static void assertAllocatesNothing(Runnable step) {
        assertThat(allocated(step)).isLessThan(FRAMES / 100);
    }

    private Runnable sending(CountingPort port, byte[] bytes) {
        return () -> {
            fill(bytes);
            port.inject(frame, burst.begin(now += 100));
        };
    }

    private Runnable sending(CountingPort vtep, int vni, byte[] bytes) {
        return () -> {
            fill(bytes);
            vtep.inject(vni, frame, burst.begin(now += 100));
        };
    }

    private void fill(byte[] bytes) {
        frame.received(12 + bytes.length);
        VirtioNetHeader.clear(frame.buffer(), frame.start() - VirtioNetHeader.LENGTH);
        frame.buffer().put(frame.start(), bytes);
    }

    private void sendOnce(CountingPort port, byte[] bytes) {
        sending(port, bytes).run();
    }

    @Test
    void theMeasurementSeesSixteenBytesPerFrame() {
        Runnable send = sending(a, Frames.ethernet(B, A, 46));
        long bytes = allocated(() -> {
            send.run();
            sink = new byte[0];
        });
        assertThat(bytes).isBetween(16L * FRAMES, 17L * FRAMES);
        assertThat(sink).isEmpty();
    }

    @Test
    void theMeasurementSeesNothingWhereNothingHappens() {
        assertThat(allocated(() -> {})).isLessThan(FRAMES / 100);
    }

    @Test
    void forwardsKnownUnicastWithoutAllocation() {
        sendOnce(b, Frames.ethernet(MacAddress.BROADCAST, B, 46));
        assertAllocatesNothing(sending(a, Frames.ethernet(B, A, 46)));
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES + WARM_UP);
    }

    @Test
    void forwardsOntoATrunkWithoutAllocation() {
        sendOnce(trunk, Frames.tagged(Frames.ethernet(MacAddress.BROADCAST, B, 46), 10));
        assertAllocatesNothing(sending(a, Frames.ethernet(B, A, 46)));
        assertThat(trunk.counters().sum(PortCounters.TX_BYTES)).isEqualTo(64L * (FRAMES + WARM_UP));
    }

    @Test
    void forwardsFromATrunkWithoutAllocation() {
        sendOnce(b, Frames.ethernet(MacAddress.BROADCAST, B, 46));
        assertAllocatesNothing(sending(trunk, Frames.tagged(Frames.ethernet(B, A, 46), 10)));
        assertThat(b.counters().sum(PortCounters.TX_BYTES)).isEqualTo(60L * (FRAMES + WARM_UP));
    }

    @Test
    void floodsToThreePortsTwoOfThemTaggedWithoutAllocation() {
        assertAllocatesNothing(sending(a, Frames.ethernet(MacAddress.BROADCAST, A, 46)));
        for (CountingPort port : List.of(b, trunk, trunk2)) {
            assertThat(port.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES + WARM_UP);
        }
    }

    @Test
    void forwardsOntoTheOverlayWithoutAllocation() {
        CountingPort vtep = vtep("vtep", other, List.of(bridge));
        sending(vtep, VNI + 10, Frames.ethernet(MacAddress.BROADCAST, B, 46)).run();
        assertAllocatesNothing(sending(a, Frames.ethernet(B, A, 46)));
        assertThat(vtep.counters().sum(PortCounters.TX_BYTES)).isEqualTo(60L * (FRAMES + WARM_UP));
    }

    @Test
    void forwardsFromTheOverlayWithoutAllocation() {
        CountingPort vtep = vtep("vtep", other, List.of(bridge));
        sendOnce(b, Frames.ethernet(MacAddress.BROADCAST, B, 46));
        assertAllocatesNothing(sending(vtep, VNI + 10, Frames.ethernet(B, A, 46)));
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES + WARM_UP);
    }

    @Test
    void floodsOntoAndFromTheOverlayWithoutAllocation() {
        CountingPort vtep = vtep("vtep", bridge, null);
        CountingPort vtep2 = vtep("vtep2", bridge, null);
        assertAllocatesNothing(sending(a, Frames.ethernet(MacAddress.BROADCAST, A, 46)));
        assertAllocatesNothing(sending(vtep2, VNI + 10, Frames.ethernet(MacAddress.BROADCAST, B, 46)));
        assertThat(vtep.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES + WARM_UP);
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(2 * (FRAMES + WARM_UP));
    }

    @Test
    void answersInTheNameOfTheOverlayWithoutAllocation() {
        CountingPort vtep = vtep("vtep", other, List.of(bridge));
        sendOnce(b, Frames.ethernet(MacAddress.BROADCAST, B, 46));
        byte[] bytes = Frames.ethernet(B, A, 46);
        assertAllocatesNothing(() -> {
            fill(bytes);
            vtep.answer(VNI + 10, frame, burst.begin(now += 100));
        });
        assertThat(b.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES + WARM_UP);
    }

    /** A station behind the overlay with the address 10.0.0.11, in a network that answers for it. */
    private CountingPort answering() {
        Bridge answering = new Bridge(
                "answering",
                new NetworkSettings(0, VNI, 1500, 300 * Wiring.SECOND, 1000, false, true, true),
                (change, entry) -> {});
        CountingPort port = port("asker", answering, null);
        CountingPort vtep = vtep("vtep", answering, null);
        sending(vtep, VNI, Frames.ethernet(MacAddress.BROADCAST, B, 46)).run();
        answering.neighbours().putRemote(DiscoveryFrames.address("10.0.0.11"), B);
        answering.neighbours().putRemote(DiscoveryFrames.address("fd00::11"), B);
        return port;
    }

    /** A millisecond passes with each, which is what the budget allows; so once a second the asker is refreshed. */
    private void assertAnswersWithoutAllocation(byte[] question) {
        CountingPort asker = answering();
        long before = asker.counters().sum(PortCounters.TX_FRAMES);
        Runnable send = sending(asker, question);
        assertAllocatesNothing(() -> {
            now += 1_000_000;
            send.run();
        });
        assertThat(asker.counters().sum(PortCounters.SUPPRESSED)).isEqualTo(FRAMES + WARM_UP);
        assertThat(asker.counters().sum(PortCounters.TX_FRAMES) - before).isEqualTo(FRAMES + WARM_UP);
    }

    @Test
    void answersAnArpRequestWithoutAllocation() {
        assertAnswersWithoutAllocation(DiscoveryFrames.request(A, "10.0.0.10", "10.0.0.11"));
    }

    @Test
    void answersASolicitationWithoutAllocation() {
        assertAnswersWithoutAllocation(DiscoveryFrames.solicitation(A, "fd00::10", "fd00::11"));
    }

    @Test
    void forwardsOtherPacketsWithoutAllocationWhereItAnswers() {
        CountingPort port = answering();
        byte[] ipv6 = DiscoveryFrames.nd(128, B, A, new byte[16], new byte[16], 64, 0, new byte[16], new byte[8]);
        assertAllocatesNothing(sending(port, ipv6));
        assertAllocatesNothing(sending(port, Frames.ethernet(B, A, 46)));
        assertThat(port.counters().sum(PortCounters.FORWARDED)).isEqualTo(2L * (FRAMES + WARM_UP));
    }

    /** A millisecond passes with each frame, so that one in a thousand takes the lock to refresh its entry. */
    @Test
    void refreshesStationsWithoutAllocation() {
        Runnable send = sending(a, Frames.ethernet(MacAddress.BROADCAST, A, 46));
        assertAllocatesNothing(() -> {
            now += 1_000_000;
            send.run();
        });
        assertThat(bridge.table().lookup(A).seenNanos()).isGreaterThan(now - 2 * Wiring.SECOND);
    }

    @Test
    void movesAStationToAndFroWithoutAllocation() {
        Runnable here = sending(a, Frames.ethernet(MacAddress.BROADCAST, A, 46));
        Runnable there = sending(b, Frames.ethernet(MacAddress.BROADCAST, A, 46));
        assertAllocatesNothing(() -> {
            here.run();
            there.run();
        });
    }

    @Test
    void dropsWithoutAllocation() {
        sendOnce(a, Frames.ethernet(MacAddress.BROADCAST, B, 46));
        byte[][] refused = {
            new byte[5],
            Frames.ethernet(B, 0, 46),
            Frames.ethernet(B, A, 46),
            Frames.ethernet(0x0180_c200_0000L, A, 46),
            Frames.ethernet(B, A, 1501),
        };
        for (byte[] bytes : refused) {
            assertAllocatesNothing(sending(a, bytes));
        }
        assertAllocatesNothing(sending(trunk, Frames.tagged(Frames.ethernet(B, A, 46), 99)));
        CountingPort vtep = vtep("vtep", bridge, null);
        CountingPort vtep2 = vtep("vtep2", bridge, null);
        sending(vtep2, VNI + 10, Frames.ethernet(MacAddress.BROADCAST, B + 1, 46))
                .run();
        assertAllocatesNothing(sending(vtep, 5, Frames.ethernet(B, A, 46)));
        assertAllocatesNothing(sending(vtep, VNI + 10, Frames.ethernet(B + 1, A + 1, 46)));
        assertThat(a.counters().drops()).hasSize(5);
        assertThat(trunk.counters().drops()).hasSize(1);
        assertThat(vtep.counters().drops()).containsOnlyKeys(DropReason.UNKNOWN_VNI, DropReason.SPLIT_HORIZON);
    }
}
