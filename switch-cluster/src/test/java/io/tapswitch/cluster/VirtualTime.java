package io.tapswitch.cluster;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** A clock that goes as fast as what happens in it is computed: one thing after the other, the same in each run. */
final class VirtualTime {
    private record Task(long atNanos, long number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long now = TimeUnit.HOURS.toNanos(1);
    private long number;

    long now() {
        return now;
    }

    /** Has something done later. */
    void in(long nanos, Runnable action) {
        tasks.add(new Task(now + nanos, number++, action));
    }

    /** Has something done again and again, until it says that it is enough. */
    void every(long nanos, java.util.function.BooleanSupplier action) {
        in(nanos, () -> {
            if (action.getAsBoolean()) {
                every(nanos, action);
            }
        });
    }

    /** Lets time pass. */
    void pass(long amount, TimeUnit unit) {
        long until = now + unit.toNanos(amount);
        while (!tasks.isEmpty() && tasks.peek().atNanos() <= until) {
            Task next = tasks.poll();
            now = next.atNanos();
            next.action().run();
        }
        now = until;
    }
}
