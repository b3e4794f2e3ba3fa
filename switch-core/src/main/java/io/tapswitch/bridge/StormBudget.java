package io.tapswitch.bridge;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket for one class of frames of one port, such as a flooded one, as the generic cell rate algorithm: one number, the time
 * at which the bucket would be full again. Several loops of a multi-queue port may share it.
 */
final class StormBudget {
    private final long nanosPerFrame;
    private final long burstNanos;
    private final AtomicLong fullAt;

    /**
     * @param framesPerSecond the rate in the long run; a burst of a tenth of a second's worth, at least one frame,
     *     passes at once
     * @param nowNanos the time at which the bucket is full
     */
    StormBudget(int framesPerSecond, long nowNanos) {
        this(framesPerSecond, TimeUnit.MILLISECONDS.toNanos(100), nowNanos);
    }

    /** The same with another burst. @param burstNanos how long it takes the rate to fill the bucket */
    StormBudget(int framesPerSecond, long burstNanos, long nowNanos) {
        nanosPerFrame = TimeUnit.SECONDS.toNanos(1) / framesPerSecond;
        this.burstNanos = Math.max(nanosPerFrame, burstNanos);
        fullAt = new AtomicLong(nowNanos);
    }

    /** Takes a token if there is one. */
    boolean admits(long nowNanos) {
        while (true) {
            long full = fullAt.get();
            long next = next(full, nowNanos);
            if (next - nowNanos > burstNanos) {
                return false;
            }
            if (fullAt.compareAndSet(full, next)) {
                return true;
            }
        }
    }

    /** Whether there is a token, which stays. */
    boolean hasRoom(long nowNanos) {
        return next(fullAt.get(), nowNanos) - nowNanos <= burstNanos;
    }

    private long next(long full, long nowNanos) {
        return (full - nowNanos > 0 ? full : nowNanos) + nanosPerFrame;
    }
}
