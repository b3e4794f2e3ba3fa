package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MssClampTest {
    private static final String ETHERNET = "020000000002 020000000001";
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final int MTU = 1400;
    private static final int VIRTIO = VirtioNetHeader.LENGTH;

    private final MssClamp clamp = new MssClamp();
    private final GuardedFrame guarded = new GuardedFrame((byte) 0xee);
    private final Random random = new Random(20260107);

    private record Outcome(boolean changed, byte[] bytes) {}

    private Outcome clamp(byte[] large, int mtu) {
        boolean changed = clamp.clamp(guarded.load(large), mtu);
        Outcome outcome = new Outcome(changed, guarded.take());
        assertThat(Arrays.equals(large, outcome.bytes)).isEqualTo(!changed);
        return outcome;
    }

    private static byte[] plain(byte[] frame) {
        return ByteBuffer.allocate(VIRTIO + frame.length).put(VIRTIO, frame).array();
    }

    private void assertClamped(byte[] before, int mtu, byte[] after) {
        assertThat(clamp(plain(before), mtu).bytes).isEqualTo(plain(after));
    }

    private void assertLeft(byte[] frame, int mtu) {
        assertThat(clamp(plain(frame), mtu).changed).isFalse();
    }

    private static byte[] option(int mss) {
        return ByteBuffer.allocate(4)
                .putShort((short) 0x0204)
                .putShort((short) mss)
                .array();
    }

    /** No-operations around an option, to a multiple of 4 bytes. */
    private static byte[] options(int before, byte[] option, int after) {
        byte[] options = new byte[(before + option.length + after + 3) / 4 * 4];
        Arrays.fill(options, (byte) 1);
        System.arraycopy(option, 0, options, before, option.length);
        return options;
    }

    private TestPacket packet(boolean ipv4, byte[] ipOptions, int flags, byte[] options, int payload, int... tags) {
        byte[] source = new byte[ipv4 ? 4 : 16];
        byte[] destination = new byte[source.length];
        byte[] data = new byte[payload];
        random.nextBytes(source);
        random.nextBytes(destination);
        random.nextBytes(data);
        int sequence = random.nextInt();
        return new TestPacket(
                ipv4,
                true,
                tags,
                ipOptions,
                source,
                destination,
                destination,
                options,
                flags,
                sequence,
                7,
                2000,
                data,
                0);
    }

    private TestPacket syn(boolean ipv4, byte[] options, int... tags) {
        return packet(ipv4, new byte[0], SYN, options, 0, tags);
    }

    private static byte[] wire(TestPacket packet) {
        return packet.segments().get(0);
    }

    private static byte[] wireWith(TestPacket p, byte[] options) {
        return wire(new TestPacket(
                p.ipv4(),
                true,
                p.tags(),
                p.ipOptions(),
                p.source(),
                p.destination(),
                p.finalDestination(),
                options,
                p.flags(),
                p.sequence(),
                p.id(),
                p.gsoSize(),
                p.payload(),
                p.padding()));
    }

    @Test
    void lowersTheOptionOfAnIpv4Syn() {
        String ip = ETHERNET + "0800 4500003c 1a2b4000 40060c8f 0a000001 0a000002";
        String tcp = "9c401451 01020304 00000000 a002faf0";
        String rest = "0402 080a 00000001 00000000 01 030307";
        assertClamped(
                hex(ip + tcp + "8474 0000 020405b4" + rest), MTU, hex(ip + tcp + "84d8 0000 02040550" + rest)); // 1360
    }

    @Test
    void lowersTheOptionOfAnIpv6Syn() {
        String ip = ETHERNET + "86dd 60000000 00280640 fd000000000000000000000000000001"
                + "fd000000000000000000000000000002";
        String tcp = "9c401451 01020304 00000000 a002faf0";
        String rest = "0402 080a 00000001 00000000 01 030307";
        assertClamped(
                hex(ip + tcp + "9e86 0000 020405a0" + rest), MTU, hex(ip + tcp + "9eea 0000 0204053c" + rest)); // 1340
    }

    @Test
    void lowersAnOptionAtAnOddPlace() {
        String head =
                ETHERNET + "0800 45000030 1a2b4000 40060c9b 0a000001 0a000002 9c401451 01020304 00000000 7002faf0";
        assertClamped(hex(head + "1246 0000 01 0204 05b4 010101"), MTU, hex(head + "7646 0000 01 0204 0550 010101"));
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 1", "true, 2", "false, 0", "false, 1", "false, 2"})
    void lowersTheOptionWhereverItIs(boolean ipv4, int tags) {
        int least = MTU - 4 * tags - (ipv4 ? 40 : 60);
        for (int before = 0; before <= 36; before++) {
            for (int flags : new int[] {SYN, SYN | ACK, SYN | 0xc0}) {
                byte[] options = options(before, option(1460), 36 - before);
                int payload = random.nextInt(3) * random.nextInt(1000);
                TestPacket packet = packet(
                        ipv4,
                        new byte[0],
                        flags,
                        options,
                        payload,
                        random.ints(tags, 0, 0x10000).toArray());
                assertClamped(wire(packet), MTU, wireWith(packet, options(before, option(least), 36 - before)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 1", "false, 0", "false, 1"})
    void lowersOnlyWhatIsLarger(boolean ipv4, int before) {
        for (int mss = 0; mss < 0x10000; mss += mss > 1300 && mss < 1500 ? 1 : 127) {
            TestPacket packet = syn(ipv4, options(before, option(mss), 0));
            int allowed = Math.min(mss, MTU - (ipv4 ? 40 : 60));
            assertClamped(wire(packet), MTU, wireWith(packet, options(before, option(allowed), 0)));
        }
    }

    /** Every sum that the segment can have, so that the update meets each carry. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void keepsTheChecksumRight(int before) {
        byte[] options = options(before, option(1460), 0);
        byte[] lower = options(before, option(1360), 0);
        TestPacket packet = syn(true, options);
        byte[] bytes = wire(packet);
        byte[] lowered = wireWith(packet, lower);
        for (int urgent = 0; urgent < 0x10000; urgent++) {
            setUrgent(bytes, urgent);
            setUrgent(lowered, urgent);
            clamp.clamp(guarded.load(plain(bytes)), MTU);
            byte[] after = guarded.take();
            if (!Arrays.equals(after, plain(lowered))) {
                assertThat(after).as("urgent pointer %d", urgent).isEqualTo(plain(lowered));
            }
        }
    }

    private static void setUrgent(byte[] ipv4, int urgent) {
        ByteBuffer frame = ByteBuffer.wrap(ipv4).putShort(50, (short) 0).putShort(52, (short) urgent);
        byte[] pseudo = ByteBuffer.allocate(16)
                .put(ipv4, 26, 8)
                .putInt(6)
                .putInt(ipv4.length - 34)
                .array();
        frame.putShort(50, (short) ~TestPacket.wordSum(pseudo, Arrays.copyOfRange(ipv4, 34, ipv4.length)));
    }

    @Test
    void doesNotMakeAWrongChecksumRight() {
        TestPacket packet = syn(true, option(1460));
        byte[] wrong = wire(packet);
        byte[] expected = wireWith(packet, option(1360));
        wrong[51] ^= 1;
        expected[51] ^= 1;
        Outcome outcome = clamp(plain(wrong), MTU);
        byte[] pseudo = ByteBuffer.allocate(16)
                .put(wrong, 26, 8)
                .putInt(6)
                .putInt(wrong.length - 34)
                .array();
        byte[] segment = Arrays.copyOfRange(outcome.bytes, VIRTIO + 34, outcome.bytes.length);
        assertThat(outcome.changed).isTrue();
        assertThat(TestPacket.wordSum(pseudo, segment)).isIn(0xfffe, 0x0001);
    }

    @Test
    void leavesAnOpenChecksumToWhoeverCompletesIt() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            TestPacket packet = syn(ipv4, options(1, option(9000), 0), 5);
            byte[] large = packet.large();
            large[1] = 0; // one segment
            Outcome outcome = clamp(large, MTU);
            assertThat(outcome.changed).isTrue();
            Segmentation segmentation = new Segmentation(1);
            assertThat(Segments.of(segmentation, Segments.frame(outcome.bytes), 0))
                    .containsExactly(wireWith(packet, options(1, option(MTU - 4 - (ipv4 ? 40 : 60)), 0)));
        }
    }

    @Test
    void findsTheSynBehindOptionsAndExtensionHeaders() {
        TestPacket ipv4 = packet(true, hex("94040000 01010100"), SYN, option(1460), 0);
        assertClamped(wire(ipv4), MTU, wireWith(ipv4, option(1360)));
        String chain = "00 3c00050200000100 2b00010400000000 0600040000000000";
        TestPacket ipv6 = packet(false, hex(chain), SYN, option(1460), 0);
        assertClamped(wire(ipv6), MTU, wireWith(ipv6, option(1340)));
    }

    @Test
    void findsTheSynInAFirstFragmentAndNoneInALaterOne() {
        TestPacket ipv6 = packet(false, hex("2c 06ff000100000007"), SYN, option(1460), 20);
        assertClamped(wire(ipv6), MTU, wireWith(ipv6, option(1340)));
        TestPacket later = packet(false, hex("2c 06000009 00000007"), SYN, option(1460), 20);
        assertLeft(wire(later), MTU);
        TestPacket ipv4 = syn(true, option(1460));
        for (int word : new int[] {0x2000, 0x0001, 0x2001, 0x1fff}) {
            byte[] fragment =
                    ByteBuffer.wrap(wire(ipv4)).putShort(20, (short) word).array();
            byte[] clamped = ByteBuffer.wrap(wireWith(ipv4, option(1360)))
                    .putShort(20, (short) word)
                    .putShort(24, ByteBuffer.wrap(fragment).getShort(24))
                    .array();
            assertClamped(fragment, MTU, word == 0x2000 ? clamped : fragment);
        }
    }

    @Test
    void leavesASynWithoutTheOption() {
        assertLeft(wire(syn(true, new byte[0])), MTU);
        assertLeft(wire(syn(false, hex("0402 080a 00000001 00000000 01 030307 00000000"))), MTU);
    }

    @Test
    void leavesWhatIsNoSyn() {
        for (int flags = 0; flags < 0x100; flags++) {
            byte[] frame = wire(packet(true, new byte[0], flags, option(1460), 0));
            assertThat(clamp(plain(frame), MTU).changed).isEqualTo((flags & SYN) != 0);
        }
        assertLeft(hex(ETHERNET + "0806 0001 0800 0604 0001 0a1b2c3d4e5f 0a000001 000000000000 0a000002"), MTU);
        byte[] udp = wire(syn(true, option(1460)));
        udp[23] = 17;
        assertLeft(udp, MTU);
    }

    @Test
    void leavesAnOptionWhereNothingIsLeftForData() {
        byte[] frame = wire(syn(true, option(1460), 1));
        assertLeft(frame, 0);
        assertLeft(frame, 44);
        assertThat(clamp(plain(frame), 45).changed).isTrue();
    }

    @Test
    void lowersBothOfTwo() {
        byte[] options = hex("020405b4 01 0204 ffff 010101");
        TestPacket packet = syn(true, options);
        assertClamped(wire(packet), MTU, wireWith(packet, hex("02040550 01 0204 0550 010101")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00010101 020405b4", // behind the end of the list
                "00040101 020405b4",
                "08000000 020405b4", // a length of 0
                "08010204 05b40101", // a length that does not hold itself
                "02000000 020405b4",
                "08ff0000 020405b4", // a length that is too long
                "03050101 010204b4", // the option cut
                "01010102",
                "01010204",
                "01020405",
                "0203ffff ff000000", // the option of another length
                "0206ffff ffff0000",
                "0202ffff ff000000",
                "01010101 01010101",
                "00000000 00000000",
                "ffffffff ffffffff",
            })
    void leavesAMalformedList(String options) {
        assertLeft(wire(syn(true, hex(options))), MTU);
        assertLeft(wire(syn(false, hex(options))), MTU);
    }

    @Test
    void leavesAHeaderThatContradictsItself() {
        byte[] frame = wire(syn(true, option(1460)));
        for (int words : new int[] {0, 1, 4, 5, 7, 8, 15}) {
            byte[] changed = frame.clone();
            changed[46] = (byte) (words << 4);
            assertLeft(changed, MTU);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "true, 2", "false, 0", "false, 1"})
    void leavesAFrameThatIsCut(boolean ipv4, int tags) {
        byte[] frame = wire(packet(ipv4, new byte[0], SYN, options(1, option(1460), 3), 10, new int[tags]));
        int network = 14 + 4 * tags;
        int header = network + (ipv4 ? 20 : 40) + 28;
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertLeft(cut, MTU);
            if (length >= network + (ipv4 ? 20 : 41)) { // an IPv6 length of 0 is an open one
                int packet = length - network - (ipv4 ? 0 : 40);
                ByteBuffer.wrap(cut).putShort(network + (ipv4 ? 2 : 4), (short) packet);
                assertThat(clamp(plain(cut), MTU).changed).isEqualTo(length >= header);
            }
        }
    }

    @Test
    void readsNoPaddingAsOptions() {
        byte[] frame = wire(syn(true, new byte[0]));
        byte[] padded = Arrays.copyOf(frame, frame.length + 4);
        System.arraycopy(option(1460), 0, padded, frame.length, 4);
        padded[46] = 0x60;
        assertLeft(padded, MTU);
    }
}
