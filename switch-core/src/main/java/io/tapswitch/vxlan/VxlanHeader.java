package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * The VXLAN header (RFC 7348, 5), behind the UDP header and in front of the inner Ethernet frame; big endian.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-----------------------------------------------+
 * |R|R|R|R|I|R|R|R|                   Reserved                    |
 * +-+-+-+-+-+-+-+-+-----------------------------------------------+
 * |     VXLAN network identifier (VNI)            |   Reserved    |
 * +-----------------------------------------------+---------------+
 * </pre>
 *
 * <p>The I flag says that the VNI is valid. Datagrams of TapSwitch's own on the same UDP port have it clear, so that other
 * VTEPs drop them, and {@link #OWN} in the first three bytes.
 */
final class VxlanHeader {
    /** Bytes of the header. */
    static final int LENGTH = 8;

    /** The I flag, in the first word. */
    static final int VALID_VNI = 0x0800_0000;

    /** A datagram of TapSwitch's own, in the upper three bytes of the first word; the lowest has its kind. */
    static final int OWN = 0x0054_5300;

    /** The kind of a datagram that {@link Sealing} made. */
    static final int SEALED = 3;

    private static final int KIND = 0xff;
    private static final int RESERVED = 0xff;

    private VxlanHeader() {}

    static void write(ByteBuffer buffer, int at, int vni) {
        buffer.putInt(at, VALID_VNI).putInt(at + 4, vni << 8);
    }

    /** The two words of a header, the first one in the upper half. */
    static long of(int vni) {
        return (long) VALID_VNI << 32 | vni << 8 & 0xffff_ffffL;
    }

    /** The kind of a datagram of TapSwitch's own, by its first word; 0 if it is none. */
    static int kind(int firstWord) {
        return (firstWord & ~KIND) == OWN ? firstWord & KIND : 0;
    }

    /** Whether the first word says that there is a VNI. */
    static boolean hasVni(int firstWord) {
        return (firstWord & VALID_VNI) != 0;
    }

    /** Whether any bit is set that RFC 7348 reserves, which receivers ignore, but Linux does not. */
    static boolean hasReservedBits(int firstWord, int secondWord) {
        return firstWord != VALID_VNI || (secondWord & RESERVED) != 0;
    }

    static int vni(int secondWord) {
        return secondWord >>> 8;
    }
}
