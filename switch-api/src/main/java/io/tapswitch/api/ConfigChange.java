package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What differs between two desired states, by name. */
final class ConfigChange {
    private final Map<String, Names> byKind = new LinkedHashMap<>();

    private record Names(List<String> added, List<String> removed, List<String> changed) {
        boolean isEmpty() {
            return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
        }

        ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.set("added", Json.texts(added));
            json.set("removed", Json.texts(removed));
            json.set("changed", Json.texts(changed));
            return json;
        }

        @Override
        public String toString() {
            return "+" + added.size() + " -" + removed.size() + " ~" + changed.size();
        }
    }

    ConfigChange(SwitchConfig before, SwitchConfig after) {
        byKind.put("networks", names(before.networks(), after.networks(), NetworkConfig::name));
        byKind.put("ports", names(before.ports(), after.ports(), PortConfig::name));
        byKind.put("fdb", names(before.fdb(), after.fdb(), ConfigChange::key));
    }

    private static String key(StaticEntry entry) {
        return entry.network() + "/" + entry.mac();
    }

    private static <T> Names names(List<T> before, List<T> after, Function<T, String> key) {
        Map<String, T> old = new LinkedHashMap<>();
        before.forEach(item -> old.put(key.apply(item), item));
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (T item : after) {
            T replaced = old.remove(key.apply(item));
            if (replaced == null) {
                added.add(key.apply(item));
            } else if (!replaced.equals(item)) {
                changed.add(key.apply(item));
            }
        }
        return new Names(added, List.copyOf(old.keySet()), changed);
    }

    boolean isChange() {
        return !byKind.values().stream().allMatch(Names::isEmpty);
    }

    /** @param dryRun whether it is only what would change */
    ObjectNode toJson(boolean dryRun) {
        ObjectNode json = Json.object().put("dryRun", dryRun).put("changed", isChange());
        byKind.forEach((kind, names) -> json.set(kind, names.toJson()));
        return json;
    }

    /** How many of each kind: {@code networks +1 -0 ~0, ports ...}. */
    @Override
    public String toString() {
        return String.join(
                ", ",
                byKind.entrySet().stream()
                        .map(kind -> kind.getKey() + " " + kind.getValue())
                        .toList());
    }
}
