package io.tapswitch.port.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.Segments;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class MemoryPortTest extends PortContract {
    private MemoryPort port;

    @Override
    protected Port open(PortCounters counters) {
        port = new MemoryPort("memory", counters, 1024, false);
        return port;
    }

    @Override
    protected FarSide farSide() {
        return new FarSide() {
            private final Frame frame = new Frame();
            private final Burst burst = new Burst(0);
            private final Queue<byte[]> taken = new ArrayDeque<>();

            @Override
            public void send(byte[] bytes) {
                frame.set(bytes);
                port.inject(frame, burst);
            }

            @Override
            public byte[] receive(Duration patience) {
                taken.addAll(port.take());
                return taken.poll();
            }

            @Override
            public boolean hasCarrier() {
                return port.hasCarrier();
            }

            @Override
            public void breakDown() {
                port.fail(new IOException("broken on purpose"));
                port.fail(new IOException("broken again"));
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void dropsAndCountsWhatItsFarSideDoesNotTake() {
        PortCounters counters = new PortCounters(1);
        MemoryPort small = new MemoryPort("small", counters, 3, false);
        Frame frame = new Frame();
        frame.set(Frames.ethernet(1, 2, 46));
        for (int i = 0; i < 5; i++) {
            small.transmit(frame, new Burst(0));
        }
        assertThat(counters.drops(DropReason.EGRESS_FULL)).isEqualTo(2);
        assertThat(small.take()).hasSize(3);
        assertThat(small.take()).isEmpty();
    }

    @Test
    void cutsWhatItsFarSideCannotTakeWhole() {
        PortCounters counters = new PortCounters(1);
        MemoryPort wire = new MemoryPort("wire", counters, 10, false);
        TestPacket packet = TestPacket.of(true, true, 1000, 2500);
        wire.transmit(Segments.frame(packet.large()), new Burst(0));
        assertThat(wire.take()).containsExactlyElementsOf(packet.segments());
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(3);

        Frame senseless = new Frame();
        senseless.set(Frames.ethernet(1, 2, 2000));
        Frames.makeGso(senseless, 1, 1000);
        wire.transmit(senseless, new Burst(0));
        assertThat(wire.take()).isEmpty();
        assertThat(counters.drops(DropReason.EGRESS_BAD_OFFLOAD)).isEqualTo(1);

        MemoryPort whole = new MemoryPort("whole", new PortCounters(1), 10, true);
        Frame large = Segments.frame(packet.large());
        whole.transmit(large, new Burst(0));
        assertThat(whole.take()).containsExactly(large.toByteArray());
    }

    @Test
    void neitherFailsNorBringsInBeforeItIsStarted() {
        MemoryPort early = new MemoryPort("early", new PortCounters(1), 3, false);
        early.inject(new Frame(), new Burst(0));
        early.fail(new IOException("nobody to tell"));
    }
}
