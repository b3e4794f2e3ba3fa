package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelEcnTest {
    private static final String ETHERNET = "020000000002 020000000001";

    /** UDP with traffic class 0xba (voice admit, ECT(0)) and 63 hops left. */
    private static final byte[] IPV4 = hex(ETHERNET + "0800"
            + "45ba 0028 9983 4000 3f11 8d85 0a000001 0a000002"
            + "9c40 1451 0014 1d0e 000102030405060708090a0b");

    /** The same with CE. */
    private static final byte[] IPV4_MARKED = hex(ETHERNET + "0800"
            + "45bb 0028 9983 4000 3f11 8d84 0a000001 0a000002"
            + "9c40 1451 0014 1d0e 000102030405060708090a0b");

    private static final String REST_OF_IPV6 = "2345 0014 113f fd000000000000000000000000000001"
            + "fd000000000000000000000000000002 9c40 1451 0014 370c 000102030405060708090a0b";
    private static final byte[] IPV6 = hex(ETHERNET + "86dd 6ba1" + REST_OF_IPV6);
    private static final byte[] IPV6_MARKED = hex(ETHERNET + "86dd 6bb1" + REST_OF_IPV6);

    private static final int CE = 3;

    private final TunnelEcn ecn = new TunnelEcn();
    private final GuardedFrame guarded = new GuardedFrame((byte) 0xee);

    private static byte[] behindTags(byte[] frame, int tags) {
        byte[] tagged = frame;
        for (int i = 0; i < tags; i++) {
            tagged = Frames.tagged(tagged, 0xe064 + i);
        }
        return tagged;
    }

    private static byte[] plain(byte[] frame) {
        return ByteBuffer.allocate(VirtioNetHeader.LENGTH + frame.length)
                .put(VirtioNetHeader.LENGTH, frame)
                .array();
    }

    /** The frame as it comes out; null if it is dropped, unchanged. */
    private byte[] decapsulate(byte[] frame, int outer) {
        boolean passed = ecn.decapsulate(guarded.load(plain(frame)), outer);
        byte[] after = guarded.take();
        assertThat(Arrays.copyOf(after, VirtioNetHeader.LENGTH)).containsOnly(0);
        byte[] bytes = Arrays.copyOfRange(after, VirtioNetHeader.LENGTH, after.length);
        if (!passed) {
            assertThat(bytes).as("dropped").isEqualTo(frame);
        }
        return passed ? bytes : null;
    }

    private static byte[] withTrafficClass(byte[] frame, int trafficClass) {
        byte[] bytes = frame.clone();
        if (bytes[12] == 8) {
            bytes[15] = (byte) trafficClass;
            return withHeaderChecksum(bytes);
        }
        bytes[14] = (byte) (0x60 | trafficClass >>> 4);
        bytes[15] = (byte) (trafficClass << 4 | bytes[15] & 0xf);
        return bytes;
    }

    private static byte[] withHeaderChecksum(byte[] frame) {
        ByteBuffer.wrap(frame).putShort(24, (short) 0);
        int sum = ~TestPacket.wordSum(Arrays.copyOfRange(frame, 14, 34));
        ByteBuffer.wrap(frame).putShort(24, (short) sum);
        return frame;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void readsTrafficClassAndHopLimit(int tags) {
        for (byte[] bytes : new byte[][] {IPV4, IPV6}) {
            Frame frame = guarded.load(plain(behindTags(bytes, tags)));
            assertThat(ecn.trafficClass(frame)).isEqualTo(0xba);
            assertThat(ecn.hopLimit(frame)).isEqualTo(63);
            guarded.take();
        }
    }

    @Test
    void readsEveryTrafficClassAndHopLimit() {
        for (int value = 0; value < 256; value++) {
            for (byte[] bytes : new byte[][] {IPV4, IPV6}) {
                byte[] changed = withTrafficClass(bytes, value);
                changed[bytes[12] == 8 ? 22 : 21] = (byte) value;
                Frame frame = guarded.load(plain(changed));
                assertThat(ecn.trafficClass(frame)).isEqualTo(value);
                assertThat(ecn.hopLimit(frame)).isEqualTo(value);
                guarded.take();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0x00, 0x00", "0x01, 0x01", "0x02, 0x02", "0x03, 0x02"})
    void encapsulatesAsTheLinuxSelftestExpects(int inner, int outer) {
        assertThat(TunnelEcn.encapsulate(inner, inner)).isEqualTo(outer);
        assertThat(TunnelEcn.encapsulate(0xb8, 0xfc | inner)).as("another DSCP").isEqualTo(0xb8 | outer);
        assertThat(TunnelEcn.encapsulate(0xfb, inner))
                .as("no ECN from the DSCP's")
                .isEqualTo(0xf8 | outer);
        assertThat(TunnelEcn.encapsulate(0x14 | inner, 0x14 | inner))
                .as("inherited DSCP")
                .isEqualTo(0x14 | outer);
    }

    @Test
    void marksAPacketInWhichNothingElseChanges() {
        assertThat(decapsulate(IPV4, CE)).isEqualTo(IPV4_MARKED);
        assertThat(decapsulate(IPV6, CE)).isEqualTo(IPV6_MARKED);
    }

    /** What vxlan_bridge_1d.sh of Linux tests: the same as RFC 6040, figure 4. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0", "0, 1, 0", "0, 2, 0", "0, 3, drop", // Not-ECT inside
        "1, 0, 1", "1, 1, 1", "1, 2, 1", "1, 3, 3", // ECT(1)
        "2, 0, 2", "2, 1, 1", "2, 2, 2", "2, 3, 3", // ECT(0)
        "3, 0, 3", "3, 1, 3", "3, 2, 3", "3, 3, 3" // CE
    })
    void decapsulatesAsTheLinuxSelftestExpects(int inner, int outer, String result) {
        for (byte[] frame : new byte[][] {IPV4, IPV6}) {
            for (int dscp = 0; dscp < 256; dscp += 4) {
                for (int tags = 0; tags < 4; tags++) {
                    byte[] before = behindTags(withTrafficClass(frame, dscp | inner), tags);
                    byte[] after = result.equals("drop")
                            ? null
                            : behindTags(withTrafficClass(frame, dscp | Integer.parseInt(result)), tags);
                    assertThat(decapsulate(before, 0xff & ~dscp & ~3 | outer)).isEqualTo(after);
                }
            }
        }
    }

    /** Every sum that a header can have, so that the update meets each carry. */
    @Test
    void keepsTheHeaderChecksumRight() {
        byte[] before = IPV4.clone();
        for (int id = 0; id < 0x10000; id++) {
            ByteBuffer.wrap(before).putShort(18, (short) id);
            byte[] after = decapsulate(withHeaderChecksum(before), CE);
            if (!Arrays.equals(after, withTrafficClass(before, 0xbb))) {
                assertThat(after).as("identification %d", id).isEqualTo(withTrafficClass(before, 0xbb));
            }
        }
    }

    @Test
    void doesNotMakeAWrongHeaderChecksumRight() {
        byte[] wrong = IPV4.clone();
        wrong[24] ^= 0x40;
        byte[] expected = IPV4_MARKED.clone();
        expected[24] ^= 0x40;
        assertThat(decapsulate(wrong, CE)).isEqualTo(expected);
    }

    @Test
    void marksFragmentsToo() {
        byte[] fragment = IPV4.clone();
        ByteBuffer.wrap(fragment).putShort(20, (short) 0x20b9);
        assertThat(decapsulate(withHeaderChecksum(fragment), CE)).isEqualTo(withTrafficClass(fragment, 0xbb));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0806 0001 0800 0604 0001 0a1b2c3d4e5f 0a000001 000000000000 0a000002",
                "0800 65ba 0028 9983 4000 3f11 8d85 0a000001 0a000002",
                "86dd 4ba1 2345 0014 113f fd000000000000000000000000000001 fd000000000000000000000000000002",
                "0026 424203000000000000000000000000000000000000000000000000000000000000000000000000",
                "8847 00064140 45ba 0028 9983 4000 3f11 8d85 0a000001 0a000002",
                "8100 8100 8100 8100 8100 0001 8100 0001 0800 45ba 0028 9983 4000 3f11 8d85 0a000001 0a000002",
            })
    void leavesWhatIsNoIpAlone(String payload) {
        assertWithoutIp(hex(ETHERNET + payload));
    }

    private void assertWithoutIp(byte[] bytes) {
        Frame frame = guarded.load(plain(bytes));
        assertThat(ecn.trafficClass(frame)).isZero();
        assertThat(ecn.hopLimit(frame)).isEqualTo(TunnelEcn.NO_HOP_LIMIT);
        guarded.take();
        for (int outer = 0; outer < 4; outer++) {
            assertThat(decapsulate(bytes, outer)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void leavesAFrameAloneThatEndsWithinItsIpHeader(int tags) {
        for (byte[] frame : new byte[][] {IPV4, IPV6}) {
            int header = 14 + 4 * tags + (frame[12] == 8 ? 20 : 40);
            byte[] bytes = behindTags(frame, tags);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                if (length < header) {
                    assertWithoutIp(cut);
                } else {
                    assertThat(decapsulate(cut, CE)).isNotEqualTo(cut).isNotNull();
                }
            }
        }
    }
}
