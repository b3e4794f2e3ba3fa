package io.tapswitch.frame;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Frames with a virtio-net header in front, changed at random in the headers or in length: the same ones in each run. */
final class Mutations {
    private static final int[] EDGES = {0, 1, 2, 7, 8, 19, 20, 39, 40, 255, 256, 0x7fff, 0x8000, 0xff00, 0xfffe, 0xffff
    };

    private final Random random;
    private final List<byte[]> seeds = new ArrayList<>();

    Mutations(Random random, List<Path> corpus) {
        this.random = random;
        corpus.forEach(file -> seeds.addAll(Segments.lines(file)));
    }

    void add(byte[] seed) {
        seeds.add(seed);
    }

    byte[] next() {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
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
}
