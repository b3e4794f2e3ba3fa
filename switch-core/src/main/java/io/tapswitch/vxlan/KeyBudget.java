package io.tapswitch.vxlan;

import io.tapswitch.port.TokenBucket;

/**
 * How many keys may be derived for datagrams that may be anybody's: 100 a second in the long run, and at once as many
 * as there can be streams, so that a host may begin all of its own. Any thread.
 */
final class KeyBudget {
    static final int PER_SECOND = 100;
    static final int AT_ONCE = SealedHeader.STREAMS;

    private final TokenBucket bucket = TokenBucket.perSecond(PER_SECOND, AT_ONCE);

    /** Takes a key from the budget if there is one. */
    boolean admits(long nowNanos) {
        return bucket.admits(nowNanos);
    }
}
