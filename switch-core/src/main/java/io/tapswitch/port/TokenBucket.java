package io.tapswitch.port;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many of something there may be: so many at once, and then one each so often. A token bucket, which is full at first, as
 * the generic cell rate algorithm (ITU-T I.371, annex A): one number, the time at which the bucket would be full again. Times
 * are those of {@link System#nanoTime}, which may wrap around. Any thread; nothing waits.
 */
public final class TokenBucket {
    /** Of a bucket that is full since nothing was taken yet; as a time, it would be taken for full as well. */
    private static final long UNTOUCHED = Long.MIN_VALUE;

    private final long nanosEach;
    private final long burstNanos;
    private final AtomicLong fullAt = new AtomicLong(UNTOUCHED);

    private TokenBucket(long nanosEach, int atOnce) {
        this.nanosEach = nanosEach;
        burstNanos = atOnce * nanosEach;
    }

    /** @param nanosEach how long it takes until there is one more */
    public static TokenBucket every(long nanosEach, int atOnce) {
        return new TokenBucket(nanosEach, atOnce);
    }

    /** @param rate in the long run */
    public static TokenBucket perSecond(int rate, int atOnce) {
        return every(TimeUnit.SECONDS.toNanos(1) / rate, atOnce);
    }

    /** Takes a token if there is one. */
    public boolean admits(long nowNanos) {
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
    public boolean hasRoom(long nowNanos) {
        return next(fullAt.get(), nowNanos) - nowNanos <= burstNanos;
    }

    private long next(long full, long nowNanos) {
        return (full != UNTOUCHED && full - nowNanos > 0 ? full : nowNanos) + nanosEach;
    }
}
