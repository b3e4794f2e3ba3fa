package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/**
 * How many keys may be derived for datagrams that may be anybody's: 100 a second in the long run, and at once as many
 * as there can be streams, so that a host may begin all of its own. The generic cell rate algorithm: one number, the
 * time at which the budget is whole again. Any thread.
 */
final class KeyBudget {
    static final int PER_SECOND = 100;
    static final int AT_ONCE = SealedHeader.STREAMS;

    private static final long NANOS_PER_KEY = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

    private boolean isStarted;
    private long wholeAt;

    /** Takes a key from the budget if there is one. */
    synchronized boolean admits(long nowNanos) {
        long next = (isStarted && wholeAt - nowNanos > 0 ? wholeAt : nowNanos) + NANOS_PER_KEY;
        if (next - nowNanos > AT_ONCE * NANOS_PER_KEY) {
            return false;
        }
        isStarted = true;
        wholeAt = next;
        return true;
    }
}
