package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.memory.MemoryPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Bridges and memory ports on one loop, with a clock that stands still unless told. */
final class Wiring {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final List<String> changes = new ArrayList<>();
    private final List<TestPort> ports = new ArrayList<>();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0).begin(0);

    /** A port with its far side at hand. */
    final class TestPort {
        final MemoryPort memory;
        final BridgePort port;
        private PortSettings settings = PortSettings.DEFAULTS;
        private Bridge nativeBridge;
        private Collection<Bridge> trunk;

        private TestPort(String name, boolean offload) {
            memory = new MemoryPort(name, new PortCounters(1), 4096, offload);
            port = new BridgePort(memory);
            memory.start(port, cause -> {});
            ports.add(this);
        }

        TestPort in(Bridge bridge) {
            return in(bridge, (Collection<Bridge>) null);
        }

        TestPort in(Bridge bridge, Collection<Bridge> carried) {
            nativeBridge = bridge;
            trunk = carried;
            port.attach(settings, bridge, carried, burst.nowNanos());
            return this;
        }

        TestPort with(PortSettings changed) {
            settings = changed;
            return in(nativeBridge, trunk);
        }

        PortSettings settings() {
            return settings;
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

        PortCounters counters() {
            return memory.counters();
        }

        long count(int counter) {
            return counters().sum(counter);
        }

        Map<DropReason, Long> drops() {
            return counters().drops();
        }

        void assertTakes(byte[]... expected) {
            assertThat(take()).as(memory.name()).containsExactly(expected);
        }

        @Override
        public String toString() {
            return memory.name();
        }
    }

    Bridge bridge(String name, int vlan) {
        return bridge(name, new NetworkSettings(vlan, 1500, 300 * SECOND, 1000, false));
    }

    Bridge bridge(String name, NetworkSettings settings) {
        return new Bridge(
                name,
                settings,
                (change, entry) -> changes.add(
                        change + " " + entry.mac() + " " + entry.port().name()));
    }

    TestPort port(String name) {
        return new TestPort(name, true);
    }

    /** A port whose far side takes wire frames only. */
    TestPort wirePort(String name) {
        return new TestPort(name, false);
    }

    void now(long nanos) {
        burst.begin(nanos);
    }

    /** Every port but these has received nothing. */
    void assertNoMore() {
        ports.forEach(TestPort::assertTakes);
    }

    /** What must hold of each port at any time. */
    void assertAccounts() {
        for (TestPort port : ports) {
            assertThat(port.count(PortCounters.RX_FRAMES))
                    .as("frames in at %s", port)
                    .isEqualTo(port.count(PortCounters.FORWARDED)
                            + port.count(PortCounters.FLOODED)
                            + port.counters().drops(Side.INGRESS));
            assertThat(port.counters().drops(DropReason.INTERNAL_ERROR))
                    .as("defects at %s", port)
                    .isZero();
        }
    }
}
