package io.tapswitch.vxlan;

/**
 * Which sequences of a key were seen: a bit for each of the last {@link #LENGTH}, in a ring of words whose oldest is
 * cleared as the window moves on (RFC 6479). What is older than the window counts as seen.
 *
 * <p>One thread at a time.
 */
final class ReplayWindow {
    private static final int WORDS = 64;
    private static final int WORD_SHIFT = 6;

    /** A frame may be this much behind the newest one, less one. A word of the ring may be half in use. */
    static final int LENGTH = (WORDS - 1) * Long.SIZE;

    private final long[] ring = new long[WORDS];
    private long newest = -1;

    /** Whether a sequence of 0 or more may still come. */
    boolean isNew(long sequence) {
        if (sequence > newest) {
            return true;
        }
        return newest - sequence < LENGTH && (ring[slot(sequence >> WORD_SHIFT)] & 1L << sequence) == 0;
    }

    /** Remembers a sequence that {@link #isNew}; to be called only when its frame was found authentic. */
    void add(long sequence) {
        long word = sequence >> WORD_SHIFT;
        if (sequence > newest) {
            // Down from the new word, so that a jump beyond the whole ring clears each word once.
            long kept = Math.max(newest >> WORD_SHIFT, word - WORDS);
            for (long cleared = word; cleared > kept; cleared--) {
                ring[slot(cleared)] = 0;
            }
            newest = sequence;
        }
        ring[slot(word)] |= 1L << sequence;
    }

    private static int slot(long word) {
        return (int) word & WORDS - 1;
    }
}
