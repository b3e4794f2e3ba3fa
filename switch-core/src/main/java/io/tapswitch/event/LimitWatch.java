package io.tapswitch.event;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tells when stations of a network begin to make room for others, since a table or a port is at its limit. */
final class LimitWatch {
    static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EventJournal journal;
    private final Map<String, AtomicLong> evicted = new ConcurrentHashMap<>();
    private final Map<String, Spell> spells = new HashMap<>();

    LimitWatch(EventJournal journal) {
        this.journal = journal;
    }

    /** A station made room. Any thread. */
    void evicted(String network) {
        evicted.computeIfAbsent(network, key -> new AtomicLong()).incrementAndGet();
    }

    /** Looks at what came; about once a second, on one thread. */
    void look(Map<String, Table> tables, long nowNanos) {
        evicted.keySet().retainAll(tables.keySet());
        spells.keySet().retainAll(tables.keySet());
        evicted.forEach((network, count) -> {
            if (!tables.containsKey(network)) {
                return; // It came, or went, just now.
            }
            Spell spell = spells.computeIfAbsent(network, absent -> new Spell(0, REST_NANOS));
            switch (spell.look(count.get(), nowNanos)) {
                case BEGINS ->
                    journal.add("limit-reached", network, "network " + network + ": " + words(tables.get(network)));
                case ENDS ->
                    journal.add(
                            "limit-left",
                            network,
                            "network " + network + ": no station has to make room any more; " + spell.grown()
                                    + " had to");
                case NONE -> {}
            }
        });
    }

    /** How full a forwarding table is. */
    record Table(int learned, int limit) {}

    private static String words(Table table) {
        return table.learned() >= table.limit()
                ? "the FDB has learned " + table.learned() + " stations, as many as it may (maxLearned): the oldest of"
                        + " the port with most make room"
                : "a port has learned as many stations as it may (its maxLearned): its oldest make room";
    }
}
