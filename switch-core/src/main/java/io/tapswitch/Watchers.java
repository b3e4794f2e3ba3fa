package io.tapswitch;

import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.bridge.FrameWatches;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Who watches which ports, or which networks, by name: a watch goes on when its port is lost and comes back. Under the lock
 * of {@link SwitchService}.
 */
final class Watchers {
    private final Map<String, List<FrameWatch>> byName = new LinkedHashMap<>();

    void add(String name, FrameWatch watch) {
        byName.computeIfAbsent(name, key -> new ArrayList<>()).add(watch);
    }

    /** Forgets a watch, wherever it is. */
    void remove(FrameWatch watch) {
        byName.values().forEach(list -> list.remove(watch));
        byName.values().removeIf(List::isEmpty);
    }

    /** What is to see the frames of a name, besides those who are not added; null if nobody does. */
    FrameWatch of(String name, List<FrameWatch> others) {
        List<FrameWatch> all = new ArrayList<>(byName.getOrDefault(name, List.of()));
        all.addAll(others);
        return FrameWatches.of(all);
    }

    /** Ends the watches of names that are no more. @param what such as port */
    void endAllBut(String what, Predicate<String> isThere) {
        byName.entrySet().removeIf(entry -> {
            boolean gone = !isThere.test(entry.getKey());
            if (gone) {
                entry.getValue().forEach(watch -> watch.ended(what + " '" + entry.getKey() + "' is gone"));
            }
            return gone;
        });
    }
}
