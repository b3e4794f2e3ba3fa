package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames as no honest guest sends them. A read behind the frame throws, because the buffer's limit is there; if bytes in
 * front of it were read, the results with two fillings of the buffer would differ.
 */
class SegmentationHostileTest {
    private static final int MUTATIONS = 200_000;
    private static final int HEADROOM = 12;
    private static final int[] EDGES = {0, 1, 2, 7, 8, 19, 20, 39, 40, 255, 256, 0x7fff, 0x8000, 0xff00, 0xfffe, 0xffff
    };

    private final Random random = new Random(20260103);
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
        List<byte[]> seeds = new ArrayList<>();
        corpus().forEach(file -> seeds.addAll(Segments.lines(file)));
        SegmentationTest.captures()
                .forEach(file -> seeds.add(Segments.lines(file).get(0)));
        for (int i = 0; i < MUTATIONS; i++) {
            check(mutate(seeds.get(random.nextInt(seeds.size()))));
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
        assertThat(cut).isGreaterThan(MUTATIONS / 10);
        assertThat(completed).isGreaterThan(MUTATIONS / 100);
    }

    private byte[] mutate(byte[] seed) {
        byte[] bytes = seed.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int header = Math.min(bytes.length, VirtioNetHeader.LENGTH + 100);
            int at = random.nextInt(header);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> putEdge(bytes, at);
                default -> bytes = Arrays.copyOf(bytes, cutOrExtend(bytes.length));
            }
        }
        return bytes;
    }

    private int cutOrExtend(int length) {
        return switch (random.nextInt(3)) {
            case 0 -> VirtioNetHeader.LENGTH + random.nextInt(120);
            case 1 -> Math.max(VirtioNetHeader.LENGTH, length - random.nextInt(20));
            default -> length + random.nextInt(20);
        };
    }

    private void putEdge(byte[] bytes, int at) {
        short edge = (short) EDGES[random.nextInt(EDGES.length)];
        if (at + 2 <= bytes.length) {
            ByteBuffer.wrap(bytes).putShort(at, random.nextBoolean() ? edge : Short.reverseBytes(edge));
        }
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

    /** A frame in a buffer that is otherwise full of one byte. */
    private static final class Surrounded {
        private final byte filler;
        private final Frame frame = new Frame();
        private final Segmentation segmentation = new Segmentation(2048);

        Surrounded(byte filler) {
            this.filler = filler;
            for (int i = 0; i < frame.buffer().capacity(); i++) {
                frame.buffer().put(i, filler);
            }
        }

        List<byte[]> segments(byte[] large) {
            Segments.load(frame, large);
            frame.buffer().limit(frame.start() + frame.length());
            List<byte[]> segments = Segments.of(segmentation, frame, HEADROOM);
            frame.buffer().clear();
            assertInside(segments.size());
            int at = frame.start() - VirtioNetHeader.LENGTH;
            byte[] after = new byte[large.length];
            frame.buffer().get(at, after);
            assertThat(after).as("the frame itself").isEqualTo(large);
            Arrays.fill(after, filler);
            frame.buffer().put(at, after);
            return segments;
        }

        private void assertInside(int count) {
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
