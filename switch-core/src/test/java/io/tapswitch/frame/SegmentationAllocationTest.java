package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentationAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Segmentation segmentation = new Segmentation(128);
    private final ByteBuffer target = ByteBuffer.allocateDirect(2000);
    private long sum;

    @Test
    void allocatesNothingPerFrame() {
        List<Frame> list = new ArrayList<>();
        SegmentationTest.captures()
                .forEach(file -> list.add(Segments.frame(Segments.lines(file).get(0))));
        list.add(Segments.frame(new byte[72]));
        list.add(Segments.frame(TestPacket.of(true, true, 0, 9).large()));
        Frame[] frames = list.toArray(Frame[]::new);
        rounds(frames, WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(frames, ROUNDS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isPositive();
        assertThat(allocated).isZero();
    }

    private void rounds(Frame[] frames, int rounds) {
        for (int i = 0; i < rounds; i++) {
            int count = segmentation.prepare(frames[i % frames.length], 8);
            for (int segment = 0; segment < count; segment++) {
                sum += segmentation.payloadAddress(segment) + segmentation.headerAddress(segment) >>> 32;
                segmentation.copyTo(segment, target, 0);
            }
        }
    }
}
