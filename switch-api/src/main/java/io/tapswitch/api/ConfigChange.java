package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.SwitchConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What differs between two desired states, list by list, item by item, field by field. It is found in the documents, so a
 * list or field that is new to the desired state needs nothing here; items are told apart by their {@code name}, and
 * static stations by {@code network/mac}.
 */
final class ConfigChange {
    private final Revision before;
    private final Revision after;
    private final Map<String, Items> byList = new LinkedHashMap<>();

    /** @param from null if the field was not there */
    private record Field(String path, JsonNode from, JsonNode to) {
        ObjectNode toJson() {
            ObjectNode json = Json.object().put("field", path);
            if (from != null) {
                json.set("from", from);
            }
            if (to != null) {
                json.set("to", to);
            }
            return json;
        }
    }

    private record Item(String name, List<Field> fields) {
        ObjectNode toJson() {
            ObjectNode json = Json.object().put("name", name);
            json.set("fields", Json.list(fields, Field::toJson));
            return json;
        }
    }

    private record Items(List<String> added, List<String> removed, List<Item> changed) {
        boolean isEmpty() {
            return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
        }

        ObjectNode toJson() {
            ObjectNode json = Json.object();
            json.set("added", Json.texts(added));
            json.set("removed", Json.texts(removed));
            json.set("changed", Json.list(changed, Item::toJson));
            return json;
        }

        @Override
        public String toString() {
            return "+" + added.size() + " -" + removed.size() + " ~" + changed.size();
        }
    }

    ConfigChange(SwitchConfig before, SwitchConfig after) {
        ObjectNode old = before.toJson();
        ObjectNode next = after.toJson();
        this.before = Revision.of(old);
        this.after = Revision.of(next);
        next.properties().forEach(list -> byList.put(list.getKey(), items(old.path(list.getKey()), list.getValue())));
    }

    private static Items items(JsonNode before, JsonNode after) {
        Map<String, JsonNode> old = new LinkedHashMap<>();
        before.forEach(item -> old.put(key(item), item));
        List<String> added = new ArrayList<>();
        List<Item> changed = new ArrayList<>();
        for (JsonNode item : after) {
            JsonNode replaced = old.remove(key(item));
            if (replaced == null) {
                added.add(key(item));
            } else if (!replaced.equals(item)) {
                changed.add(new Item(key(item), fields(replaced, item)));
            }
        }
        return new Items(added, List.copyOf(old.keySet()), changed);
    }

    private static String key(JsonNode item) {
        JsonNode name = item.path("name");
        return name.isMissingNode()
                ? item.path("network").asText() + "/" + item.path("mac").asText()
                : name.asText();
    }

    private static List<Field> fields(JsonNode before, JsonNode after) {
        Map<String, JsonNode> old = flat(before);
        Map<String, JsonNode> next = flat(after);
        TreeSet<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(next.keySet());
        return paths.stream()
                .map(path -> new Field(path, old.get(path), next.get(path)))
                .filter(field -> field.from() == null || !field.from().equals(field.to()))
                .toList();
    }

    /** The fields by path, such as {@code flood.broadcast}; a list is one value. */
    private static Map<String, JsonNode> flat(JsonNode item) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        flatten("", item, fields);
        return fields;
    }

    private static void flatten(String prefix, JsonNode object, Map<String, JsonNode> fields) {
        object.properties().forEach(field -> {
            String path = prefix + field.getKey();
            if (field.getValue().isObject()) {
                flatten(path + ".", field.getValue(), fields);
            } else if (!field.getValue().isNull()) {
                fields.put(path, field.getValue());
            }
        });
    }

    boolean isChange() {
        return !byList.values().stream().allMatch(Items::isEmpty);
    }

    /** @param dryRun whether it is only what would change */
    ObjectNode toJson(boolean dryRun) {
        ObjectNode json = Json.object()
                .put("dryRun", dryRun)
                .put("changed", isChange())
                .put("before", before.tag())
                .put("after", after.tag());
        byList.forEach((list, items) -> json.set(list, items.toJson()));
        return json;
    }

    /** How many of each kind: {@code networks +1 -0 ~0, ports ...}. */
    @Override
    public String toString() {
        return String.join(
                ", ",
                byList.entrySet().stream()
                        .map(list -> list.getKey() + " " + list.getValue())
                        .toList());
    }
}
