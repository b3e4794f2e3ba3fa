package io.tapswitch;

import io.netty.util.concurrent.Future;
import io.tapswitch.port.PortLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How late the event loops that carry frames come to their tasks: what a frame waits at most for others before it, and
 * whether a loop still runs at all. Each loop takes the time of its own; reading waits for nothing. Any thread.
 */
public final class LoopLag implements AutoCloseable {
    /** How often each loop is asked. */
    private static final long PERIOD_MILLIS = 500;

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);

    /**
     * One loop.
     *
     * @param loop its index, from 0
     * @param lastNanos how late it was when it last came to the task
     * @param maxNanos the most since the start
     * @param silentNanos how long ago that was: much more than half a second on a loop that hangs
     */
    public record Reading(int loop, long lastNanos, long maxNanos, long silentNanos) {}

    private final LongSupplier nanoTime;
    private final List<Clock> clocks = new ArrayList<>();

    /** Begins to measure. @param nanoTime the clock */
    LoopLag(List<PortLoop> loops, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        loops.forEach(loop -> {
            Clock clock = new Clock(loop.index());
            clocks.add(clock);
            clock.task = loop.every(PERIOD_MILLIS, clock::tick);
        });
    }

    /** As it is now, by loop. */
    public List<Reading> readings() {
        long now = nanoTime.getAsLong();
        return clocks.stream().map(clock -> clock.reading(now)).toList();
    }

    /** Stops measuring. */
    @Override
    public void close() {
        clocks.forEach(clock -> clock.task.cancel(false));
    }

    /** What one loop writes, and others read. */
    private final class Clock {
        private final int loop;
        private Future<?> task;
        private volatile long tickedAt = nanoTime.getAsLong();
        private volatile long last;
        private volatile long max;

        Clock(int loop) {
            this.loop = loop;
        }

        private void tick() {
            long now = nanoTime.getAsLong();
            last = Math.max(0, now - tickedAt - PERIOD_NANOS);
            max = Math.max(max, last);
            tickedAt = now;
        }

        Reading reading(long now) {
            return new Reading(loop, last, max, Math.max(0, now - tickedAt));
        }
    }
}
