package io.tapswitch.cluster;

import java.util.function.LongSupplier;

/** When something is to be done next; at once, to begin with. One thread. */
final class Due {
    private final LongSupplier clock;
    private long atNanos;
    private boolean isSet;

    /** @param clock nanoseconds, never back */
    Due(LongSupplier clock) {
        this.clock = clock;
    }

    /** Whether it is time; then the next one is set. */
    boolean passed(long periodNanos) {
        if (isSet && clock.getAsLong() - atNanos < 0) {
            return false;
        }
        in(periodNanos);
        return true;
    }

    void in(long nanos) {
        isSet = true;
        atNanos = clock.getAsLong() + nanos;
    }

    /** Brings it forward. */
    void within(long nanos) {
        if (!isSet || atNanos - clock.getAsLong() > nanos) {
            in(nanos);
        }
    }
}
