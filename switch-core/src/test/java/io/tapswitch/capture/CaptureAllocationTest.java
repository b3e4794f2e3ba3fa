package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FrameWatches;
import io.tapswitch.bridge.NetworkSettings;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.CountingPort;
import io.tapswitch.port.PortCounters;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who watches makes the frame path allocate nothing either, whether the reader keeps up or not. */
class CaptureAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FRAMES = 300_000;
    private static final int WARM_UP = 100_000;
    private static final long A = 0x0200_0000_000aL;

    private final Bridge bridge =
            new Bridge("n", new NetworkSettings(0, 0, 1500, 1L << 40, 1000, false, true, false), (change, entry) -> {});
    private final CountingPort from = new CountingPort("from", 1);
    private final CountingPort to = new CountingPort("to", 1);
    private final BridgePort fromPort = attached(from);
    private final BridgePort toPort = attached(to);
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);

    private BridgePort attached(CountingPort port) {
        BridgePort bridgePort = new BridgePort(port);
        port.start(bridgePort, cause -> {});
        bridgePort.attach(PortSettings.DEFAULTS, bridge, null);
        return bridgePort;
    }

    private static CaptureSession session(String filter, boolean dropped) {
        CaptureSettings settings =
                new CaptureSettings(null, FrameFilter.parse(filter), null, dropped, null, null, null);
        return new CaptureSession(settings, "test", "a", 1, 1 << 20, true, () -> {});
    }

    private void send(byte[] bytes) {
        frame.received(12 + bytes.length);
        frame.buffer().putLong(frame.start() - 12, 0).putInt(frame.start() - 4, 0);
        frame.buffer().put(frame.start(), bytes);
        from.inject(frame, burst.begin(1));
    }

    private long allocated(Runnable step, Runnable between) {
        long sum = 0;
        for (int i = -WARM_UP; i < FRAMES; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int j = 0; j < 1000; j++, i++) {
                step.run();
            }
            sum += i > 0 ? THREADS.getCurrentThreadAllocatedBytes() - before : 0;
            between.run();
        }
        return sum;
    }

    @Test
    void capturingBothPortsAndTheNetworkAllocatesNothing() {
        CaptureSession one = session("ip and host 10.0.0.1 or not (arp or port 80)", false);
        CaptureSession two = session("", true);
        CaptureSession three = session("greater 10", false);
        fromPort.watch(FrameWatches.of(List.of(one, two)));
        toPort.watch(one);
        bridge.watch(three);
        byte[] bytes = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        long bytesAllocated = allocated(() -> send(bytes), () -> {
            one.next();
            three.next();
        });
        assertThat(bytesAllocated).isLessThan(FRAMES / 10);
        assertThat(one.frames() + one.lost()).isEqualTo(2 * (three.frames() + three.lost()));
        assertThat(three.frames()).isGreaterThan(FRAMES / 2);
        assertThat(two.frames()).isZero();
    }

    @Test
    void aReaderThatNeverReadsCostsFramesOfTheCaptureAndNothingElse() {
        CaptureSession idle = session("", false);
        fromPort.watch(idle);
        byte[] bytes = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        assertThat(allocated(() -> send(bytes), () -> {})).isLessThan(FRAMES / 10);
        assertThat(idle.lost()).isGreaterThan(FRAMES / 2);
        assertThat(to.counters().sum(PortCounters.TX_FRAMES)).isGreaterThanOrEqualTo(FRAMES);
    }

    @Test
    void mirroringWholeFramesAndTheirFirstBytesAllocatesNothing() {
        CountingPort analysis = new CountingPort("analysis", 1);
        BridgePort analysisPort = attached(analysis);
        analysisPort.watch(session("less 20", false));
        PortMirror whole = mirror(null, analysisPort);
        PortMirror front = mirror(20, analysisPort);
        fromPort.watch(FrameWatches.of(List.of(whole, front)));
        byte[] bytes = Frames.ethernet(MacAddress.BROADCAST, A, 46);
        assertThat(allocated(() -> send(bytes), () -> {})).isLessThan(FRAMES / 10);
        assertThat(whole.state().frames()).isEqualTo(front.state().frames()).isGreaterThanOrEqualTo(FRAMES);
        assertThat(analysis.counters().sum(PortCounters.TX_FRAMES)).isGreaterThanOrEqualTo(3 * FRAMES);
    }

    private static PortMirror mirror(Integer snapLength, BridgePort target) {
        MirrorConfig.Target to = new MirrorConfig.Target("analysis", null, null, null);
        PortMirror mirror = new PortMirror(new MirrorConfig("m", "from", null, null, to, snapLength, "ip", null), 1);
        mirror.target(target);
        return mirror;
    }
}
