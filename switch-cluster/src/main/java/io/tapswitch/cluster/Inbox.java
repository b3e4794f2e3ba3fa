package io.tapswitch.cluster;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the directory's thread is to hear of, in order, but no more than that thread can hold: it may be held up, for as long
 * as somebody changes the switch, while stations come by the thousand. Any thread.
 */
final class Inbox {
    private final Executor thread;
    private final int most;
    private final Runnable overflow;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean hasOverflowed = new AtomicBoolean();

    /**
     * @param most how many actions may wait; further ones are dropped
     * @param overflow runs on the thread some time after that, to read everything instead; once, however many were dropped
     */
    Inbox(Executor thread, int most, Runnable overflow) {
        this.thread = thread;
        this.most = most;
        this.overflow = overflow;
    }

    /** Has something done on the thread, or drops it. */
    void put(Runnable action) {
        if (waiting.incrementAndGet() > most) {
            waiting.decrementAndGet();
            if (hasOverflowed.compareAndSet(false, true)) {
                thread.execute(() -> {
                    hasOverflowed.set(false);
                    overflow.run();
                });
            }
            return;
        }
        thread.execute(() -> {
            waiting.decrementAndGet();
            action.run();
        });
    }
}
