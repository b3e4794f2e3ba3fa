package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final long DESTINATION = 0x0200_0000_0002L;
    private static final long SOURCE = 0x0200_0000_0001L;

    private final Frame frame = new Frame();

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

    @ParameterizedTest
    @CsvSource({
        "4, 6, 0",
        "4, 6, 1",
        "4, 6, 1460",
        "4, 17, 0",
        "4, 17, 33",
        "6, 6, 0",
        "6, 6, 999",
        "6, 17, 1",
        "6, 17, 1400"
    })
    void completesWhatAKernelLeftOpen(int version, int protocol, int payload) {
        byte[] bytes = open(version, protocol, payload, 0x1234);
        int start = Frame.ETHERNET_HEADER + (version == 4 ? 20 : 40);
        Frames.receive(frame, 1, 0, 0, 0, start, protocol == TCP ? 16 : 6, bytes);
        assertThat(Checksum.complete(frame)).isTrue();
        byte[] completed = frame.toByteArray();
        assertThat(verified(completed, version, protocol)).isTrue();
        assertThat(Frames.header(frame)).isEqualTo(new byte[12]);
        int field = start + (protocol == TCP ? 16 : 6);
        completed[field] = bytes[field];
        completed[field + 1] = bytes[field + 1];
        assertThat(completed).as("nothing else changes").isEqualTo(bytes);
    }

    @Test
    void completesADnsQueryFromItsPseudoHeader() {
        // 10.0.0.1, 10.0.0.2, protocol 17 and length 20 sum up to 0x1428.
        byte[] query = hex("020000000002 020000000001 0800 4500 0028 1c46 4000 4011 0000 0a000001 0a000002"
                + "c000 0035 0014 1428 0001 0100 0001 0000 0000 0000");
        int naive = naive(query, 34, query.length - 34);
        Frames.receive(frame, 1, 0, 0, 0, 34, 6, query);
        assertThat(Checksum.complete(frame)).isTrue();
        assertThat(frame.buffer().getShort(frame.start() + 40) & 0xffff).isEqualTo(naive);
        assertThat(verified(frame.toByteArray(), 4, UDP)).isTrue();
    }

    @Test
    void writesAZeroChecksumAsAllOnes() {
        byte[] bytes = open(4, UDP, 2, 0);
        Arrays.fill(bytes, bytes.length - 2, bytes.length, (byte) 0);
        // A payload word equal to the complement of the rest makes the sum all ones, the checksum zero.
        int others = naive(bytes, 34, bytes.length - 34);
        bytes[bytes.length - 2] = (byte) (others >>> 8);
        bytes[bytes.length - 1] = (byte) others;
        assertThat(naive(bytes, 34, bytes.length - 34)).isZero();
        Frames.receive(frame, 1, 0, 0, 0, 34, 6, bytes);
        assertThat(Checksum.complete(frame)).isTrue();
        assertThat(frame.buffer().getShort(frame.start() + 40)).isEqualTo((short) 0xffff);
        assertThat(verified(frame.toByteArray(), 4, UDP)).isTrue();
    }

    @Test
    void completesAFrameThatWasGivenATag() {
        Frames.receive(frame, 1, 0, 0, 0, 34, 16, open(4, TCP, 77, 1));
        frame.pushTag(100);
        assertThat(Checksum.complete(frame)).isTrue();
        frame.popTag();
        assertThat(verified(frame.toByteArray(), 4, TCP)).isTrue();
    }

    @Test
    void leavesAFrameAloneThatAsksForNothing() {
        byte[] bytes = open(4, TCP, 20, 1);
        Frames.receive(frame, 0, 0, 0, 0, 34, 16, bytes);
        assertThat(Checksum.complete(frame)).isTrue();
        assertThat(frame.toByteArray()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "13, 16", "54, 65535", "65535, 65535", "53, 0", "54, 0", "38, 15", "34, 65535", "65534, 2"})
    void refusesAHeaderThatPointsOutsideTheFrame(int start, int offset) {
        byte[] bytes = open(4, TCP, 0, 1);
        assertThat(bytes).hasSize(54);
        Frames.receive(frame, 1, 0, 0, 0, start, offset, bytes);
        byte[] header = Frames.header(frame);
        assertThat(Checksum.complete(frame)).isFalse();
        assertThat(frame.toByteArray()).isEqualTo(bytes);
        assertThat(Frames.header(frame)).isEqualTo(header);
    }

    @Test
    void takesTheLastTwoBytesAsAField() {
        byte[] bytes = open(4, TCP, 0, 1);
        Frames.receive(frame, 1, 0, 0, 0, 52, 0, bytes);
        assertThat(Checksum.complete(frame)).isTrue();
    }

    @Test
    void neverWritesOutsideTheFrameWhateverAHostileHeaderSays() {
        SplittableRandom random = new SplittableRandom(99);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            Frames.receive(frame, 1, random.nextInt(256), 0, 0, random.nextInt(220), random.nextInt(220), bytes);
            int end = frame.start() + bytes.length;
            frame.buffer().putLong(end, 0x0123_4567_89ab_cdefL);
            Checksum.complete(frame);
            assertThat(frame.buffer().getLong(end)).isEqualTo(0x0123_4567_89ab_cdefL);
            assertThat(frame.length()).isEqualTo(bytes.length);
        }
    }

    /** A frame whose checksum field holds the folded sum of the pseudo header, as CHECKSUM_PARTIAL has it. */
    private static byte[] open(int version, int protocol, int payload, int seed) {
        int transport = protocol == TCP ? 20 : 8;
        int ip = version == 4 ? 20 : 40;
        int length = transport + payload;
        ByteBuffer packet = ByteBuffer.allocate(ip + length);
        byte[] content = new byte[ip + length];
        new SplittableRandom(seed).nextBytes(content);
        packet.put(0, content);
        if (version == 4) {
            packet.put(0, (byte) 0x45).putShort(2, (short) (ip + length)).put(9, (byte) protocol);
        } else {
            packet.put(0, (byte) 0x60).putShort(4, (short) length).put(6, (byte) protocol);
        }
        if (protocol == UDP) {
            packet.putShort(ip + 4, (short) length);
        } else {
            packet.put(ip + 12, (byte) 0x50);
        }
        int field = ip + (protocol == TCP ? 16 : 6);
        packet.putShort(field, (short) (~pseudo(packet.array(), 0, version, protocol) & 0xffff));
        return Frames.ethernet(DESTINATION, SOURCE, version == 4 ? EtherType.IPV4 : EtherType.IPV6, packet.array());
    }

    /** The complemented sum of the pseudo header of RFC 793 or RFC 8200. */
    private static int pseudo(byte[] bytes, int ip, int version, int protocol) {
        int header = version == 4 ? 20 : 40;
        int addresses = version == 4 ? 8 : 32;
        int length = bytes.length - ip - header;
        byte[] pseudo = ByteBuffer.allocate(addresses + 4)
                .put(bytes, ip + header - addresses, addresses)
                .putShort((short) protocol)
                .putShort((short) length)
                .array();
        return naive(pseudo, 0, pseudo.length);
    }

    private static boolean verified(byte[] bytes, int version, int protocol) {
        int start = Frame.ETHERNET_HEADER + (version == 4 ? 20 : 40);
        long sum = ~pseudo(bytes, Frame.ETHERNET_HEADER, version, protocol) & 0xffff;
        sum += ~naive(bytes, start, bytes.length - start) & 0xffff;
        return Checksum.fold(sum) == 0;
    }
}
