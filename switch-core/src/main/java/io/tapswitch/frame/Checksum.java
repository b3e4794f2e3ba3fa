package io.tapswitch.frame;

import java.nio.ByteBuffer;

/** The Internet checksum of RFC 1071: the ones' complement of the ones' complement sum of 16-bit words. */
public final class Checksum {
    private static final int BLOCK = 32;

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
        int end = at + length;
        int blocks = length & -BLOCK;
        int position = at + blocks;
        long total = sum + sumBlocks(buffer, at, position);
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

    /**
     * The sum of 32-bit words. What a 64-bit sum of the whole words loses by overflow is known from the sum of their
     * high halves, which saves a mask per word; two sums each let the processor add in parallel.
     */
    private static long sumBlocks(ByteBuffer buffer, int at, int end) {
        long even = 0;
        long odd = 0;
        long evenHigh = 0;
        long oddHigh = 0;
        for (int position = at; position < end; position += BLOCK) {
            long first = buffer.getLong(position);
            long second = buffer.getLong(position + 8);
            long third = buffer.getLong(position + 16);
            long fourth = buffer.getLong(position + 24);
            even += first + third;
            odd += second + fourth;
            evenHigh += (first >>> 32) + (third >>> 32);
            oddHigh += (second >>> 32) + (fourth >>> 32);
        }
        long high = evenHigh + oddHigh;
        long low = even + odd - (high << 32);
        return high + low;
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
     * The checksum of bytes of which one 16-bit word changes (RFC 1624, equation 3). One that was wrong stays wrong.
     *
     * @param checksum as it is stored
     * @param from the word as it was. Of a word that starts at an odd distance from the first summed byte, both values are
     *     to be given with their bytes swapped
     * @param to the word as it becomes
     */
    public static int update(int checksum, int from, int to) {
        return fold((~checksum & 0xffffL) + (~from & 0xffff) + to);
    }
}
