package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentationTest {
    private static final int VIRTIO = VirtioNetHeader.LENGTH;
    private static final int GSO_TYPE = 1;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;
    private static final int IP = VIRTIO + 14;
    private static final int TCP4 = IP + 20;

    private final Segmentation segmentation = new Segmentation(128);

    static List<Path> captures() {
        return Segments.files("/captures/segmentation");
    }

    @ParameterizedTest
    @MethodSource("captures")
    void makesTheSameFramesAsLinux(Path capture) {
        List<byte[]> lines = Segments.lines(capture);
        List<byte[]> segments = Segments.of(segmentation, Segments.frame(lines.get(0)), 0);
        assertThat(segments).containsExactlyElementsOf(lines.subList(1, lines.size()));
    }

    @Test
    void passesAPlainFrameOnWithoutTouchingIt() {
        Frame frame = new Frame();
        frame.set(new byte[60]);
        assertThat(segmentation.prepare(frame, 4)).isEqualTo(1);
        assertThat(segmentation.headerLength()).isZero();
        assertThat(segmentation.headerIndex(0)).isEqualTo(4);
        assertThat(segmentation.payloadAddress(0)).isEqualTo(frame.writeAddress() + VIRTIO);
        assertThat(segmentation.payloadLength(0)).isEqualTo(60);
    }

    @Test
    void copiesAnyPartOfASegment() {
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        segmentation.prepare(Segments.frame(packet.large()), 4);
        byte[] whole = packet.segments().get(1);
        for (int from = 0; from <= whole.length; from++) {
            for (int to = from; to <= whole.length; to++) {
                ByteBuffer target = ByteBuffer.allocate(3 + whole.length);
                segmentation.copyTo(1, from, to - from, target, 3);
                byte[] expected = new byte[3 + whole.length];
                System.arraycopy(whole, from, expected, 3, to - from);
                assertThat(target.array()).as("from %d to %d", from, to).isEqualTo(expected);
            }
        }
        assertThatThrownBy(() -> segmentation.copyTo(1, 1, whole.length, ByteBuffer.allocate(1000), 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource({"0", "4", "80"})
    void givesTheAddressesOfHeadersAndPayloads(int headroom) {
        // Loads the native part that reads by address.
        Epoll.ensureAvailability();
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        Frame frame = Segments.frame(packet.large());
        int count = segmentation.prepare(frame, headroom);
        for (int i = 0; i < count; i++) {
            ByteBuffer wire = ByteBuffer.allocate(segmentation.length(i));
            wire.put(Buffer.wrapMemoryAddressWithNativeOrder(
                    segmentation.headerAddress(i), segmentation.headerLength()));
            wire.put(Buffer.wrapMemoryAddressWithNativeOrder(
                    segmentation.payloadAddress(i), segmentation.payloadLength(i)));
            assertThat(wire.array()).isEqualTo(packet.segments().get(i));
        }
    }

    @Test
    void keepsTheHeadroomInFrontOfEachHeaderForTheCaller() {
        TestPacket packet = TestPacket.of(false, true, 100, 250, 7);
        int count = segmentation.prepare(Segments.frame(packet.large()), 8);
        for (int i = 0; i < count; i++) {
            segmentation.headers().putLong(segmentation.headerIndex(i) - 8, -1);
        }
        for (int i = 0; i < count; i++) {
            assertThat(Segments.copy(segmentation, i))
                    .isEqualTo(packet.segments().get(i));
        }
    }

    @Test
    void leavesTheFrameAsItIs() {
        Frame frame = Segments.frame(TestPacket.of(true, true, 100, 250).large());
        Frame before = new Frame();
        before.set(frame);
        segmentation.prepare(frame, 0);
        assertThat(frame.toByteArray()).isEqualTo(before.toByteArray());
        assertThat(frame.isGso()).isTrue();
        assertThat(frame.gsoSize()).isEqualTo(100);
    }

    @Test
    void segmentsBehindATagThatTheSwitchPushed() {
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        Frame frame = Segments.frame(packet.large());
        frame.pushTag(0x6064);
        assertThat(Segments.of(segmentation, frame, 0))
                .containsExactlyElementsOf(
                        TestPacket.of(true, true, 100, 250, 0x6064).segments());
    }

    @Test
    void segmentsBehindATagThatTheSwitchPopped() {
        Frame frame = Segments.frame(TestPacket.of(false, false, 100, 250, 9, 5).large());
        frame.popTag();
        assertThat(Segments.of(segmentation, frame, 0))
                .containsExactlyElementsOf(
                        TestPacket.of(false, false, 100, 250, 5).segments());
    }

    @Test
    void completesAnOpenChecksumBehindAPushedTag() {
        List<byte[]> capture =
                Segments.lines(Path.of("src/test/resources/captures/segmentation/tcp6-checksum-only.hex"));
        Frame frame = Segments.frame(capture.get(0));
        frame.pushTag(100);
        byte[] completed = Segments.of(segmentation, frame, 0).get(0);
        assertThat(WireFrame.payload(completed)).hasSize(62);
        assertThat(ByteBuffer.wrap(completed).getInt(12)).isEqualTo(0x8100_0064);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void completesAFrameWithoutPayloadAsOneSegment(boolean ipv4, boolean tcp) {
        TestPacket packet = TestPacket.of(ipv4, tcp, 100, 0);
        assertThat(Segments.of(segmentation, Segments.frame(packet.large()), 0))
                .containsExactlyElementsOf(packet.segments())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"250,250,1", "65535,250,1", "249,250,2", "125,250,2", "2,250,125"})
    void countsSegments(int gsoSize, int payload, int count) {
        byte[] large = TestPacket.of(true, true, gsoSize, payload).large();
        assertThat(segmentation.prepare(Segments.frame(large), 0)).isEqualTo(count);
    }

    @Test
    void refusesMoreSegmentsThanItHasRoomFor() {
        assertThat(segmentation.prepare(
                        Segments.frame(TestPacket.of(true, true, 1, 128).large()), 80))
                .isEqualTo(128);
        assertThat(segmentation.prepare(
                        Segments.frame(TestPacket.of(true, true, 1, 129).large()), 80))
                .isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void segmentsTheLargestPacket() {
        TestPacket packet = TestPacket.of(true, false, 1472, 65507);
        assertThat(Segments.of(segmentation, Segments.frame(packet.large()), 0))
                .containsExactlyElementsOf(packet.segments());
    }

    @Test
    void takesThePacketToTheEndOfTheFrameIfItsLengthIsOpen() {
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        byte[] large = packet.large();
        ByteBuffer.wrap(large).putShort(IP + 2, (short) 0);
        assertThat(Segments.of(segmentation, Segments.frame(large), 0)).containsExactlyElementsOf(packet.segments());
    }

    @Test
    void segmentsAlsoWithoutAnOpenChecksum() {
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        byte[] large = packet.large();
        large[0] = 0;
        large[CSUM_START] = 0;
        assertThat(Segments.of(segmentation, Segments.frame(large), 0)).containsExactlyElementsOf(packet.segments());
    }

    @Test
    void writesAUdpChecksumOfZeroAsAllOnes() {
        byte[] payload = {0, 0};
        TestPacket zero = udp(payload);
        int sum = ByteBuffer.wrap(zero.segments().get(0)).getShort(14 + 20 + 6) & 0xffff;
        payload[0] = (byte) (sum >>> 8);
        payload[1] = (byte) sum;
        TestPacket packet = udp(payload);
        byte[] segment =
                Segments.of(segmentation, Segments.frame(packet.large()), 0).get(0);
        assertThat(ByteBuffer.wrap(segment).getShort(14 + 20 + 6)).isEqualTo((short) 0xffff);
        assertThat(WireFrame.payload(segment)).isEqualTo(payload);
    }

    private static TestPacket udp(byte[] payload) {
        byte[] none = {};
        byte[] address = {10, 0, 0, 1};
        return new TestPacket(true, false, new int[0], none, address, address, address, none, 0, 0, 1, 100, payload, 0);
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                refused("no segment size", large -> large.putShort(GSO_SIZE, (short) 0)),
                refused("UDP fragmentation", large -> large.put(GSO_TYPE, (byte) 3)),
                refused("UDP in a TCP frame", large -> large.put(GSO_TYPE, (byte) 5)),
                refused("IPv6 in an IPv4 frame", large -> large.put(GSO_TYPE, (byte) 4)),
                refused("an unknown kind", large -> large.put(GSO_TYPE, (byte) 0x21)),
                refused("ECN alone", large -> large.put(GSO_TYPE, (byte) 0x80)),
                refused("csum_start elsewhere", large -> large.put(CSUM_START, (byte) 14)),
                refused("csum_offset elsewhere", large -> large.put(CSUM_OFFSET, (byte) 6)),
                refused("another EtherType", large -> large.putShort(VIRTIO + 12, (short) 0x0806)),
                refused("another IP version", large -> large.put(IP, (byte) 0x65)),
                refused("a short IP header", SegmentationTest::shortenIpHeader),
                refused("a long IP header", large -> large.put(IP, (byte) 0x4f)),
                refused("a packet longer than the frame", large -> large.putShort(IP + 2, (short) 2000)),
                refused("a packet shorter than its headers", large -> large.putShort(IP + 2, (short) 39)),
                refused("more fragments", large -> large.putShort(IP + 6, (short) 0x2000)),
                refused("a later fragment", large -> large.putShort(IP + 6, (short) 1)),
                refused("another protocol", large -> large.put(IP + 9, (byte) 47)),
                refused("a short TCP header", large -> large.put(TCP4 + 12, (byte) 0x40)),
                refused("SYN", large -> large.put(TCP4 + 13, (byte) 0x12)),
                refused("RST", large -> large.put(TCP4 + 13, (byte) 0x14)),
                refused("URG", large -> large.put(TCP4 + 13, (byte) 0x30)));
    }

    /** All else fits: the checksum is not said to be elsewhere, and what is then the TCP header has a length and ACK. */
    private static void shortenIpHeader(ByteBuffer large) {
        large.put(0, (byte) 0)
                .put(IP, (byte) 0x44)
                .put(TCP4 - 4 + 12, (byte) 0x50)
                .put(TCP4 - 4 + 13, (byte) 0x10);
    }

    private static Arguments refused(String what, Consumer<ByteBuffer> change) {
        return Arguments.of(what, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void refuses(String what, Consumer<ByteBuffer> change) {
        byte[] large = TestPacket.of(true, true, 100, 250).large();
        change.accept(ByteBuffer.wrap(large));
        assertThat(segmentation.prepare(Segments.frame(large), 0)).as(what).isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void refusesADatagramWhoseLengthIsNotThePackets() {
        byte[] large = TestPacket.of(true, false, 100, 250).large();
        ByteBuffer.wrap(large).putShort(TCP4 + 4, (short) 257);
        assertThat(segmentation.prepare(Segments.frame(large), 0)).isEqualTo(Segmentation.REFUSED);
    }

    @ParameterizedTest
    @CsvSource({"44", "51", "59", "4"})
    void refusesAnIpv6HeaderThatItCannotRepeat(int next) {
        byte[] large = TestPacket.of(false, true, 100, 250).large();
        large[IP + 6] = (byte) next;
        assertThat(segmentation.prepare(Segments.frame(large), 0)).isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void refusesExtensionHeadersWithoutEnd() {
        byte[] chain = new byte[1 + 9 * 8];
        for (int i = 1; i < chain.length; i += 8) {
            chain[i] = 60;
        }
        chain[0] = 60;
        chain[chain.length - 8] = 6;
        TestPacket plain = TestPacket.of(false, true, 100, 250);
        assertThat(segmentation.prepare(Segments.frame(withChain(plain, chain).large()), 0))
                .isEqualTo(Segmentation.REFUSED);
    }

    private static TestPacket withChain(TestPacket plain, byte[] chain) {
        byte[] address = plain.destination();
        return new TestPacket(
                false,
                true,
                new int[0],
                chain,
                address,
                address,
                address,
                new byte[0],
                16,
                1,
                1,
                100,
                new byte[250],
                0);
    }

    @Test
    void segmentsBehindThreeTagsAndRefusesFour() {
        TestPacket three = TestPacket.of(true, true, 100, 250, 1, 2, 3);
        TestPacket four = TestPacket.of(true, true, 100, 250, 1, 2, 3, 4);
        assertThat(Segments.of(segmentation, Segments.frame(three.large()), 0))
                .containsExactlyElementsOf(three.segments());
        assertThat(segmentation.prepare(Segments.frame(four.large()), 0)).isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void refusesASegmentThatAnIpLengthCannotSay() {
        byte[] large = TestPacket.of(true, true, 65535, 65400).large();
        int room = VIRTIO + 14 + 65536;
        byte[] longest = Arrays.copyOf(large, room);
        ByteBuffer.wrap(longest).putShort(IP + 2, (short) 0);
        assertThat(segmentation.prepare(Segments.frame(longest), 0)).isEqualTo(Segmentation.REFUSED);
        byte[] shorter = Arrays.copyOf(longest, room - 1);
        assertThat(segmentation.prepare(Segments.frame(shorter), 0)).isEqualTo(1);
    }

    @Test
    void refusesARouteWhoseEndItDoesNotKnow() {
        byte[] chain = new byte[1 + 24];
        chain[0] = 43;
        chain[1] = 6;
        chain[2] = 2;
        chain[3] = 3;
        TestPacket plain = TestPacket.of(false, true, 100, 250);
        assertThat(segmentation.prepare(Segments.frame(withChain(plain, chain).large()), 0))
                .isEqualTo(3);
        chain[4] = 1;
        assertThat(segmentation.prepare(Segments.frame(withChain(plain, chain).large()), 0))
                .isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void refusesAJumbogram() {
        TestPacket jumbo =
                withChain(TestPacket.of(false, true, 100, 250), new byte[] {0, 6, 0, (byte) 194, 4, 0, 0, 1, 0x20});
        byte[] large = jumbo.large();
        ByteBuffer.wrap(large).putShort(IP + 4, (short) 0);
        assertThat(segmentation.prepare(Segments.frame(large), 0)).isEqualTo(Segmentation.REFUSED);
    }

    /** In front of the tag that the switch pushes, 10 is harmless; behind it, the sum would choose the VLAN. */
    @ParameterizedTest
    @CsvSource({"10,0", "14,0", "20,0", "33,0", "34,300", "34,65535", "65535,0"})
    void neverCompletesAChecksumInFrontOfTheTransportHeaderOrBehindTheEnd(int start, int offset) {
        byte[] large = TestPacket.of(true, true, 100, 250).large();
        large[GSO_TYPE] = 0;
        ByteBuffer.wrap(large)
                .putShort(CSUM_START, Short.reverseBytes((short) start))
                .putShort(CSUM_OFFSET, Short.reverseBytes((short) offset));
        Frame frame = Segments.frame(large);
        assertThat(segmentation.prepare(frame, 0)).isEqualTo(Segmentation.REFUSED);
        frame.pushTag(100);
        assertThat(segmentation.prepare(frame, 0)).isEqualTo(Segmentation.REFUSED);
    }

    @Test
    void hasNoSegmentsOnceRefused() {
        byte[] large = TestPacket.of(true, true, 0, 250).large();
        assertThat(segmentation.prepare(Segments.frame(large), 0)).isZero();
        assertThat(segmentation.count()).isZero();
        assertThatThrownBy(() -> segmentation.headerAddress(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> segmentation.payloadAddress(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void rejectsAHeadroomThatItHasNoRoomFor() {
        Frame frame = new Frame();
        assertThatThrownBy(() -> segmentation.prepare(frame, 81)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> segmentation.prepare(frame, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Segmentation(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void copiesHeaderAndPayloadToWhereTheCallerWants() {
        TestPacket packet = TestPacket.of(true, true, 100, 250);
        int count = segmentation.prepare(Segments.frame(packet.large()), 0);
        ByteBuffer stream = ByteBuffer.allocateDirect(2000);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        int at = 0;
        for (int i = 0; i < count; i++) {
            segmentation.copyTo(i, stream, at);
            at += segmentation.length(i);
            expected.writeBytes(packet.segments().get(i));
        }
        byte[] copied = new byte[at];
        stream.get(0, copied);
        assertThat(copied).isEqualTo(expected.toByteArray());
    }
}
