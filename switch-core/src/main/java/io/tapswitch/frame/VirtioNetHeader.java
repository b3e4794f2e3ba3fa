package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * The 12-byte header that travels in front of a frame between a TAP device and its user (virtio 1.2, 5.1.6.1;
 * {@code linux/virtio_net.h}). It says what the sender left undone: the checksum, and the cutting of a large TCP or
 * UDP frame into segments. All fields are little endian (the switch sets {@code TUNSETVNETLE}); the buffers that
 * hold it are big endian, as {@link Frame#buffer} is.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     flags     |   gso_type    |            hdr_len            |
 * +---------------+---------------+-------------------------------+
 * |           gso_size            |          csum_start           |
 * +-------------------------------+-------------------------------+
 * |          csum_offset          |          num_buffers          |
 * +-------------------------------+-------------------------------+
 * </pre>
 *
 * <p>{@code hdr_len} and {@code csum_start} come from a guest and are hints: whoever acts on them checks them first.
 */
public final class VirtioNetHeader {
    /** Bytes of the header. */
    public static final int LENGTH = 12;

    /** {@code flags}: the checksum from {@code csum_start} on is still to be completed. */
    public static final int NEEDS_CSUM = 1;

    /** {@code gso_type}: the frame is one segment. */
    public static final int GSO_NONE = 0;

    /** {@code gso_type}: TCP over IPv4, to be cut. */
    public static final int GSO_TCPV4 = 1;

    /** {@code gso_type}: TCP over IPv6, to be cut. */
    public static final int GSO_TCPV6 = 4;

    /** {@code gso_type}: UDP over IPv4 or IPv6, to be cut into datagrams of their own. */
    public static final int GSO_UDP_L4 = 5;

    /** {@code gso_type}, a bit beside TCP: the large frame may carry CWR (RFC 3168, 6.1.2). */
    public static final int GSO_ECN = 0x80;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HDR_LEN = 2;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;

    private VirtioNetHeader() {}

    /** The {@code flags} of the header that starts at {@code at}. */
    public static int flags(ByteBuffer buffer, int at) {
        return buffer.get(at + FLAGS) & 0xff;
    }

    /** The {@code gso_type}: 0 for a plain frame. */
    public static int gsoType(ByteBuffer buffer, int at) {
        return buffer.get(at + GSO_TYPE) & 0xff;
    }

    /** The payload bytes of each segment of a large frame. */
    public static int gsoSize(ByteBuffer buffer, int at) {
        return littleEndian(buffer, at + GSO_SIZE);
    }

    /** Where the checksummed bytes begin, counted from the first byte of the Ethernet header. */
    public static int csumStart(ByteBuffer buffer, int at) {
        return littleEndian(buffer, at + CSUM_START);
    }

    /** Where the checksum is stored, counted from {@link #csumStart}. */
    public static int csumOffset(ByteBuffer buffer, int at) {
        return littleEndian(buffer, at + CSUM_OFFSET);
    }

    /** Writes a header that asks for nothing: a plain frame with its checksum in place. */
    public static void clear(ByteBuffer buffer, int at) {
        buffer.putLong(at, 0).putInt(at + 8, 0);
    }

    /** Writes a header that asks to cut a large frame and to complete the checksum of each segment. */
    static void setGso(ByteBuffer buffer, int at, int type, int hdrLen, int gsoSize, int csumStart, int csumOffset) {
        buffer.put(at + FLAGS, (byte) NEEDS_CSUM).put(at + GSO_TYPE, (byte) type);
        putLittleEndian(buffer, at + HDR_LEN, hdrLen);
        putLittleEndian(buffer, at + GSO_SIZE, gsoSize);
        putLittleEndian(buffer, at + CSUM_START, csumStart);
        putLittleEndian(buffer, at + CSUM_OFFSET, csumOffset);
        putLittleEndian(buffer, at + CSUM_OFFSET + 2, 0);
    }

    /** Moves {@code csum_start} and {@code hdr_len} by the bytes that a header adds to, or takes from, the front. */
    static void shift(ByteBuffer buffer, int at, int bytes) {
        if ((flags(buffer, at) & NEEDS_CSUM) != 0) {
            putLittleEndian(buffer, at + CSUM_START, csumStart(buffer, at) + bytes);
        }
        if (gsoType(buffer, at) != GSO_NONE) {
            putLittleEndian(buffer, at + HDR_LEN, littleEndian(buffer, at + HDR_LEN) + bytes);
        }
    }

    private static int littleEndian(ByteBuffer buffer, int at) {
        return Short.reverseBytes(buffer.getShort(at)) & 0xffff;
    }

    private static void putLittleEndian(ByteBuffer buffer, int at, int value) {
        buffer.putShort(at, Short.reverseBytes((short) value));
    }
}
