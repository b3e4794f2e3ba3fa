package io.tapswitch.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the blocks of a capture in the pieces that it comes in (draft-ietf-opsawg-pcapng, as the daemon writes it:
 * little-endian, one section, times in nanoseconds), so that a file that is broken off ends behind a whole one.
 */
final class PcapngReader {
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;
    private static final int IF_NAME = 2;
    private static final int COMMENT = 1;
    private static final int FLAGS = 2;
    private static final int DROPPED = 5;
    private static final int MAX_BLOCK = 1 << 20;

    /**
     * A frame as the capture has it.
     *
     * @param port that it came in or left by
     * @param epochNanos when
     * @param ingress whether it came in
     * @param length of the whole frame
     * @param bytes those that were kept
     * @param comment such as why it was dropped; null for none
     */
    record Packet(String port, long epochNanos, boolean ingress, int length, ByteBuffer bytes, String comment) {}

    /** Takes frames. */
    interface PacketSink {
        void take(Packet packet) throws IOException;
    }

    private final PacketSink sink;
    private final List<String> ports = new ArrayList<>();
    private byte[] rest = {};
    private long frames;
    private long lost;

    PcapngReader(PacketSink sink) {
        this.sink = sink;
    }

    /** How many frames there were so far. */
    long frames() {
        return frames;
    }

    /** How many the daemon had no room for, as far as it has said so. */
    long lost() {
        return lost;
    }

    /** Takes a piece. @return the blocks that are whole now */
    byte[] take(byte[] piece) throws IOException {
        byte[] all = ByteBuffer.allocate(rest.length + piece.length)
                .put(rest)
                .put(piece)
                .array();
        ByteBuffer buffer = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at + 8 <= all.length && at + length(buffer, at) <= all.length) {
            int length = length(buffer, at);
            read(buffer.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
            at += length;
        }
        rest = Arrays.copyOfRange(all, at, all.length);
        return Arrays.copyOf(all, at);
    }

    private static int length(ByteBuffer buffer, int at) throws IOException {
        int length = buffer.getInt(at + 4);
        if (length < 12 || length > MAX_BLOCK || length % 4 != 0) {
            throw new IOException("the answer is not a capture");
        }
        return length;
    }

    private void read(ByteBuffer block) throws IOException {
        switch (block.getInt(0)) {
            case INTERFACE_DESCRIPTION -> {
                ByteBuffer name = option(block, 16, IF_NAME);
                ports.add(name == null ? "?" : text(name));
            }
            case INTERFACE_STATISTICS -> {
                ByteBuffer dropped = option(block, 20, DROPPED);
                lost = Math.max(lost, dropped == null ? 0 : dropped.getLong(0));
            }
            case ENHANCED_PACKET -> readPacket(block);
            default -> {}
        }
    }

    private void readPacket(ByteBuffer block) throws IOException {
        int captured = block.limit() < 32 ? -1 : block.getInt(20);
        int number = captured < 0 ? -1 : block.getInt(8);
        if (captured < 0 || captured > block.limit() - 32 || number < 0 || number >= ports.size()) {
            throw new IOException("the answer is not a capture");
        }
        frames++;
        int options = 28 + (captured + 3 & ~3);
        ByteBuffer flags = option(block, options, FLAGS);
        ByteBuffer comment = option(block, options, COMMENT);
        sink.take(new Packet(
                ports.get(number),
                (long) block.getInt(12) << 32 | block.getInt(16) & 0xffff_ffffL,
                flags == null || (flags.getInt(0) & 3) == 1,
                block.getInt(24),
                block.slice(28, captured),
                comment == null ? null : text(comment)));
    }

    /** The value of an option; null if it is not there. */
    private static ByteBuffer option(ByteBuffer block, int from, int wanted) {
        int end = block.limit() - 4;
        int at = from;
        while (at + 4 <= end) {
            int code = block.getShort(at) & 0xffff;
            int length = block.getShort(at + 2) & 0xffff;
            if (code == 0 || at + 4 + length > end) {
                return null;
            }
            if (code == wanted) {
                return block.slice(at + 4, length).order(ByteOrder.LITTLE_ENDIAN);
            }
            at += 4 + (length + 3 & ~3);
        }
        return null;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
