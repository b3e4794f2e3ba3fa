package io.tapswitch.frame;

import static io.tapswitch.frame.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
    /** As a TAP with TUNSETVNETHDRSZ 12 and TUNSETVNETLE gave them, TCP over IPv4 and IPv6, UDP over IPv4. */
    private static final ByteBuffer TSO4 = ByteBuffer.wrap(hex("01 01 4200 a805 2200 1000 0000"));

    private static final ByteBuffer TSO6 = ByteBuffer.wrap(hex("01 04 5600 9405 3600 1000 0000"));
    private static final ByteBuffer OPEN_UDP = ByteBuffer.wrap(hex("01 00 0000 0000 2200 0600 0000"));

    @Test
    void readsLargeTcpOverIpv4() {
        assertThat(VirtioNetHeader.flags(TSO4, 0)).isEqualTo(VirtioNetHeader.NEEDS_CSUM);
        assertThat(VirtioNetHeader.gsoType(TSO4, 0)).isEqualTo(1);
        assertThat(VirtioNetHeader.gsoSize(TSO4, 0)).isEqualTo(1448);
        assertThat(VirtioNetHeader.csumStart(TSO4, 0)).isEqualTo(34);
        assertThat(VirtioNetHeader.csumOffset(TSO4, 0)).isEqualTo(16);
    }

    @Test
    void readsLargeTcpOverIpv6() {
        assertThat(VirtioNetHeader.gsoType(TSO6, 0)).isEqualTo(4);
        assertThat(VirtioNetHeader.gsoSize(TSO6, 0)).isEqualTo(1428);
        assertThat(VirtioNetHeader.csumStart(TSO6, 0)).isEqualTo(54);
        assertThat(VirtioNetHeader.csumOffset(TSO6, 0)).isEqualTo(16);
    }

    @Test
    void readsAnOpenChecksumOfAPlainFrame() {
        assertThat(VirtioNetHeader.flags(OPEN_UDP, 0)).isEqualTo(VirtioNetHeader.NEEDS_CSUM);
        assertThat(VirtioNetHeader.gsoType(OPEN_UDP, 0)).isEqualTo(VirtioNetHeader.GSO_NONE);
        assertThat(VirtioNetHeader.csumOffset(OPEN_UDP, 0)).isEqualTo(6);
    }

    @Test
    void readsEveryFieldAsUnsigned() {
        ByteBuffer all = ByteBuffer.wrap(hex("ffffffffffffffffffffffff"));
        assertThat(VirtioNetHeader.flags(all, 0)).isEqualTo(255);
        assertThat(VirtioNetHeader.gsoType(all, 0)).isEqualTo(255);
        assertThat(VirtioNetHeader.gsoSize(all, 0)).isEqualTo(65535);
        assertThat(VirtioNetHeader.csumStart(all, 0)).isEqualTo(65535);
        assertThat(VirtioNetHeader.csumOffset(all, 0)).isEqualTo(65535);
    }

    @Test
    void clearsExactlyTwelveBytes() {
        ByteBuffer buffer = ByteBuffer.wrap(hex("aaaa ffffffffffffffffffffffff bbbb"));
        VirtioNetHeader.clear(buffer, 2);
        assertThat(buffer.array()).isEqualTo(hex("aaaa 000000000000000000000000 bbbb"));
    }

    @Test
    void shiftsTheHeaderLengthOfLargeFramesAndTheStartOfOpenChecksumsOnly() {
        assertThat(shifted("01 01 4200 a805 2200 1000 0000", 4)).isEqualTo(hex("01 01 4600 a805 2600 1000 0000"));
        assertThat(shifted("01 00 0000 0000 2200 0600 0000", 4)).isEqualTo(hex("01 00 0000 0000 2600 0600 0000"));
        assertThat(shifted("00 01 4200 a805 0000 0000 0000", -4)).isEqualTo(hex("00 01 3e00 a805 0000 0000 0000"));
        assertThat(shifted("02 00 0000 0000 0000 0000 0000", 4)).isEqualTo(hex("02 00 0000 0000 0000 0000 0000"));
    }

    private static byte[] shifted(String header, int bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(hex(header));
        VirtioNetHeader.shift(buffer, 0, bytes);
        return buffer.array();
    }

    @Test
    void staysWithinItsBuffer() {
        ByteBuffer short11 = ByteBuffer.allocate(11);
        assertThatThrownBy(() -> VirtioNetHeader.clear(short11, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> VirtioNetHeader.csumOffset(short11, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
