package io.tapswitch.frame;

import java.nio.ByteBuffer;

/** The Internet checksum of RFC 1071: the ones' complement of the ones' complement sum of 16-bit words. */
public final class Checksum {
    private Checksum() {}

    /**
     * Adds bytes to a running sum.
     *
     * @param buffer big endian
     * @param at first byte
     * @param length bytes; an odd last byte counts as the high half of a word
     * @param sum what was summed before, 0 at first
     * @return an unfolded sum for another call or for {@link #fold}
     */
    public static long sum(ByteBuffer buffer, int at, int length, long sum) {
        long total = sum;
        int end = at + length;
        int position = at;
        for (; position + 8 <= end; position += 8) {
            long word = buffer.getLong(position);
            total += (word >>> 32) + (word & 0xffff_ffffL);
        }
        for (; position + 2 <= end; position += 2) {
            total += buffer.getShort(position) & 0xffff;
        }
        if (position < end) {
            total += (buffer.get(position) & 0xff) << 8;
        }
        return total;
    }

    /** The 16-bit checksum of a sum, complemented, ready to be stored. */
    public static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded >>> 16) + (folded & 0xffff);
        }
        return (int) ~folded & 0xffff;
    }

    /**
     * Finishes the checksum that the sender of a frame left open: sums from {@code csum_start} to the end, where the
     * checksum field already holds the sum of the pseudo header, and stores the result. Does nothing if the frame asks
     * for nothing. Segmentation is not for here: the header then asks for nothing any more.
     *
     * @return false if the header points outside the frame; the frame is then unchanged
     */
    public static boolean complete(Frame frame) {
        ByteBuffer buffer = frame.buffer();
        int header = frame.start() - VirtioNetHeader.LENGTH;
        if ((VirtioNetHeader.flags(buffer, header) & VirtioNetHeader.NEEDS_CSUM) == 0) {
            return true;
        }
        if (!frame.hasSoundChecksum()) {
            return false;
        }
        int start = VirtioNetHeader.csumStart(buffer, header);
        int field = start + VirtioNetHeader.csumOffset(buffer, header);
        int checksum = fold(sum(buffer, frame.start() + start, frame.length() - start, 0));
        // Zero means "no checksum" in UDP (RFC 768); 0xffff is the same number in ones' complement.
        buffer.putShort(frame.start() + field, (short) (checksum == 0 ? 0xffff : checksum));
        VirtioNetHeader.clear(buffer, header);
        return true;
    }
}
