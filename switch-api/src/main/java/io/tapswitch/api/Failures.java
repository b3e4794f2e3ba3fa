package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts wrong credentials by where they come from, so that nobody can try them at leisure, nor fill the log: after some of
 * them in a minute, an address has to wait for the next minute. Browsers that are logged in do not. Any thread.
 */
final class Failures {
    static final int MOST_A_MINUTE = 10;

    /** Beyond that the address that was first is forgotten. */
    private static final int MOST_ADDRESSES = 10_000;

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private final Map<String, Count> counts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    private static final class Count {
        private final long sinceNanos;
        private int failures;

        Count(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    Failures(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Takes note of wrong credentials. @param address as {@link Caller} has it, with or without a port */
    synchronized void add(String address) {
        String host = host(address);
        current(host).failures++;
    }

    /** @throws Problem if an address has to wait */
    synchronized void check(String address) {
        Count count = counts.get(host(address));
        if (count == null || count.failures < MOST_A_MINUTE) {
            return;
        }
        long waitNanos = count.sinceNanos + MINUTE_NANOS - nanoTime.getAsLong();
        if (waitNanos > 0) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(waitNanos) + 1;
            throw Problem.of(
                            Kind.TOO_MANY_REQUESTS,
                            "there were too many wrong credentials from your address: wait " + seconds + " seconds")
                    .with("Retry-After", Long.toString(seconds));
        }
        counts.remove(host(address));
    }

    private Count current(String host) {
        long now = nanoTime.getAsLong();
        Count count = counts.get(host);
        if (count == null || now - count.sinceNanos >= MINUTE_NANOS) {
            counts.remove(host);
            count = new Count(now);
            counts.put(host, count);
        }
        return count;
    }

    /** Without the port; of IPv6, the network of 64 bits, as a host has all of its addresses. */
    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        String[] groups = host.split(":");
        return groups.length < 8 ? host : String.join(":", groups[0], groups[1], groups[2], groups[3]);
    }
}
