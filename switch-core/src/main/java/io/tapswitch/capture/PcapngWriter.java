package io.tapswitch.capture;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng), little-endian, with times in nanoseconds.
 *
 * <pre>
 *  0            4             8                        length - 4
 *  | block type | block length | body, options | padding | block length |
 *
 *  option:  | code (2) | length (2) | value | to a multiple of 4 |      the last one has code 0 and length 0
 *  Enhanced Packet Block:
 *  | interface | time, high | time, low | captured | original | bytes of the frame | to a multiple of 4 | options |
 * </pre>
 */
final class PcapngWriter {
    /** Which way a frame went, as in the lowest two bits of epb_flags. */
    static final int INBOUND = 1;

    static final int OUTBOUND = 2;

    private static final int SECTION_HEADER = 0x0a0d_0d0a;
    private static final int BYTE_ORDER = 0x1a2b_3c4d;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;
    private static final short ETHERNET = 1;
    private static final int COMMENT = 1;
    private static final byte NANOSECONDS = 9;

    private static final int HARDWARE = 2;
    private static final int OPERATING_SYSTEM = 3;
    private static final int APPLICATION = 4;
    private static final int IF_NAME = 2;
    private static final int IF_FILTER = 11;
    private static final int IF_TSRESOL = 9;
    private static final int PACKET_FLAGS = 2;
    private static final int PACKET_DROP_COUNT = 4;
    private static final int START_TIME = 2;
    private static final int END_TIME = 3;
    private static final int RECEIVED = 4;
    private static final int DROPPED = 5;

    private ByteBuffer out;
    private int blockStart;

    /** @param capacity in bytes; more is made as it is needed */
    PcapngWriter(int capacity) {
        out = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many bytes wait to be {@linkplain #take taken}. */
    int size() {
        return out.position();
    }

    /** Takes what was written. */
    byte[] take() {
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        out.clear();
        return bytes;
    }

    /** The start of a file. */
    void section(String application) {
        begin(SECTION_HEADER, 16);
        out.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
        option(HARDWARE, System.getProperty("os.arch"));
        option(OPERATING_SYSTEM, System.getProperty("os.name") + " " + System.getProperty("os.version"));
        option(APPLICATION, application);
        end();
    }

    /** An interface: the first one has number 0. @param filter empty for none */
    void interfaceDescription(String name, int snapLength, String filter) {
        begin(INTERFACE_DESCRIPTION, 8);
        out.putShort(ETHERNET).putShort((short) 0).putInt(snapLength);
        option(IF_NAME, name);
        option(IF_TSRESOL, new byte[] {NANOSECONDS});
        if (!filter.isEmpty()) {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            value.write(0); // "as libpcap reads it"
            value.writeBytes(filter.getBytes(StandardCharsets.UTF_8));
            option(IF_FILTER, value.toByteArray());
        }
        end();
    }

    /**
     * A frame.
     *
     * @param epochNanos when it passed, since 1970
     * @param bytes those that were kept
     * @param length of the whole frame
     * @param flags {@link #INBOUND} or {@link #OUTBOUND}
     * @param lost how many frames were lost since the one before it
     * @param comment null for none
     */
    void packet(int number, long epochNanos, ByteBuffer bytes, int length, int flags, long lost, String comment) {
        int captured = bytes.remaining();
        begin(ENHANCED_PACKET, 20 + captured);
        out.putInt(number).putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
        out.putInt(captured).putInt(length).put(bytes);
        pad();
        room(32);
        out.putShort((short) PACKET_FLAGS).putShort((short) 4).putInt(flags);
        if (lost > 0) {
            option(PACKET_DROP_COUNT, lost);
        }
        if (comment != null) {
            option(COMMENT, comment);
        }
        end();
    }

    /** What became of an interface's frames in sum. */
    void statistics(int number, long startNanos, long endNanos, long received, long lost) {
        begin(INTERFACE_STATISTICS, 12);
        out.putInt(number).putInt((int) (endNanos >>> 32)).putInt((int) endNanos);
        time(START_TIME, startNanos);
        time(END_TIME, endNanos);
        option(RECEIVED, received);
        option(DROPPED, lost);
        end();
    }

    private void begin(int type, int bodyBytes) {
        room(bodyBytes + 16);
        blockStart = out.position();
        out.putInt(type).putInt(0);
    }

    private void end() {
        room(8);
        out.putInt(0);
        int length = out.position() + 4 - blockStart;
        out.putInt(blockStart + 4, length).putInt(length);
    }

    private void option(int code, String value) {
        option(code, value.getBytes(StandardCharsets.UTF_8));
    }

    private void option(int code, byte[] value) {
        room(8 + value.length);
        out.putShort((short) code).putShort((short) value.length).put(value);
        pad();
    }

    private void option(int code, long value) {
        room(12);
        out.putShort((short) code).putShort((short) 8).putLong(value);
    }

    /** A time of its own is two halves, the higher one first, whatever the order of bytes. */
    private void time(int code, long epochNanos) {
        room(12);
        out.putShort((short) code).putShort((short) 8);
        out.putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
    }

    private void pad() {
        while ((out.position() - blockStart) % 4 != 0) {
            out.put((byte) 0);
        }
    }

    private void room(int bytes) {
        int needed = out.position() + bytes + 8;
        if (needed > out.capacity()) {
            ByteBuffer more =
                    ByteBuffer.allocate(Math.max(needed, 2 * out.capacity())).order(ByteOrder.LITTLE_ENDIAN);
            out = more.put(out.flip());
        }
    }
}
