package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segments;
import io.tapswitch.port.Burst;
import java.io.IOException;
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
 * Bytes as no honest peer sends them, in reads of any length. What comes out is compared with what a reader finds that
 * has all bytes at once; a read beyond what came would find the filling of the buffer.
 */
class FrameReaderHostileTest {
    private static final int MUTATIONS = 100_000;
    private static final int[] EDGES = {0, 1, 13, 14, 0x7fff, 0xffff, 0x10011, 0x10012, 0x10013, 0x7fffffff, -1};

    private final Random random = new Random(20261121);
    private final Workspace work = new Workspace();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private int refused;
    private int accepted;
    private int incomplete;

    private static List<Path> corpus() {
        return Segments.files("/corpus/stream");
    }

    /** What a stream is: frames, and whether it then goes wrong or breaks off. */
    private record Outcome(List<ByteBuffer> frames, boolean wrong, boolean within) {}

    private static Outcome expected(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<ByteBuffer> frames = new ArrayList<>();
        while (in.remaining() >= 4) {
            int length = in.getInt(in.position());
            if (length < 1 || length > Frame.MAX_LENGTH) {
                return new Outcome(frames, true, false);
            }
            if (in.remaining() < 4 + length) {
                break;
            }
            frames.add(ByteBuffer.wrap(Arrays.copyOfRange(bytes, in.position() + 4, in.position() + 4 + length)));
            in.position(in.position() + 4 + length);
        }
        return new Outcome(frames, false, in.hasRemaining());
    }

    private Outcome actual(byte[] bytes, int longestRead) {
        List<ByteBuffer> frames = new ArrayList<>();
        FrameReader reader = new FrameReader((received, turn) -> frames.add(ByteBuffer.wrap(received.toByteArray())));
        try {
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(longestRead));
                work.input.put(reader.position(), bytes, at, count);
                reader.take(work, count, frame, burst);
                at += count;
            }
        } catch (IOException e) {
            return new Outcome(frames, true, false);
        }
        return new Outcome(frames, false, reader.isWithinFrame());
    }

    private void check(byte[] bytes) {
        Outcome expected = expected(bytes);
        assertThat(actual(bytes, bytes.length + 1)).isEqualTo(expected);
        assertThat(actual(bytes, 7)).isEqualTo(expected);
        refused += expected.wrong ? 1 : 0;
        incomplete += expected.within ? 1 : 0;
        accepted += expected.frames.size();
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
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size()));
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes = mutate(bytes, seeds);
            }
            check(bytes);
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
        assertThat(incomplete).isGreaterThan(MUTATIONS / 10);
        assertThat(accepted).isGreaterThan(MUTATIONS / 10);
    }

    private byte[] mutate(byte[] seed, List<byte[]> seeds) {
        byte[] bytes = seed.clone();
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> flip(bytes, at);
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            case 2 -> bytes = Arrays.copyOfRange(bytes, at, bytes.length);
            case 3 -> bytes = joined(bytes, seeds.get(random.nextInt(seeds.size())));
            default -> putEdge(bytes, at);
        }
        return bytes;
    }

    private void flip(byte[] bytes, int at) {
        if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private void putEdge(byte[] bytes, int at) {
        if (at + 4 <= bytes.length) {
            ByteBuffer.wrap(bytes).putInt(random.nextBoolean() ? 0 : at, EDGES[random.nextInt(EDGES.length)]);
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
