package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/**
 * How long probes take, and how many get lost. The round trip is smoothed as RFC 6298, 2 does; a token tells which probe
 * an acknowledgement is for, so each one is a sample.
 *
 * <p>For one thread at a time.
 */
final class PathQuality {
    private static final int WINDOW = 64;
    /** Somewhat less than the time between ticks, so that on a short path each of these comes to a verdict. */
    private static final long SHORTEST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(80);

    private static final long LONGEST_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    /** How often a size that passes may be found not to. */
    private static final double ERROR = 1e-6;

    private static final int FEWEST_MISSES = 3;
    /** (1/2)^20 is less than the error, however much is lost. */
    private static final int MOST_MISSES = 20;

    private long smoothedNanos = -1;
    private long variationNanos;
    private long lastNanos = -1;
    /** The last 64 keepalive probes: a bit is set for each that was lost. */
    private long lost;

    private int counted;
    /** How many of them were sent to a peer that is alive, as far as one knows. */
    private int alive;

    /** The peer is alive from now on: what was lost before says nothing about the path as it is. */
    void restart() {
        alive = 0;
    }

    void roundTrip(long nanos) {
        lastNanos = Math.max(0, nanos);
        if (smoothedNanos < 0) {
            smoothedNanos = lastNanos;
            variationNanos = lastNanos / 2;
        } else {
            variationNanos += (Math.abs(smoothedNanos - lastNanos) - variationNanos) / 4;
            smoothedNanos += (lastNanos - smoothedNanos) / 8;
        }
    }

    /** Takes note of what became of a keepalive probe. */
    void count(boolean wasLost) {
        lost = lost << 1 | (wasLost ? 1 : 0);
        counted = Math.min(WINDOW, counted + 1);
        alive = Math.min(WINDOW, alive + 1);
    }

    long smoothedNanos() {
        return smoothedNanos;
    }

    long lastNanos() {
        return lastNanos;
    }

    /** The share that was lost; -1 if none was counted. */
    double loss() {
        return counted == 0 ? -1 : (double) Long.bitCount(lost) / counted;
    }

    /** How long to wait for an acknowledgement that most probably comes: the timeout of RFC 6298, within bounds. */
    long patienceNanos() {
        return Math.min(LONGEST_PATIENCE, Math.max(SHORTEST_PATIENCE, smoothedNanos + 4 * variationNanos));
    }

    /**
     * How many probes of a size must be missing, each beside an acknowledged small one, until the size and not chance is
     * the reason. If the size passes and a share p is lost, the next of such a pair that is acknowledged at all lacks the
     * sized one with the chance p / (1 + p), at most one half.
     */
    int missesNeeded() {
        // A few more without knowledge: as if one of eight earlier probes had been lost.
        int missing = Long.bitCount(alive == 0 ? 0 : lost << WINDOW - alive);
        double p = (missing + 1.0) / (alive + 8.0);
        int needed = (int) Math.ceil(Math.log(ERROR) / Math.log(p / (1 + p)));
        return Math.min(MOST_MISSES, Math.max(FEWEST_MISSES, needed));
    }
}
