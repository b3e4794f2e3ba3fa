package io.tapswitch.capture;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.DropReason;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way from one event loop to a reader: records in a ring of bytes, with one writer and one reader, which
 * never wait for each other. When there is no room, the frame is lost, and counted.
 *
 * <pre>
 *  0        4          8          12      13       14   16      24
 *  | size   | captured | length   | flags | reason | -  | nanos | bytes of the frame ... | to a multiple of 8 |
 * </pre>
 *
 * <p>A record is begun when the frame passes and ended when its outcome is known; what passes meanwhile comes behind it. The
 * reader sees records once all that were begun are ended. A size of 0 says that the ring goes on at its start.
 */
final class FrameRing {
    static final byte INGRESS = 1;
    static final byte EGRESS = 2;

    /** The record is of no interest any more. */
    private static final byte VOID = 4;

    private static final int HEADER = 24;
    private static final int CAPTURED = 4;
    private static final int LENGTH = 8;
    private static final int FLAGS = 12;
    private static final int REASON = 13;
    private static final int NANOS = 16;
    private static final byte NO_REASON = -1;
    private static final DropReason[] REASONS = DropReason.values();

    /** Bytes of the ring for each record that it can hold. */
    private static final int BYTES_PER_NAME = 64;

    /** How deep frames may set off others; what is deeper is lost. */
    private static final int MAX_OPEN = 8;

    /** Of a frame that is not in the ring. */
    private static final int NOWHERE = -1;

    private final ByteBuffer bytes;
    private final int mask;
    private final String[] names;
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong consumed = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    // The writer's.
    private final int[] open = new int[MAX_OPEN];
    private int depth;
    private long head;
    private long written;

    // The reader's.
    private long tail;
    private long read;

    /** @param size in bytes, a power of two, and more than the longest frame */
    FrameRing(int size) {
        bytes = ByteBuffer.allocate(size);
        mask = size - 1;
        names = new String[size / BYTES_PER_NAME];
    }

    /** Begins the record of a frame. The writer only. */
    void begin(String port, byte direction, Frame frame, int snapLength, long nanos) {
        int captured = Math.min(snapLength, frame.length());
        int at = reserve(HEADER + captured + 7 & ~7);
        if (at == NOWHERE || depth >= MAX_OPEN) {
            lost.lazySet(lost.get() + 1);
            push(NOWHERE);
            return;
        }
        names[(int) (written++ & names.length - 1)] = port;
        int size = HEADER + captured + 7 & ~7;
        bytes.putInt(at, size)
                .putInt(at + CAPTURED, captured)
                .putInt(at + LENGTH, frame.length())
                .put(at + FLAGS, direction)
                .put(at + REASON, NO_REASON)
                .putLong(at + NANOS, nanos)
                .put(at + HEADER, frame.buffer(), frame.start(), captured);
        head += size;
        push(at);
    }

    /** Begins what is no record: a frame that is not asked for. The writer only. */
    void skip() {
        push(NOWHERE);
    }

    private void push(int at) {
        if (depth < MAX_OPEN) {
            open[depth] = at;
        }
        depth++;
    }

    private int reserve(int size) {
        int at = (int) head & mask;
        int rest = mask + 1 - at;
        int gap = rest < size ? rest : 0;
        boolean full = head + gap + size - consumed.get() > mask + 1 || written - taken.get() == names.length;
        if (full) {
            return NOWHERE;
        }
        if (gap > 0) {
            bytes.putInt(at, 0);
            head += gap;
        }
        return (int) head & mask;
    }

    /**
     * Ends the record that was begun last. The writer only.
     *
     * @param reason why the frame was dropped; null if it was not
     * @param wanted whether the frame is of interest, now that this is known
     */
    void end(DropReason reason, boolean wanted) {
        depth--;
        int at = depth < MAX_OPEN ? open[depth] : NOWHERE;
        if (at != NOWHERE) {
            bytes.put(at + REASON, reason == null ? NO_REASON : (byte) reason.ordinal());
            if (!wanted) {
                discard(at);
            }
        }
        if (depth == 0 && published.get() != head) {
            published.lazySet(head);
        }
    }

    private void discard(int at) {
        int size = bytes.getInt(at);
        if (((int) (head - size) & mask) == at) {
            head -= size;
            written--;
        } else {
            bytes.put(at + FLAGS, VOID);
        }
    }

    /** How many frames found no room. Any thread. */
    long lost() {
        return lost.get();
    }

    /** Goes to the oldest record. The reader only. @return whether there is one; then what follows is of it */
    boolean hasNext() {
        long end = published.get();
        while (tail < end) {
            int at = at();
            if (bytes.getInt(at) == 0) {
                tail += mask + 1 - at;
            } else if (bytes.get(at + FLAGS) == VOID) {
                next();
            } else {
                return true;
            }
        }
        consumed.lazySet(tail);
        return false;
    }

    private int at() {
        return (int) tail & mask;
    }

    /** When the frame passed, {@code System.nanoTime}. */
    long nanos() {
        return bytes.getLong(at() + NANOS);
    }

    /** The name of the port that the frame came in or left by. */
    String port() {
        return names[(int) (read & names.length - 1)];
    }

    boolean isIngress() {
        return bytes.get(at() + FLAGS) == INGRESS;
    }

    /** Why the frame was dropped; null if it was not. */
    DropReason reason() {
        byte ordinal = bytes.get(at() + REASON);
        return ordinal == NO_REASON ? null : REASONS[ordinal];
    }

    /** The bytes of the frame, of which there may be fewer in the ring. */
    int length() {
        return bytes.getInt(at() + LENGTH);
    }

    /** A view of the bytes of the frame, until {@link #next}. */
    ByteBuffer bytes() {
        return bytes.slice(at() + HEADER, bytes.getInt(at() + CAPTURED));
    }

    /** Is done with the record. */
    void next() {
        names[(int) (read & names.length - 1)] = null;
        tail += bytes.getInt(at());
        consumed.lazySet(tail);
        taken.lazySet(++read);
    }
}
