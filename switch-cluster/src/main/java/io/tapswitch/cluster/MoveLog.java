package io.tapswitch.cluster;

import java.util.concurrent.TimeUnit;

/**
 * When a station moved. One that moves {@value #MOST} times within 180 seconds is most likely two stations with one address
 * (RFC 7432, 15.1); then this host does not publish it for the same time.
 */
final class MoveLog {
    static final int MOST = 5;
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(180);

    /** The last ones, in a ring. */
    private final long[] times = new long[MOST];

    private int next;
    private int moves;
    private boolean isDamped;
    private long dampedNanos;

    /** Notes a move. @return whether it is the one too many */
    boolean moved(long nowNanos) {
        times[next] = nowNanos;
        next = (next + 1) % MOST;
        moves = Math.min(MOST, moves + 1);
        boolean tooMany = moves == MOST && nowNanos - times[next] < WINDOW_NANOS;
        if (!tooMany || isDamped(nowNanos)) {
            return false;
        }
        damp(nowNanos);
        return true;
    }

    /** Does as if it had moved too often. */
    void damp(long nowNanos) {
        isDamped = true;
        dampedNanos = nowNanos;
    }

    boolean isDamped(long nowNanos) {
        return isDamped && nowNanos - dampedNanos < WINDOW_NANOS;
    }

    /** Whether nothing of it matters any more. */
    boolean isOver(long nowNanos) {
        boolean movedLately = moves > 0 && nowNanos - times[(next + MOST - 1) % MOST] < WINDOW_NANOS;
        return !isDamped(nowNanos) && !movedLately;
    }
}
