package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTooBigTest {
    private static final int VIRTIO = VirtioNetHeader.LENGTH;
    private static final int MTU = 1400;
    private static final int IP = 14;

    /** UDP over IPv4, 108 bytes with the IP header. */
    private static final String SHORT_PACKET = "4500006c 1a2b4000 40110c54 0a000001 0a000002 9c401451 00581c64"
            + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b"
            + "2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f";

    private static final String IPV6_HEADER = "60000000 0500 11 3f fd000000000000000000000000000001"
            + "fd000000000000000000000000000002 9c401451 05001234";

    private final PacketTooBig tooBig = new PacketTooBig();
    private final GuardedFrame guarded = new GuardedFrame((byte) 0xee);
    private final Frame answer = new Frame();

    private static byte[] plain(byte[] frame) {
        return ByteBuffer.allocate(VIRTIO + frame.length).put(VIRTIO, frame).array();
    }

    /** The answer; null if there is none, nothing being written. */
    private byte[] answer(byte[] large, int mtu) {
        Frames.receive(answer, 1, 1, 66, 1448, 34, 16, new byte[2000]);
        answer.pushTag(1);
        byte[] before = answer.toByteArray();
        byte[] header = Frames.header(answer);
        boolean answered = tooBig.answer(guarded.load(large), mtu, answer);
        assertThat(guarded.take()).as("the offending frame").isEqualTo(large);
        if (!answered) {
            assertThat(answer.toByteArray()).isEqualTo(before);
            assertThat(Frames.header(answer)).isEqualTo(header);
            return null;
        }
        assertThat(Frames.header(answer)).as("plain").containsOnly(0);
        return answer.toByteArray();
    }

    private IcmpError answered(byte[] frame, int mtu) {
        byte[] bytes = answer(plain(frame), mtu);
        assertThat(bytes).isNotNull();
        return IcmpError.read(bytes, frame);
    }

    private void assertUnanswered(byte[] frame, int mtu) {
        assertThat(answer(plain(frame), mtu)).isNull();
    }

    private static byte[] udp(boolean ipv4, int length, int... tags) {
        TestPacket packet = TestPacket.of(ipv4, false, 0xffff, length - (ipv4 ? 28 : 48), tags);
        byte[] frame = packet.segments().get(0);
        byte[] addresses = ipv4 ? hex("0a000001 0a000002") : hex("fd000000000000000000000000000001" + "fd".repeat(16));
        System.arraycopy(addresses, 0, frame, IP + 4 * tags.length + (ipv4 ? 12 : 8), addresses.length);
        return frame;
    }

    private static byte[] with(byte[] frame, int at, String bytes) {
        byte[] changed = frame.clone();
        byte[] inserted = hex(bytes);
        System.arraycopy(inserted, 0, changed, at, inserted.length);
        return changed;
    }

    @Test
    void tellsAnIpv4HostTheMtu() {
        byte[] offending = hex("020000000002 020000000001 0800" + SHORT_PACKET);
        byte[] expected = hex("020000000001 020000000002 0800 45c00064 00004000 400125d7 0a000002 0a000001"
                + "0304 5f64 0000 0064"
                + SHORT_PACKET.replace(" ", "").substring(0, 2 * 72));
        assertThat(answer(plain(offending), 100)).isEqualTo(expected);
    }

    @Test
    void tellsAnIpv6HostTheMtu() {
        byte[] offending = Arrays.copyOf(hex("020000000002 020000000001 86dd" + IPV6_HEADER), 14 + 40 + 1280);
        byte[] quoted = Arrays.copyOfRange(offending, 14, 14 + 1280 - 48);
        byte[] head = hex("020000000001 020000000002 86dd 60000000 04d8 3a 40"
                + "fd000000000000000000000000000002 fd000000000000000000000000000001 0200 c1ca 00000514");
        byte[] expected = ByteBuffer.allocate(14 + 1280).put(head).put(quoted).array();
        assertThat(answer(plain(offending), 1300)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 1", "true, 2", "true, 3", "false, 0", "false, 1", "false, 2", "false, 3"})
    void keepsGuestTagsAndTellsWhatIsLeftForIp(boolean ipv4, int tags) {
        int[] tci = Arrays.copyOf(new int[] {0xa064, 0x0fff, 0x0001}, tags);
        IcmpError error = answered(udp(ipv4, 1500, tci), MTU);
        assertThat(error.mtu()).isEqualTo(MTU - 4 * tags);
        assertThat(error.packet()).hasSize(ipv4 ? 576 : 1280);
    }

    @Test
    void keepsAServiceTag() {
        byte[] frame = with(udp(true, 1500, 0x0064, 0x00c8), 12, "88a8");
        assertThat(answered(frame, MTU).mtu()).isEqualTo(MTU - 8);
    }

    @Test
    void quotesAsMuchAsFits() {
        byte[] frame = udp(true, 301);
        byte[] padded = Arrays.copyOf(frame, frame.length + 30);
        padded[padded.length - 1] = 1;
        assertThat(answered(padded, 300).packet()).hasSize(300);
        assertThat(answered(padded, 200).packet()).as("fits itself").hasSize(200);
        byte[] longer = udp(true, 577);
        assertThat(answered(longer, 576).packet()).hasSize(576);
        assertThat(answered(Arrays.copyOf(longer, 700), 570).packet()).hasSize(570);
        assertThat(answered(udp(false, 1290), 1289).packet()).hasSize(1280);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void quotesALargePacketWithAnOpenChecksum(boolean ipv4) {
        byte[] large = TestPacket.of(ipv4, true, 1448, 5000).large();
        int source = VIRTIO + IP + (ipv4 ? 12 : 8);
        byte[] hosts = with(large, source, ipv4 ? "0a000001 0a000002" : "fd".repeat(32));
        byte[] bytes = answer(hosts, MTU);
        byte[] offending = Arrays.copyOfRange(hosts, VIRTIO, hosts.length);
        assertThat(IcmpError.read(bytes, offending).mtu()).isEqualTo(MTU);
        large[VIRTIO] = 1;
        assertThat(answer(large, MTU)).as("to a group").isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersOnlyAPacketThatIsTooBig(boolean ipv4) {
        for (int length = MTU - 3; length < MTU + 3; length++) {
            byte[] frame = Arrays.copyOf(udp(ipv4, length), 1600);
            assertThat(answer(plain(frame), MTU) != null).isEqualTo(length > MTU);
            byte[] tagged = udp(ipv4, length, 5);
            assertThat(answer(plain(tagged), MTU + 4) != null).isEqualTo(length > MTU);
        }
    }

    @Test
    void doesNotTellOfAnMtuThatIpDoesNotKnow() {
        assertUnanswered(udp(true, 1500), 67);
        assertUnanswered(udp(true, 1500, 1), 71);
        assertUnanswered(udp(false, 1500), 1279);
        assertUnanswered(udp(false, 1500, 1), 1283);
        assertUnanswered(udp(true, 1500), 0);
        assertUnanswered(udp(true, 1500), -1);
        assertThat(answered(udp(true, 1500), 68).packet()).hasSize(68);
        assertThat(answered(udp(true, 1500, 1), 72).mtu()).isEqualTo(68);
        assertThat(answered(udp(false, 1500), 1280).mtu()).isEqualTo(1280);
        assertThat(answered(udp(false, 1500, 1), 1284).mtu()).isEqualTo(1280);
    }

    @Test
    void answersAlsoWithoutDontFragment() {
        byte[] frame = udp(true, 1500);
        assertThat(answered(with(frame, IP + 6, "4000"), MTU).mtu()).isEqualTo(MTU);
        assertThat(answered(with(frame, IP + 6, "0000"), MTU).mtu()).isEqualTo(MTU);
    }

    @Test
    void answersTheFirstFragmentOnly() {
        byte[] frame = udp(true, 1500);
        assertThat(answered(with(frame, IP + 6, "2000"), MTU).mtu()).isEqualTo(MTU);
        for (String later : new String[] {"20b9", "00b9", "0001", "1000", "3fff"}) {
            assertUnanswered(with(frame, IP + 6, later), MTU);
        }
        byte[] ipv6 = with(udp(false, 1500), IP + 6, "2c");
        assertThat(answered(with(ipv6, IP + 40, "11ff000100000007"), MTU).mtu()).isEqualTo(MTU);
        assertUnanswered(with(ipv6, IP + 40, "11ff000900000007"), MTU);
        assertUnanswered(with(ipv6, IP + 40, "11ff800000000007"), MTU);
    }

    @Test
    void answersIcmpButNoErrorMessageOfIcmp() {
        byte[] ipv4 = with(udp(true, 1500), IP + 9, "01");
        byte[] ipv6 = with(udp(false, 1500), IP + 6, "3a");
        byte[] behindOptions = with(with(udp(false, 1500), IP + 6, "3c"), IP + 40, "3a00010400000000");
        for (int type = 0; type < 256; type++) {
            boolean error4 = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
            boolean error6 = type < 128 || type == 137;
            String hex = String.format("%02x", type);
            assertThat(answer(plain(with(ipv4, IP + 20, hex)), MTU) == null).isEqualTo(error4);
            assertThat(answer(plain(with(ipv6, IP + 40, hex)), MTU) == null).isEqualTo(error6);
            assertThat(answer(plain(with(behindOptions, IP + 48, hex)), MTU) == null)
                    .isEqualTo(error6);
            byte[] otherProtocol = with(with(ipv4, IP + 9, "3a"), IP + 20, hex);
            assertThat(answer(plain(otherProtocol), MTU)).isNotNull();
        }
    }

    @Test
    void doesNotAnswerIcmpOfWhichNothingIsThere() {
        byte[] frame = with(udp(false, 1336), IP + 6, "3c");
        assertUnanswered(with(frame, IP + 40, "3aa1010400000000"), 1300);
        assertThat(answered(with(frame, IP + 40, "11a1010400000000"), 1300)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ffffffffffff 020000000001",
                "01005e0000fb 020000000001",
                "333300000001 020000000001",
                "000000000000 020000000001",
                "020000000002 000000000000",
                "020000000002 030000000001",
                "020000000002 ffffffffffff",
            })
    void doesNotAnswerFramesThatAreNotFromStationToStation(String addresses) {
        assertUnanswered(with(udp(true, 1500), 0, addresses), MTU);
        assertUnanswered(with(udp(false, 1500), 0, addresses), MTU);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000", "00000001", "7f000001", "e0000001", "effffffa", "f0000001", "ffffffff"})
    void doesNotAnswerIpv4PacketsThatAreNotFromHostToHost(String address) {
        assertUnanswered(with(udp(true, 1500), IP + 12, address), MTU);
        assertUnanswered(with(udp(true, 1500), IP + 16, address), MTU);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000000000000000000000000000",
                "00000000000000000000000000000001",
                "ff020000000000000000000000000001",
                "ff0e0000000000000000000000000002",
            })
    void doesNotAnswerIpv6PacketsThatAreNotFromHostToHost(String address) {
        assertUnanswered(with(udp(false, 1500), IP + 8, address), MTU);
        assertUnanswered(with(udp(false, 1500), IP + 24, address), MTU);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01000000", "7e000001", "80000001", "dfffffff", "a9fe0001"})
    void answersEveryHost(String address) {
        assertThat(answered(with(udp(true, 1500), IP + 12, address), MTU)).isNotNull();
        assertThat(answered(with(udp(true, 1500), IP + 16, address), MTU)).isNotNull();
    }

    @Test
    void answersHostsOfIpv6() {
        for (String address : new String[] {
            "fe80" + "00".repeat(13) + "01", "00".repeat(15) + "02", "00".repeat(7) + "01" + "00".repeat(8)
        }) {
            assertThat(answered(with(udp(false, 1500), IP + 8, address), MTU)).isNotNull();
            assertThat(answered(with(udp(false, 1500), IP + 24, address), MTU)).isNotNull();
        }
    }

    @Test
    void doesNotAnswerWhatIsNoIpOrMalformed() {
        byte[] ipv4 = udp(true, 1500);
        byte[] ipv6 = udp(false, 1500);
        assertUnanswered(with(ipv4, 12, "0806"), MTU);
        assertUnanswered(with(ipv4, 12, "86dd"), MTU);
        assertUnanswered(with(ipv6, 12, "0800"), MTU);
        assertUnanswered(with(ipv4, IP, "65"), MTU);
        assertUnanswered(with(ipv4, IP, "44"), MTU);
        assertUnanswered(with(ipv4, IP + 2, "05dd"), MTU);
        assertUnanswered(with(ipv4, IP + 2, "0013"), MTU);
        assertUnanswered(with(ipv6, IP, "40"), MTU);
        assertUnanswered(with(ipv6, IP + 4, "ffff"), MTU);
        assertUnanswered(with(with(ipv6, IP + 6, "00"), IP + 40, "11ff"), MTU);
        assertUnanswered(udp(true, 1500, 1, 2, 3, 4), MTU);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 2", "false, 0", "false, 1"})
    void doesNotAnswerAFrameThatIsCut(boolean ipv4, int tags) {
        byte[] frame = udp(ipv4, 1330, new int[tags]);
        for (int length = 0; length < frame.length; length++) {
            assertUnanswered(Arrays.copyOf(frame, length), 1300);
        }
        assertThat(answered(frame, 1300)).isNotNull();
    }

    @Test
    void answersTheLargestPacketThatLeavesItsLengthOpen() {
        byte[] largest = Arrays.copyOf(with(udp(true, 1500), IP + 2, "0000"), 65536 + 18);
        assertThat(answered(largest, 9000).mtu()).isEqualTo(9000);
        assertThat(answered(largest, 65539).mtu()).as("16 bits").isEqualTo(65535);
    }
}
