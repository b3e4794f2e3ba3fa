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

    /** Whether there is one. */
    boolean has(long nowNanos) {
        if (!started || full - nowNanos < 0) {
            started = true;
            full = nowNanos;
        }
        return full + nanosEach - nowNanos <= burst * nanosEach;
    }

    /** Takes one. */
    void take() {
        full += nanosEach;
    }

    /** Takes one, if there is one. */
    boolean admits(long nowNanos) {
        boolean has = has(nowNanos);
        if (has) {
            take();
        }
        return has;
    }
}
