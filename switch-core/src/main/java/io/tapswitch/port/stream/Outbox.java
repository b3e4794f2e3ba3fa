package io.tapswitch.port.stream;

import io.tapswitch.frame.Segmentation;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.stream.PagePool.Page;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one event loop has to send by a port: frames in wire format, in a chain of pages. The producing loop appends
 * during a burst and publishes whole frames when that ends; the port's loop sends what is published and gives spent pages
 * back. Neither waits for the other.
 *
 * <pre>
 *  | page: sent | waiting | -> | page: waiting         | -> | page: waiting | unpublished | free |
 *               ^ head, from                                              ^ published    ^ fill
 * </pre>
 *
 * <p>Between two bursts the last page rests. Its producer takes it up again, unless the port's loop has sent all of it
 * and taken it away first.
 */
final class Outbox implements Burst.Batch {
    /**
     * The most bytes that wait: what Linux lets one TCP connection have under way, so that a burst of large frames from a
     * TAP loses nothing. passt, which keeps no segment that is out of order, takes seconds to recover from a loss.
     */
    private static final long CAPACITY = 4 << 20;

    /** What waits in a burst is published early once it is this much, so that sending overlaps with receiving. */
    private static final long EARLY = 128 * 1024;

    private static final int PAGE = PagePool.PAGE;

    private final Egress egress;
    private final PagePool pool;

    // The producing loop's.
    private Page page;
    private long appended;
    private long ceiling;
    private boolean touched;

    // From the producing loop to the port's: `first` is read after `published`.
    private Page first;
    private volatile long published;
    private final AtomicReference<Page> resting = new AtomicReference<>();

    // The port's loop's; the producing loop reads `sent`.
    private volatile long sent;
    private Page head;
    private int from;
    private boolean headIsTaken;
    private int frameLength;
    private int frameLeft;

    /** @param pool of the producing loop */
    Outbox(Egress egress, PagePool pool) {
        this.egress = egress;
        this.pool = pool;
    }

    /** Takes the segments of a frame, or counts those for which there is no room. The producing loop. */
    void add(Segmentation segments, Burst burst) {
        int count = segments.count();
        for (int i = 0; i < count; i++) {
            if (!fits(FrameReader.PREFIX + segments.length(i))) {
                egress.drop(count - i, DropReason.EGRESS_FULL, burst);
                return;
            }
            append(segments, i);
            if (!touched) {
                touched = true;
                burst.touch(this);
            }
            if (appended - published >= EARLY) {
                publish();
            }
        }
    }

    /**
     * Whether there is room for so many bytes. What is allowed is asked anew for each page: with every queue that grows,
     * the others may hold less. The producing loop.
     */
    boolean fits(int bytes) {
        if (page != null && PAGE - page.fill >= bytes && appended + bytes <= ceiling) {
            return true;
        }
        ceiling = sent + Math.min(CAPACITY, pool.allowance());
        return appended + bytes <= ceiling && pool.has(pages(bytes));
    }

    /** The most pages that so many bytes may need. */
    private static int pages(int bytes) {
        return bytes / PAGE + 2;
    }

    private void append(Segmentation segments, int i) {
        takeUp();
        int length = segments.length(i);
        if (PAGE - page.fill < FrameReader.PREFIX) {
            nextPage();
        }
        page.bytes.putInt(page.fill, length);
        page.fill += FrameReader.PREFIX;
        for (int at = 0; at < length; ) {
            if (page.fill == PAGE) {
                nextPage();
            }
            int part = Math.min(length - at, PAGE - page.fill);
            segments.copyTo(i, at, part, page.bytes, page.fill);
            page.fill += part;
            at += part;
        }
        appended += FrameReader.PREFIX + length;
    }

    private void takeUp() {
        if (page == null) {
            page = resting.getAndSet(null);
        }
        if (page == null) {
            page = pool.take();
            first = page;
        }
    }

    private void nextPage() {
        Page next = pool.take();
        page.next = next;
        page = next;
    }

    @Override
    public void flush(Burst burst) {
        touched = false;
        publish();
    }

    private void publish() {
        published = appended;
        if (page != null) {
            // Once it rests, it may be anybody's.
            Page last = page;
            page = null;
            resting.set(last);
        }
        egress.published(this);
    }

    /** How many published bytes wait. The port's loop. */
    long waiting() {
        return published - sent;
    }

    /** Adds where the next bytes are, of so many that wait. The port's loop. */
    void gather(Vectors vectors, long bytes) {
        Page at = head;
        int index = from;
        for (long left = bytes; left > 0 && !vectors.isFull(); ) {
            if (at == null || index == at.fill) {
                at = after(at);
                index = 0;
            }
            int length = (int) Math.min(left, at.fill - index);
            vectors.add(at.address + index, length);
            index += length;
            left -= length;
        }
    }

    /** The page behind a spent one, or behind none: a page without a next one was taken away, and another chain begun. */
    private Page after(Page spent) {
        return spent == null || spent.next == null ? first : spent.next;
    }

    /** Steps over bytes that the kernel has taken, or that nobody will, and counts the frames that end there. */
    void advance(long bytes, boolean taken) {
        for (long left = bytes; left > 0; ) {
            if (head == null || from == head.fill) {
                nextHead();
            }
            if (frameLeft == 0) {
                frameLength = head.bytes.getInt(from);
                frameLeft = FrameReader.PREFIX + frameLength;
            }
            int step = (int) Math.min(left, Math.min(frameLeft, head.fill - from));
            from += step;
            left -= step;
            frameLeft -= step;
            if (frameLeft == 0) {
                egress.done(frameLength, taken);
            }
        }
        sent += bytes;
        retire();
    }

    private void nextHead() {
        Page spent = head;
        head = after(spent);
        from = 0;
        headIsTaken = false;
        if (spent != null) {
            spent.release();
        }
    }

    /** Gives the last page back, if all of it is sent and its producer does not go on with it. */
    private void retire() {
        if (head != null && from == head.fill && waiting() == 0) {
            headIsTaken = headIsTaken || resting.compareAndSet(head, null);
            if (headIsTaken && from == head.fill) {
                head.release();
                head = null;
                headIsTaken = false;
            }
        }
    }
}
