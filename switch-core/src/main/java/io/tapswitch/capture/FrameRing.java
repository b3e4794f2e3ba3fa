package io.tapswitch.capture;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.DropReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Frames on their way from one event loop to a reader: records in a ring of bytes, with one writer and one reader, which
 * never wait for each other. When there is no room, the frame is lost, and counted.
 *
 * <pre>
 *  0        4          8          12      13       14     16      24
 *  | size   | captured | length   | flags | reason | port | nanos | bytes of the frame ... | to a multiple of 8 |
 * </pre>
 *
 * <p>A record is begun when the frame passes and ended when its outcome is known; what passes meanwhile comes behind it. The
 * reader sees records once all that were begun are ended. A size of 0 says that the ring goes on at its start. A port is the
 * place of its name among the names that the ring has seen.
 *
 * <p>What both sides look at is on cache lines of its own, and looked at when what a side knew of it is used up: the reader
 * follows a loop that it does not disturb.
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
    private static final int PORT = 14;
    private static final int NANOS = 16;
    private static final byte NO_REASON = -1;
    private static final DropReason[] REASONS = DropReason.values();

    /** How deep frames may set off others; what is deeper is lost. */
    private static final int MAX_OPEN = 8;

    /** Of a frame that is not in the ring. */
    private static final int NOWHERE = -1;

    /** How many ports there are numbers for; the frames of others are lost. */
    private static final int MOST_PORTS = 1 << Short.SIZE;

    // In longs, two cache lines apart from each other and from what lies beside: processors fetch them in pairs.
    private static final int PUBLISHED = 16;
    private static final int CONSUMED = 32;
    private static final int LOST = 48;
    private static final int SHARED = 64;

    private final ByteBuffer bytes;
    private final int mask;
    private final AtomicLongArray shared = new AtomicLongArray(SHARED);
    private volatile String[] ports = new String[8];

    // The writer's.
    private final int[] open = new int[MAX_OPEN];
    private final Map<String, Integer> numbers = new HashMap<>();
    private int depth;
    private long head;
    private long room;
    private long losses;
    private String lastPort;
    private int lastNumber;

    // The reader's.
    private final ByteBuffer view;
    private long tail;
    private long end;

    /** @param size in bytes, a power of two, and more than the longest frame */
    FrameRing(int size) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        view = bytes.duplicate();
        mask = size - 1;
        room = size;
    }

    /** Begins the record of a frame. The writer only. */
    void begin(String port, byte direction, Frame frame, int snapLength, long nanos) {
        int captured = Math.min(snapLength, frame.length());
        int size = HEADER + captured + 7 & ~7;
        int number = numberOf(port);
        int at = depth < MAX_OPEN && number < MOST_PORTS ? reserve(size) : NOWHERE;
        if (at == NOWHERE) {
            shared.lazySet(LOST, ++losses);
        } else {
            bytes.putInt(at, size)
                    .putInt(at + CAPTURED, captured)
                    .putInt(at + LENGTH, frame.length())
                    .put(at + FLAGS, direction)
                    .put(at + REASON, NO_REASON)
                    .putShort(at + PORT, (short) number)
                    .putLong(at + NANOS, nanos)
                    .put(at + HEADER, frame.buffer(), frame.start(), captured);
            head += size;
        }
        push(at);
    }

    private int numberOf(String port) {
        if (port != lastPort) {
            Integer known = numbers.get(port);
            lastNumber = known == null ? newNumber(port) : known;
            lastPort = port;
        }
        return lastNumber;
    }

    private int newNumber(String port) {
        int number = numbers.size();
        if (number < MOST_PORTS) {
            String[] more = number < ports.length ? ports : Arrays.copyOf(ports, 2 * number);
            more[number] = port;
            ports = more;
            numbers.put(port, number);
        }
        return number;
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
        long needed = head + gap + size;
        if (needed > room) {
            room = shared.get(CONSUMED) + mask + 1;
            if (needed > room) {
                return NOWHERE;
            }
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
        if (depth == 0) {
            shared.lazySet(PUBLISHED, head);
        }
    }

    private void discard(int at) {
        int size = bytes.getInt(at);
        if (((int) (head - size) & mask) == at) {
            head -= size;
        } else {
            bytes.put(at + FLAGS, VOID);
        }
    }

    /** How many frames found no room. Any thread. */
    long lost() {
        return shared.get(LOST);
    }

    /** Goes to the oldest record. The reader only. @return whether there is one; then what follows is of it */
    boolean hasNext() {
        if (tail == end) {
            end = shared.get(PUBLISHED);
        }
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
        shared.lazySet(CONSUMED, tail);
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
        return ports[Short.toUnsignedInt(bytes.getShort(at() + PORT))];
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

    /** A view of the bytes of the frame, until the next call. */
    ByteBuffer bytes() {
        int start = at() + HEADER;
        return view.limit(start + bytes.getInt(at() + CAPTURED)).position(start);
    }

    /** Is done with the record. */
    void next() {
        tail += bytes.getInt(at());
        shared.lazySet(CONSUMED, tail);
    }
}
