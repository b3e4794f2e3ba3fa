package io.tapswitch.port.stream;

/** A token bucket: so many at once, then one each so often. Not thread-safe. */
final class Pace {
    private final int burst;
    private final long nanosEach;
    private long full;
    private boolean started;

    /**
     * @param burst how many at once
     * @param nanosEach time until one more is allowed
     */
    Pace(int burst, long nanosEach) {
        this.burst = burst;
        this.nanosEach = nanosEach;
    }

    /** Takes one, if there is one. */
    boolean admits(long nowNanos) {
        if (!started || full - nowNanos < 0) {
            started = true;
            full = nowNanos;
        }
        if (full + nanosEach - nowNanos > burst * nanosEach) {
            return false;
        }
        full += nanosEach;
        return true;
    }
}
