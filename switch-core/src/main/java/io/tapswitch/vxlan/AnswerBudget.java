package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/** A budget of answers per second, of which a second's worth may be spent at once. For one thread at a time. */
final class AnswerBudget {
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long nanosPerAnswer;
    private boolean touched;
    /** When the whole budget is there again. */
    private long fullAt;

    AnswerBudget(int answersPerSecond) {
        nanosPerAnswer = BURST_NANOS / answersPerSecond;
    }

    /** Takes an answer out of the budget. @return false if there is none left */
    boolean take(long nowNanos) {
        long next = (touched && fullAt - nowNanos > 0 ? fullAt : nowNanos) + nanosPerAnswer;
        if (next - nowNanos > BURST_NANOS) {
            return false;
        }
        fullAt = next;
        touched = true;
        return true;
    }
}
