package io.tapswitch.cluster;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many records were not taken, and why. Any thread. */
final class Refusals {
    private final AtomicLongArray counts = new AtomicLongArray(Refusal.values().length);

    /** @return whether this is to be told: the first one, and then each time that there are twice as many */
    boolean count(Refusal refusal) {
        return Long.bitCount(counts.incrementAndGet(refusal.ordinal())) == 1;
    }

    /** By reason in words; those that there were none of are left out. */
    Map<String, Long> view() {
        Map<String, Long> view = new LinkedHashMap<>();
        for (Refusal refusal : Refusal.values()) {
            long count = counts.get(refusal.ordinal());
            if (count > 0) {
                view.put(refusal.words(), count);
            }
        }
        return view;
    }
}
