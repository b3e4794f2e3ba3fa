package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoalescingTest {
    static final int ACK = 0x10;
    private static final int PSH = 0x08;
    private static final int IP = 14;
    private static final int TCP4 = IP + 20;

    final Coalescing run = new Coalescing();
    private final Segmentation segmentation = new Segmentation(128);
    final Frame frame = new Frame();

    static TestPacket packet(Random random, boolean ipv4, int gsoSize, int payload, int flags, int... tags) {
        return new TestPacket(
                ipv4,
                true,
                tags,
                new byte[0],
                bytes(random, ipv4 ? 4 : 16),
                new byte[ipv4 ? 4 : 16],
                new byte[ipv4 ? 4 : 16],
                bytes(random, 4 * random.nextInt(11)),
                flags,
                random.nextInt(),
                random.nextInt(0x10000),
                gsoSize,
                bytes(random, payload),
                0);
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    Frame load(byte[] wire) {
        frame.set(wire);
        return frame;
    }

    boolean begin(byte[] wire) {
        return run.begin(load(wire));
    }

    private boolean append(byte[] wire) {
        return run.append(load(wire));
    }

    Frame finished() {
        return run.finish();
    }

    private List<byte[]> takenApart() {
        return Segments.of(segmentation, finished(), 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void joinsWhatSegmentationTakesApartAgain(boolean ipv4) {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            int gsoSize = 500 + random.nextInt(9000);
            int payload = gsoSize + 1 + random.nextInt(Math.min(60 * gsoSize, 65_000 - gsoSize));
            int[] tags = random.ints(random.nextInt(3), 0, 0x10000).toArray();
            TestPacket packet = packet(random, ipv4, gsoSize, payload, ACK | (random.nextBoolean() ? PSH : 0), tags);
            List<byte[]> segments = packet.segments();
            byte[] last = segments.get(segments.size() - 1);
            boolean joinsLast = last.length >= 500;
            assertThat(begin(segments.get(0))).isTrue();
            for (byte[] segment : segments.subList(1, segments.size() - 1)) {
                assertThat(append(segment)).isTrue();
            }
            assertThat(append(last)).isEqualTo(joinsLast);
            int joined = joinsLast ? segments.size() : segments.size() - 1;
            assertThat(run.count()).isEqualTo(joined);
            assertThat(run.bytes())
                    .isEqualTo(segments.stream()
                            .limit(joined)
                            .mapToInt(bytes -> bytes.length)
                            .sum());
            assertThat(takenApart()).containsExactlyElementsOf(segments.subList(0, joined));
        }
    }

    @Test
    void leavesASingleFrameAsItCame() {
        byte[] wire = packet(new Random(1), true, 1000, 1000, ACK).segments().get(0);
        assertThat(begin(wire)).isTrue();
        Frame alone = run.finish();
        assertThat(alone.toByteArray()).isEqualTo(wire);
        assertThat(Frames.header(alone)).isEqualTo(new byte[12]);
        assertThat(run.count()).isZero();
    }

    @Test
    void endsTheRunWithAPushAndWithAShorterSegment() {
        List<byte[]> pushed = packet(new Random(1), true, 1000, 2000, ACK | PSH).segments();
        begin(pushed.get(0));
        assertThat(run.isComplete()).isFalse();
        assertThat(append(pushed.get(1))).isTrue();
        assertThat(run.isComplete()).isTrue();

        List<byte[]> shorter = packet(new Random(1), true, 1000, 1999, ACK).segments();
        begin(shorter.get(0));
        assertThat(append(shorter.get(1))).isTrue();
        assertThat(run.isComplete()).isTrue();
        assertThat(append(shorter.get(0))).isFalse();
    }

    @Test
    void beginsNothingWithASegmentThatNoneFollows() {
        assertThat(begin(packet(new Random(1), true, 1000, 1000, ACK | PSH)
                        .segments()
                        .get(0)))
                .isFalse();
        for (int flags :
                new int[] {0, PSH, ACK | 1, ACK | 2, ACK | 4, ACK | 0x20, ACK | 0x40, ACK | 0x80, ACK | 0x100}) {
            assertThat(begin(packet(new Random(1), true, 1000, 1000, flags)
                            .segments()
                            .get(0)))
                    .as("flags %x", flags)
                    .isFalse();
            assertThat(run.count()).isZero();
        }
    }

    @Test
    void leavesPacketsOfOtherKindsAlone() {
        byte[] udp = TestPacket.of(true, false, 1000, 1000).segments().get(0);
        assertThat(begin(udp)).isFalse();
        assertThat(begin(Frames.ethernet(1, 2, 1000))).isFalse();
        byte[] fragment =
                packet(new Random(1), true, 1000, 1000, ACK).segments().get(0);
        ByteBuffer.wrap(fragment).putShort(IP + 6, (short) 0x2000);
        assertThat(begin(fragment)).isFalse();
        assertThat(Coalescing.isCandidate(load(Frames.ethernet(1, 2, 60)))).isFalse();
        frame.set(udp);
        Frames.makeGso(frame, 1, 100);
        assertThat(Coalescing.isCandidate(frame)).isFalse();
    }

    @Test
    void joinsNoSegmentWhoseChecksumIsWrong() {
        List<byte[]> segments = packet(new Random(3), true, 1000, 2000, ACK).segments();
        for (int at : new int[] {IP + 10, IP + 11, TCP4 + 16, TCP4 + 17, TCP4 + 100, 1000}) {
            byte[] wrong = segments.get(1).clone();
            wrong[at] ^= 0x10;
            begin(segments.get(0));
            assertThat(append(wrong)).as("byte %d", at).isFalse();
            assertThat(run.count()).isOne();
            wrong = segments.get(0).clone();
            wrong[at] ^= 0x10;
            assertThat(begin(wrong)).isFalse();
        }
    }

    /** Every bit of every header in turn, with checksums that fit. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void joinsNothingThatDiffersInAHeader(boolean ipv4) {
        List<byte[]> segments =
                packet(new Random(11), ipv4, 1000, 2000, ACK, 0x2005).segments();
        int header = segments.get(0).length - 1000;
        int joined = 0;
        for (int bit = 0; bit < 8 * header; bit++) {
            byte[] changed = segments.get(1).clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            repair(changed, 18, ipv4);
            begin(segments.get(0));
            if (append(changed)) {
                joined++;
                List<byte[]> apart = takenApart();
                assertThat(apart.get(0)).isEqualTo(segments.get(0));
                assertThat(withoutId(apart.get(1), ipv4)).as("bit %d", bit).isEqualTo(withoutId(changed, ipv4));
            }
        }
        // The checksums, which are repaired; PSH; and in IPv4 the identification, which means nothing.
        assertThat(joined).isEqualTo(ipv4 ? 16 + 16 + 16 + 1 : 16 + 1);
    }

    private static byte[] withoutId(byte[] wire, boolean ipv4) {
        byte[] bytes = wire.clone();
        if (ipv4) {
            ByteBuffer.wrap(bytes).putShort(18 + 4, (short) 0).putShort(18 + 10, (short) 0);
        }
        return bytes;
    }

    /** Makes the checksums right of an IP packet at an index, as far as its headers can be read. */
    private static void repair(byte[] wire, int ip, boolean ipv4) {
        ByteBuffer buffer = ByteBuffer.wrap(wire);
        int transport = ip + (ipv4 ? 20 : 40);
        int length = wire.length - transport;
        if (ipv4) {
            buffer.putShort(ip + 10, (short) 0);
            buffer.putShort(ip + 10, (short) Checksum.fold(Checksum.sum(buffer, ip, 20, 0)));
        }
        long sum = Checksum.sum(buffer, ipv4 ? ip + 12 : ip + 8, ipv4 ? 8 : 32, 6 + length);
        buffer.putShort(transport + 16, (short) 0);
        buffer.putShort(transport + 16, (short) Checksum.fold(Checksum.sum(buffer, transport, length, sum)));
    }

    @Test
    void countsTheIdentificationOfPacketsThatMayBeFragmented() {
        List<byte[]> segments = packet(new Random(5), true, 1000, 2000, ACK).segments();
        IntConsumer mayFragment = i -> {
            ByteBuffer.wrap(segments.get(i)).putShort(IP + 6, (short) 0);
            repair(segments.get(i), IP, true);
        };
        mayFragment.accept(0);
        mayFragment.accept(1);
        begin(segments.get(0));
        assertThat(append(segments.get(1))).isTrue();
        ByteBuffer second = ByteBuffer.wrap(segments.get(1));
        second.putShort(IP + 4, (short) (second.getShort(IP + 4) + 1));
        repair(segments.get(1), IP, true);
        begin(segments.get(0));
        assertThat(append(segments.get(1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void staysWithinTheLongestPacket(boolean ipv4) {
        TestPacket packet = packet(new Random(9), ipv4, 1400, 60_000, ACK);
        List<byte[]> segments = packet.segments();
        begin(segments.get(0));
        int i = 1;
        while (i < segments.size() && append(segments.get(i))) {
            i++;
        }
        byte[] next = segments.get(i - 1).clone();
        assertThat(run.count()).isGreaterThan(40);
        for (int more = 0; more < 20; more++) {
            ByteBuffer header = ByteBuffer.wrap(next);
            int tcp = ipv4 ? TCP4 : IP + 40;
            header.putInt(tcp + 4, header.getInt(tcp + 4) + next.length - tcp - ((next[tcp + 12] & 0xf0) >> 2));
            repair(next, IP, ipv4);
            append(next);
        }
        Frame large = run.finish();
        assertThat(large.length()).isBetween(60_000, 0xffff + IP);
        assertThat(segmentation.prepare(large, 0)).isPositive();
    }

    /** Behind two tags, the longest packet is longer than the longest frame. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void staysWithinTheLongestFrameBehindTags(boolean ipv4) {
        int header =
                packet(new Random(9), ipv4, 1000, 1000, ACK, 1, 2).segments().get(0).length - 1000;
        int payload = IP + 2 * Frame.VLAN_TAG + 0xffff - header;
        List<byte[]> segments =
                packet(new Random(9), ipv4, 1000, payload, ACK, 1, 2).segments();
        int last = segments.size() - 1;
        begin(segments.get(0));
        for (byte[] segment : segments.subList(1, last)) {
            assertThat(append(segment)).isTrue();
        }
        assertThat(append(segments.get(last))).isFalse();
        assertThat(takenApart()).containsExactlyElementsOf(segments.subList(0, last));
    }

    @Test
    void takesNothingApartWronglyWhateverComes() {
        Random random = new Random(77);
        int joined = 0;
        for (int i = 0; i < 20_000; i++) {
            boolean ipv4 = random.nextBoolean();
            List<byte[]> segments = packet(random, ipv4, 600, 1200, ACK).segments();
            byte[] hostile = segments.get(random.nextInt(2)).clone();
            int changes = random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                hostile[random.nextInt(change == 0 ? 70 : hostile.length)] = (byte) random.nextInt();
            }
            if (random.nextBoolean()) {
                repair(hostile, IP, ipv4);
            }
            begin(segments.get(0));
            if (append(hostile)) {
                joined++;
                List<byte[]> apart = takenApart();
                assertThat(apart).hasSize(2);
                assertThat(WireFrame.payload(apart.get(1))).isEqualTo(WireFrame.payload(hostile));
            }
        }
        assertThat(joined).isBetween(1000, 10_000);
    }
}
