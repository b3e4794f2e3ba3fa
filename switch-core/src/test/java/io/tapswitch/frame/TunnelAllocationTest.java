package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class TunnelAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TunnelEcn ecn = new TunnelEcn();
    private final MssClamp clamp = new MssClamp();
    private final PacketTooBig tooBig = new PacketTooBig();
    private final Frame answer = new Frame();
    private long sum;

    @Test
    void allocatesNothingPerFrame() {
        Frame[] frames = TunnelHostileTest.corpus().stream()
                .flatMap(file -> Segments.lines(file).stream())
                .map(Segments::frame)
                .toArray(Frame[]::new);
        rounds(frames, WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(frames, ROUNDS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isPositive();
        assertThat(allocated).isZero();
    }

    private void rounds(Frame[] frames, int rounds) {
        for (int i = 0; i < rounds; i++) {
            Frame frame = frames[i % frames.length];
            sum += TunnelEcn.encapsulate(0, ecn.trafficClass(frame)) + ecn.hopLimit(frame);
            sum += ecn.decapsulate(frame, i) ? 1 : 0;
            sum += clamp.clamp(frame, 1400 - i % 1000) ? 1 : 0;
            sum += tooBig.answer(frame, 1300, answer) ? answer.length() : 0;
        }
    }
}
