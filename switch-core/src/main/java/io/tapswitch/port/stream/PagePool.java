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

    /** No more than 64 MiB, and not so much that all loops together could take a quarter of what the JVM may have. */
    private static final int MAX_PAGES = (int) Math.min(
            4096,
            Math.max(
                    8 * SLAB_PAGES,
                    Runtime.getRuntime().maxMemory()
                            / 4
                            / PAGE
                            / Runtime.getRuntime().availableProcessors()));

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

    /** Whether so many pages can be taken. */
    boolean has(int pages) {
        while (free.size() < pages && made < limit) {
            makeSlab();
        }
        return free.size() >= pages;
    }

    /** An empty page. There is one if the pool {@link #has} it. */
    Page take() {
        Page page = free.poll();
        page.fill = 0;
        page.next = null;
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

    /** How many bytes one queue may hold. */
    long allowance() {
        return (long) (limit - made + free.size()) / SHARE * PAGE;
    }
}
