package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the daemon says differs between two configurations, for people: a line for each item, {@code +} for a new one,
 * {@code -} for one that goes, {@code ~} for one that changes, and one for each of its fields.
 */
final class ConfigDiff {
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String YELLOW = "33";

    private final Output out;
    private final boolean coloured;
    private final JsonNode document;

    /**
     * @param coloured whether a terminal shows it
     * @param document the new configuration, as it was written: what is new is shown from it
     */
    ConfigDiff(Output out, boolean coloured, JsonNode document) {
        this.out = out;
        this.coloured = coloured;
        this.document = document;
    }

    /** Prints it; nothing if nothing differs. @param change of the API */
    void print(JsonNode change) {
        change.properties().stream()
                .filter(list -> list.getValue().isObject() && !isEmpty(list.getValue()))
                .forEach(list -> print(list.getKey(), list.getValue()));
    }

    private static boolean isEmpty(JsonNode items) {
        return items.path("added").isEmpty()
                && items.path("removed").isEmpty()
                && items.path("changed").isEmpty();
    }

    private void print(String list, JsonNode items) {
        out.line(list + ":");
        items.path("added").forEach(name -> line(GREEN, "+ " + name.asText() + said(list, name.asText())));
        for (JsonNode item : items.path("changed")) {
            line(YELLOW, "~ " + item.path("name").asText());
            item.path("fields")
                    .forEach(field -> line(
                            YELLOW,
                            "    " + field.path("field").asText() + ": " + value(field.path("from")) + " -> "
                                    + value(field.path("to"))));
        }
        items.path("removed").forEach(name -> line(RED, "- " + name.asText()));
    }

    private void line(String colour, String text) {
        String clean = Text.clean("  " + text);
        out.text().println(coloured ? "\u001b[" + colour + "m" + clean + "\u001b[0m" : clean);
    }

    /** The fields of an item as the document has them; nothing if it writes the address of a station in another way. */
    private String said(String list, String name) {
        for (JsonNode item : document.path(list)) {
            String key = item.path("name")
                    .asText(item.path("network").asText() + "/"
                            + item.path("mac").asText());
            if (key.equals(name)) {
                List<String> fields = new ArrayList<>();
                collect("", item, item.has("name") ? List.of("name") : List.of("network", "mac"), fields);
                return fields.isEmpty() ? "" : "  " + String.join(" ", fields);
            }
        }
        return "";
    }

    private static void collect(String prefix, JsonNode object, List<String> without, List<String> fields) {
        object.properties().stream()
                .filter(field -> !without.contains(field.getKey()))
                .forEach(field -> {
                    String path = prefix + field.getKey();
                    if (field.getValue().isObject()) {
                        collect(path + ".", field.getValue(), List.of(), fields);
                    } else {
                        fields.add(path + "=" + value(field.getValue()));
                    }
                });
    }

    private static String value(JsonNode value) {
        return Text.of(value);
    }
}
