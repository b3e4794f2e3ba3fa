package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final long DESTINATION = 0x0200_0000_0002L;
    private static final long SOURCE = 0x0200_0000_0001L;

    @Test
    void agreesWithTheExampleOfRfc1071() {
        ByteBuffer bytes = ByteBuffer.wrap(hex("0001 f203 f4f5 f6f7"));
        assertThat(Checksum.fold(Checksum.sum(bytes, 0, 8, 0))).isEqualTo(~0xddf2 & 0xffff);
    }

    @Test
    void agreesWithACapturedIpv4Header() {
        ByteBuffer header = ByteBuffer.wrap(hex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7"));
        assertThat(Checksum.fold(Checksum.sum(header, 0, 20, 0))).isEqualTo(0xb861);
        header.putShort(10, (short) 0xb861);
        assertThat(Checksum.fold(Checksum.sum(header, 0, 20, 0))).isZero();
    }

    @Test
    void sumsNothingToAllOnes() {
        assertThat(Checksum.fold(Checksum.sum(ByteBuffer.allocate(4), 2, 0, 0))).isEqualTo(0xffff);
    }

    @Test
    void countsAnOddLastByteAsTheHighHalfOfAWord() {
        assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(hex("ab")), 0, 1, 0)))
                .isEqualTo(~0xab00 & 0xffff);
        assertThat(Checksum.fold(Checksum.sum(ByteBuffer.wrap(hex("0001 ff")), 0, 3, 0)))
                .isEqualTo(~0xff01 & 0xffff);
    }

    @Test
    void agreesWithANaiveSumAtEveryLengthAndOffset() {
        SplittableRandom random = new SplittableRandom(42);
        byte[] bytes = new byte[400];
        for (int round = 0; round < 20; round++) {
            random.nextBytes(bytes);
            ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
            for (int length = 0; length < 200; length++) {
                int at = random.nextInt(200);
                assertThat(Checksum.fold(Checksum.sum(direct, at, length, 0))).isEqualTo(naive(bytes, at, length));
            }
        }
    }

    @Test
    void agreesWithANaiveSumOfTheLargestFrameOfOnes() {
        byte[] bytes = new byte[Frame.MAX_LENGTH + 1];
        Arrays.fill(bytes, (byte) 0xff);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int length = bytes.length - 9; length <= bytes.length; length++) {
            assertThat(Checksum.fold(Checksum.sum(buffer, 0, length, 0))).isEqualTo(naive(bytes, 0, length));
        }
    }

    @Test
    void goesOnFromAnEarlierSum() {
        byte[] bytes = new byte[300];
        new SplittableRandom(5).nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long sum = Checksum.sum(buffer, 0, 34, 0);
        sum = Checksum.sum(buffer, 34, 66, sum);
        sum = Checksum.sum(buffer, 100, 200, sum);
        assertThat(Checksum.fold(sum)).isEqualTo(naive(bytes, 0, 300));
    }

    @Test
    void agreesWithTheExampleOfRfc1624() {
        assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isZero();
    }

    @Test
    void updatesAsIfTheBytesWereSummedAnew() {
        SplittableRandom random = new SplittableRandom(6);
        int[] edges = {0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff};
        byte[] bytes = new byte[64];
        for (int round = 0; round < 20_000; round++) {
            random.nextBytes(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int before = naive(bytes, 0, bytes.length);
            int at = random.nextInt(bytes.length - 1);
            boolean odd = at % 2 != 0;
            int from = buffer.getShort(at) & 0xffff;
            int to = round % 2 == 0 ? random.nextInt(0x10000) : edges[random.nextInt(edges.length)];
            buffer.putShort(at, (short) to);
            int after = odd ? Checksum.update(before, swap(from), swap(to)) : Checksum.update(before, from, to);
            assertThat(after).isEqualTo(naive(bytes, 0, bytes.length));
        }
    }

    private static int swap(int word) {
        return Short.reverseBytes((short) word) & 0xffff;
    }

    /** Word by word, folding at once, as RFC 1071 section 4.1 writes it. */
    private static int naive(byte[] bytes, int at, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            int high = bytes[at + i] & 0xff;
            int low = i + 1 < length ? bytes[at + i + 1] & 0xff : 0;
            sum += high << 8 | low;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }
}
