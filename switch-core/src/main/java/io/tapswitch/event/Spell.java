package io.tapswitch.event;

/**
 * Makes two events of a counter that goes on and on: one when it begins to, one when it has rested. One thread.
 */
final class Spell {
    private final long restNanos;
    private long count;
    private long countAtStart;
    private long startNanos;
    private long grewNanos;
    private boolean isOn;

    /** What is to be told. */
    enum Turn {
        NONE,
        BEGINS,
        ENDS
    }

    /**
     * @param count as it is now
     * @param restNanos without growth: then the spell is over
     */
    Spell(long count, long restNanos) {
        this.count = count;
        this.restNanos = restNanos;
    }

    /** Takes note of the counter. */
    Turn look(long now, long nowNanos) {
        boolean grew = now > count;
        if (grew) {
            grewNanos = nowNanos;
        }
        Turn turn = Turn.NONE;
        if (grew && !isOn) {
            isOn = true;
            countAtStart = count;
            startNanos = nowNanos;
            turn = Turn.BEGINS;
        } else if (isOn && !grew && nowNanos - grewNanos >= restNanos) {
            isOn = false;
            turn = Turn.ENDS;
        }
        count = now;
        return turn;
    }

    /** By how much the counter grew in the last spell. */
    long grown() {
        return count - countAtStart;
    }

    /** How long the last spell was. */
    long nanos() {
        return grewNanos - startNanos;
    }
}
