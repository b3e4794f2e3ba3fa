package io.tapswitch.port.stream;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * Native memory in pages, for what one event loop has to send: a port holds pages only while something waits, so a
 * thousand idle ports hold none. The pool's loop takes pages; the loops that have sent them give them back.
 *
 * <p>The memory is made when it is first needed and kept. {@link #allowance} shrinks as pages get scarce, so that ports
 * which nobody reads from, however many, leave some to the others.
 */
final class PagePool {
    /** Bytes of a page. */
    static final int PAGE = 16 * 1024;

    private static final int SLAB_PAGES = 64;
    private static final int MAX_PAGES = 2048;

    /** A queue may have one in so many of the pages that are left. */
    private static final int SHARE = 8;

    private final MpscAtomicArrayQueue<Page> free = new MpscAtomicArrayQueue<>(MAX_PAGES);
    private int limit = MAX_PAGES;
    private int made;

    /** Bytes in a row, and the page after it. Owned by one loop at a time. */
    static final class Page {
        private final PagePool pool;
        final ByteBuffer bytes;
        final long address;
        /** How many bytes have been written. */
        int fill;

        Page next;

        private Page(PagePool pool, ByteBuffer bytes) {
            this.pool = pool;
            this.bytes = bytes;
            this.address = Buffer.memoryAddress(bytes);
        }

        /** Gives the page back. Any loop. */
        void release() {
            pool.free.offer(this);
        }
    }

    /** An empty page, null if there is none. */
    Page take() {
        Page page = free.poll();
        if (page == null && made < limit) {
            makeSlab();
            page = free.poll();
        }
        if (page != null) {
            page.fill = 0;
            page.next = null;
        }
        return page;
    }

    private void makeSlab() {
        try {
            ByteBuffer slab = ByteBuffer.allocateDirect(SLAB_PAGES * PAGE);
            for (int i = 0; i < SLAB_PAGES; i++) {
                new Page(this, slab.slice(i * PAGE, PAGE)).release();
            }
            made += SLAB_PAGES;
        } catch (OutOfMemoryError e) {
            // The JVM gives no more native memory: the pool is as large as it will be.
            limit = made;
        }
    }

    /** How many pages may be taken. */
    int available() {
        return limit - made + free.size();
    }

    /** How many bytes one queue may hold in addition to what it sends at present. */
    long allowance() {
        return (long) available() / SHARE * PAGE;
    }
}
