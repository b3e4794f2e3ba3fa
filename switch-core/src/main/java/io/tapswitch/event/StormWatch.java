package io.tapswitch.event;

import io.tapswitch.PortView;
import io.tapswitch.config.StormConfig;
import io.tapswitch.port.DropReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Tells when a port begins to bring more flooded frames than its storm budget has, and when that is over. One thread. */
final class StormWatch {
    static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final List<DropReason> REASONS =
            List.of(DropReason.STORM_BROADCAST, DropReason.STORM_MULTICAST, DropReason.STORM_UNKNOWN_UNICAST);

    private final EventJournal journal;
    private final Map<Key, Spell> spells = new HashMap<>();

    private record Key(String port, DropReason reason) {}

    StormWatch(EventJournal journal) {
        this.journal = journal;
    }

    /** Looks at the counters; about once a second. */
    void look(List<PortView> ports, long nowNanos) {
        Set<Key> seen = new HashSet<>();
        for (PortView port : ports) {
            for (DropReason reason : REASONS) {
                Key key = new Key(port.config().name(), reason);
                if (budget(port.config().storm(), reason) != null || spells.containsKey(key)) {
                    seen.add(key);
                    look(key, port, nowNanos);
                }
            }
        }
        spells.keySet().retainAll(seen);
    }

    private void look(Key key, PortView port, long nowNanos) {
        long drops = port.counters().drops(key.reason());
        Spell spell = spells.computeIfAbsent(key, absent -> new Spell(0, REST_NANOS));
        String words = "port " + key.port() + ": " + kind(key.reason());
        switch (spell.look(drops, nowNanos)) {
            case BEGINS ->
                journal.add(
                        "storm",
                        key.port(),
                        words + " storm: frames over the budget of "
                                + budget(port.config().storm(), key.reason()) + " a second are dropped");
            case ENDS ->
                journal.add(
                        "storm-over",
                        key.port(),
                        words + " storm is over: " + spell.grown() + " frames were dropped in "
                                + TimeUnit.NANOSECONDS.toSeconds(spell.nanos() + TimeUnit.SECONDS.toNanos(1)) + " s");
            case NONE -> {}
        }
    }

    private static String kind(DropReason reason) {
        return reason.label().substring("storm-".length()).replace('-', ' ');
    }

    private static Integer budget(StormConfig storm, DropReason reason) {
        return switch (reason) {
            case STORM_BROADCAST -> storm.broadcast();
            case STORM_MULTICAST -> storm.multicast();
            default -> storm.unknownUnicast();
        };
    }
}
