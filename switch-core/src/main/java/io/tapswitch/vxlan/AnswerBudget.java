package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/**
 * A budget of answers per second, of which a second's worth may be spent at once, as the generic cell rate algorithm: one
 * number, the time at which it would be whole again. For one thread at a time.
 */
final class AnswerBudget {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long nanosPerAnswer;
    private final long burstNanos;
    private boolean touched;
    /** When the whole budget is there again. */
    private long fullAt;

    AnswerBudget(int answersPerSecond) {
        this(SECOND_NANOS / answersPerSecond, SECOND_NANOS);
    }

    private AnswerBudget(long nanosPerAnswer, long burstNanos) {
        this.nanosPerAnswer = nanosPerAnswer;
        this.burstNanos = burstNanos;
    }

    /** A budget of which more, or less, than a second's worth may be spent at once. */
    static AnswerBudget of(int perSecond, int atOnce) {
        long each = SECOND_NANOS / perSecond;
        return new AnswerBudget(each, atOnce * each);
    }

    /** Takes an answer out of the budget. @return false if there is none left */
    boolean take(long nowNanos) {
        long next = (touched && fullAt - nowNanos > 0 ? fullAt : nowNanos) + nanosPerAnswer;
        if (next - nowNanos > burstNanos) {
            return false;
        }
        fullAt = next;
        touched = true;
        return true;
    }
}
