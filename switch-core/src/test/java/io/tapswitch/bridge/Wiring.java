package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.OverlayPort;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.VniFrame;
import io.tapswitch.port.memory.MemoryPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Bridges and ports on one loop, with a clock that stands still unless told. */
final class Wiring {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final List<String> changes = new ArrayList<>();
    private final List<Attached> ports = new ArrayList<>();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0).begin(0);

    /** A port as the bridges see it, with its far side at hand. */
    abstract class Attached {
        final BridgePort port;
        private final Port far;
        private PortSettings settings = PortSettings.DEFAULTS;
        private Bridge nativeBridge;
        private Collection<Bridge> trunk;

        private Attached(Port far) {
            this.far = far;
            port = new BridgePort(far);
            far.start(port, cause -> {});
            ports.add(this);
        }

        final void attach(Bridge bridge, Collection<Bridge> carried) {
            nativeBridge = bridge;
            trunk = carried;
            port.attach(settings, bridge, carried);
        }

        final void attachWith(PortSettings changed) {
            settings = changed;
            attach(nativeBridge, trunk);
        }

        PortSettings settings() {
            return settings;
        }

        abstract void assertTakesNothing();

        PortCounters counters() {
            return far.counters();
        }

        long count(int counter) {
            return counters().sum(counter);
        }

        Map<DropReason, Long> drops() {
            return counters().drops();
        }

        @Override
        public String toString() {
            return far.name();
        }
    }

    /** A port whose far side has Ethernet. */
    final class TestPort extends Attached {
        final MemoryPort memory;

        private TestPort(MemoryPort memory) {
            super(memory);
            this.memory = memory;
        }

        TestPort in(Bridge bridge) {
            return in(bridge, (Collection<Bridge>) null);
        }

        TestPort in(Bridge bridge, Collection<Bridge> carried) {
            attach(bridge, carried);
            return this;
        }

        TestPort with(PortSettings changed) {
            attachWith(changed);
            return this;
        }

        void send(byte[] bytes) {
            send(bytes, f -> {});
        }

        /** Sends a frame whose virtio-net header the caller may change first. */
        void send(byte[] bytes, Consumer<Frame> change) {
            frame.set(bytes);
            change.accept(frame);
            memory.inject(frame, burst);
        }

        List<byte[]> take() {
            return memory.take();
        }

        void assertTakes(byte[]... expected) {
            assertThat(take()).as(memory.name()).containsExactly(expected);
        }

        @Override
        void assertTakesNothing() {
            assertTakes();
        }
    }

    /** A port of the overlay, whose far side is a remote VTEP. */
    final class Vtep extends Attached {
        final OverlayPort overlay;

        private Vtep(OverlayPort overlay) {
            super(overlay);
            this.overlay = overlay;
        }

        Vtep in(Bridge bridge) {
            return in(bridge, null);
        }

        Vtep in(Bridge bridge, Collection<Bridge> others) {
            attach(bridge, others);
            return this;
        }

        Vtep with(PortSettings changed) {
            attachWith(changed);
            return this;
        }

        void send(int vni, byte[] bytes) {
            send(vni, bytes, f -> {});
        }

        /** Sends a frame whose virtio-net header the caller may change first. */
        void send(int vni, byte[] bytes, Consumer<Frame> change) {
            frame.set(bytes);
            change.accept(frame);
            overlay.sink().receive(vni, frame, burst);
        }

        /** Sends a frame in the port's own name. */
        void answer(int vni, byte[] bytes) {
            Frame answer = new Frame();
            answer.set(bytes);
            overlay.sink().answer(vni, answer, burst);
        }

        /** Lets flooded frames reach the far side, or no more, and the bridges know. */
        void takeFloods(boolean takes) {
            overlay.takeFloods(takes);
            port.noteFloods().forEach(Bridge::refreshFloodLists);
        }

        List<VniFrame> take() {
            return overlay.take();
        }

        void assertTakes(VniFrame... expected) {
            assertThat(take()).as(overlay.name()).containsExactly(expected);
        }

        @Override
        void assertTakesNothing() {
            assertTakes();
        }
    }

    Bridge bridge(String name, int vlan) {
        return bridge(name, settings(vlan, 0));
    }

    Bridge bridge(String name, int vlan, int vni) {
        return bridge(name, settings(vlan, vni));
    }

    static NetworkSettings settings(int vlan, int vni) {
        return new NetworkSettings(vlan, vni, 1500, 300 * SECOND, 1000, false, true, false);
    }

    /** A network that answers ARP and neighbour discovery. */
    Bridge suppressing(String name, int vlan, int vni) {
        return bridge(name, new NetworkSettings(vlan, vni, 1500, 300 * SECOND, 1000, false, true, true));
    }

    Bridge bridge(String name, NetworkSettings settings) {
        return new Bridge(
                name,
                settings,
                (change, entry) -> changes.add(
                        change + " " + entry.mac() + " " + entry.port().name()));
    }

    TestPort port(String name) {
        return new TestPort(memory(name, true));
    }

    /** A port whose far side takes wire frames only. */
    TestPort wirePort(String name) {
        return new TestPort(memory(name, false));
    }

    private static MemoryPort memory(String name, boolean offload) {
        return new MemoryPort(name, new PortCounters(1), 4096, offload);
    }

    /** A port to a VTEP whose address is its name. */
    Vtep vtep(String name) {
        return new Vtep(new OverlayPort(name, new PortCounters(1), name, Integer.MAX_VALUE, true));
    }

    void now(long nanos) {
        burst.begin(nanos);
    }

    /** Every port but these has received nothing. */
    void assertNoMore() {
        ports.forEach(Attached::assertTakesNothing);
    }

    /** What must hold of each port at any time. */
    void assertAccounts() {
        for (Attached port : ports) {
            assertThat(port.count(PortCounters.RX_FRAMES))
                    .as("frames in at %s", port)
                    .isEqualTo(port.count(PortCounters.FORWARDED)
                            + port.count(PortCounters.FLOODED)
                            + port.count(PortCounters.SUPPRESSED)
                            + port.counters().drops(Side.INGRESS));
            assertThat(port.counters().drops(DropReason.INTERNAL_ERROR))
                    .as("defects at %s", port)
                    .isZero();
        }
    }
}
