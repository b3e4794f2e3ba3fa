package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many requests each caller may make: so many a second on average, and twice that at once. A loop gone wild takes the API
 * from nobody else. Event loop.
 */
final class RequestBudget {
    private static final int MOST_CALLERS = 10_000;
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, Budget> budgets = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Budget> eldest) {
            return size() > MOST_CALLERS;
        }
    };

    private static final class Budget {
        private double left;
        private long atNanos;
    }

    RequestBudget(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /** Lets a caller make one request. @throws Problem if that is one too many */
    Caller take(Caller caller) {
        Budget budget = budgets.computeIfAbsent(caller.name(), name -> full());
        long now = nanoTime.getAsLong();
        budget.left = Math.min(2.0 * perSecond, budget.left + (now - budget.atNanos) / NANOS_PER_SECOND * perSecond);
        budget.atNanos = now;
        if (budget.left < 1) {
            throw Problem.of(
                            Kind.TOO_MANY_REQUESTS,
                            "there are more than " + perSecond
                                    + " requests a second of yours: api.requestsPerSecond says how many may be")
                    .with("Retry-After", "1");
        }
        budget.left--;
        return caller;
    }

    private Budget full() {
        Budget budget = new Budget();
        budget.left = 2.0 * perSecond;
        budget.atNanos = nanoTime.getAsLong();
        return budget;
    }
}
