package io.tapswitch.event;

import io.tapswitch.config.PortConfig;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Tells when a port begins to bring more flooded frames than its storm budget has, and when that is over. One thread. */
final class StormWatch {
    static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final List<DropReason> REASONS =
            List.of(DropReason.STORM_BROADCAST, DropReason.STORM_MULTICAST, DropReason.STORM_UNKNOWN_UNICAST);

    private final EventJournal journal;
    /** By port. */
    private final Map<String, Map<DropReason, Spell>> spells = new HashMap<>();

    StormWatch(EventJournal journal) {
        this.journal = journal;
    }

    /** Ports to look at. */
    @FunctionalInterface
    interface Ports {
        void forEach(BiConsumer<PortConfig, PortCounters> looker);
    }

    /** Looks at the counters; about once a second. A port that has no budgets costs no memory. */
    void look(Ports ports, long nowNanos) {
        Set<String> seen = new HashSet<>();
        ports.forEach((port, counters) -> {
            if (isWatched(port)) {
                seen.add(port.name());
                look(port, counters, nowNanos);
            }
        });
        spells.keySet().retainAll(seen);
    }

    /** Also one that was watched until now, of which something may be left to tell. */
    private boolean isWatched(PortConfig port) {
        return budget(port, DropReason.STORM_BROADCAST) != null
                || budget(port, DropReason.STORM_MULTICAST) != null
                || budget(port, DropReason.STORM_UNKNOWN_UNICAST) != null
                || spells.containsKey(port.name());
    }

    private void look(PortConfig port, PortCounters counters, long nowNanos) {
        Map<DropReason, Spell> ofPort = spells.computeIfAbsent(port.name(), absent -> new EnumMap<>(DropReason.class));
        for (DropReason reason : REASONS) {
            if (budget(port, reason) != null) {
                ofPort.putIfAbsent(reason, new Spell(0, REST_NANOS));
            }
        }
        ofPort.forEach((reason, spell) -> look(port, reason, spell, counters.drops(reason), nowNanos));
    }

    private void look(PortConfig port, DropReason reason, Spell spell, long drops, long nowNanos) {
        switch (spell.look(drops, nowNanos)) {
            case BEGINS ->
                journal.add(
                        "storm",
                        port.name(),
                        words(port, reason) + " storm: frames over the budget of " + budget(port, reason)
                                + " a second are dropped");
            case ENDS ->
                journal.add(
                        "storm-over",
                        port.name(),
                        words(port, reason) + " storm is over: " + spell.grown() + " frames were dropped in "
                                + TimeUnit.NANOSECONDS.toSeconds(spell.nanos() + TimeUnit.SECONDS.toNanos(1)) + " s");
            case NONE -> {}
        }
    }

    private static String words(PortConfig port, DropReason reason) {
        return "port " + port.name() + ": "
                + reason.label().substring("storm-".length()).replace('-', ' ');
    }

    private static Integer budget(PortConfig port, DropReason reason) {
        return switch (reason) {
            case STORM_BROADCAST -> port.storm().broadcast();
            case STORM_MULTICAST -> port.storm().multicast();
            default -> port.storm().unknownUnicast();
        };
    }
}
