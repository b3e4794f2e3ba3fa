package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.NetworkSettings;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.CountingPort;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortOwner;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortMirrorTest {
    private static final byte[] BYTES = Frames.ethernet(MacAddress.BROADCAST, 0x0200_0000_000aL, 46);

    private final Bridge bridge =
            new Bridge("n", new NetworkSettings(0, 7, 1500, 1L << 40, 1000, false, false, false), (change, e) -> {});
    private final BridgePort source = new BridgePort(new CountingPort("a", 1));
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0).begin(1);

    /** Changes what it sends, as a port to a VTEP that lowers the MSS does. */
    private static final class MeddlingPort extends Port {
        MeddlingPort() {
            super("vtep", new PortCounters(1));
        }

        @Override
        public boolean isOverlay() {
            return true;
        }

        @Override
        public void start(FrameSink frames, PortOwner owner) {}

        @Override
        public void transmit(Frame frame, Burst burst) {
            throw new IllegalStateException("a frame without a VNI");
        }

        @Override
        public void transmit(int vni, Frame frame, Burst burst) {
            frame.buffer().put(frame.start() + 20, (byte) 99);
            counters().transmitted(burst.loop(), frame.length());
        }

        @Override
        public Info info() {
            return new Info(name(), 1, List.of(), List.of());
        }

        @Override
        public void close() {}
    }

    private PortMirror mirror(Port target, Integer vni) {
        BridgePort port = new BridgePort(target);
        port.attach(PortSettings.DEFAULTS, bridge, null);
        MirrorConfig.Target to = new MirrorConfig.Target(target.name(), vni, null, null);
        PortMirror mirror = new PortMirror(new MirrorConfig("m", "a", null, null, to, null, null, null), 1);
        mirror.target(port);
        return mirror;
    }

    @Test
    void leavesTheFrameAsItIsWhateverBecomesOfTheCopy() {
        Port vtep = new MeddlingPort();
        PortMirror mirror = mirror(vtep, 5);
        frame.set(BYTES);
        mirror.arrived(source, frame, burst);
        assertThat(vtep.counters().sum(PortCounters.TX_BYTES)).isEqualTo(BYTES.length);
        assertThat(frame.toByteArray()).isEqualTo(BYTES);
    }

    @Test
    void sendsNoFrameWhoseOpenChecksumIsInItsAddresses() {
        Port analysis = new CountingPort("m", 1);
        PortMirror mirror = mirror(analysis, null);
        byte[] header = new byte[12];
        header[0] = 1; // the checksum is open, from the first byte on
        frame.set(header, BYTES);
        mirror.arrived(source, frame, burst);
        assertThat(analysis.counters().sum(PortCounters.TX_FRAMES)).isZero();
        assertThat(mirror.state().lost()).isEqualTo(1);
    }
}
