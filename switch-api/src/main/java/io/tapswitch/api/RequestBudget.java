package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.tapswitch.port.TokenBucket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many requests each caller may make: so many a second on average, and twice that at once. A loop gone wild takes the API
 * from nobody else. Event loop.
 */
final class RequestBudget {
    private static final int MOST_CALLERS = 10_000;

    private final int perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, TokenBucket> buckets = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, TokenBucket> eldest) {
            return size() > MOST_CALLERS;
        }
    };

    RequestBudget(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /** Lets a caller make one request. @throws Problem if that is one too many */
    Caller take(Caller caller) {
        TokenBucket bucket =
                buckets.computeIfAbsent(caller.name(), name -> TokenBucket.perSecond(perSecond, 2 * perSecond));
        if (!bucket.admits(nanoTime.getAsLong())) {
            throw Problem.of(
                            Kind.TOO_MANY_REQUESTS,
                            "there are more than " + perSecond
                                    + " requests a second of yours: api.requestsPerSecond says how many may be")
                    .with("Retry-After", "1");
        }
        return caller;
    }
}
