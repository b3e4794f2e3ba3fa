package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames as no honest guest sends them. */
class SegmentationHostileTest {
    private static final int MUTATIONS = 200_000;
    private static final int HEADROOM = 12;

    private final Surrounded zeros = new Surrounded((byte) 0x00);
    private final Surrounded ones = new Surrounded((byte) 0xff);
    private int refused;
    private int cut;
    private int completed;

    static List<Path> corpus() {
        return Segments.files("/corpus/segmentation");
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void survivesTheCorpus(Path file) {
        Segments.lines(file).forEach(this::check);
    }

    @Test
    void survivesMutations() {
        Mutations mutations = new Mutations(new Random(20260103), corpus());
        SegmentationTest.captures()
                .forEach(file -> mutations.add(Segments.lines(file).get(0)));
        for (int i = 0; i < MUTATIONS; i++) {
            check(mutations.next());
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
        assertThat(cut).isGreaterThan(MUTATIONS / 10);
        assertThat(completed).isGreaterThan(MUTATIONS / 100);
    }

    private void check(byte[] large) {
        List<byte[]> segments = zeros.segments(large);
        assertThat(ones.segments(large)).containsExactlyElementsOf(segments);
        if (segments.isEmpty()) {
            refused++;
        } else if (large[1] != 0) {
            cut++;
            segments.forEach(WireFrame::payload);
        } else if ((large[0] & 1) != 0) {
            completed++;
        }
    }

    private static final class Surrounded {
        private final GuardedFrame guarded;
        private final Segmentation segmentation = new Segmentation(2048);

        Surrounded(byte filler) {
            guarded = new GuardedFrame(filler);
        }

        List<byte[]> segments(byte[] large) {
            Frame frame = guarded.load(large);
            List<byte[]> segments = Segments.of(segmentation, frame, HEADROOM);
            assertInside(frame, segments.size());
            assertThat(guarded.take()).as("the frame itself").isEqualTo(large);
            return segments;
        }

        private void assertInside(Frame frame, int count) {
            long start = frame.writeAddress() + VirtioNetHeader.LENGTH;
            for (int i = 0; i < count; i++) {
                long payload = segmentation.payloadAddress(i);
                assertThat(payload).isGreaterThanOrEqualTo(start);
                assertThat(payload + segmentation.payloadLength(i)).isLessThanOrEqualTo(start + frame.length());
                assertThat(segmentation.headerIndex(i) + segmentation.headerLength())
                        .isLessThanOrEqualTo(segmentation.headers().capacity());
            }
        }
    }
}
