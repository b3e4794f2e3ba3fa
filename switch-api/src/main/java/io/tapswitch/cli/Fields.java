package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An object made of the options that were given; the daemon fills in the others. */
final class Fields {
    private final ObjectNode json = Json.object();

    /** Adds a field, unless the value is null. */
    Fields put(String name, Object value) {
        if (value != null) {
            json.set(name, Json.MAPPER.<JsonNode>valueToTree(value));
        }
        return this;
    }

    /** Adds a field with this value if the flag was given. */
    Fields flag(String name, boolean value, boolean given) {
        return put(name, given ? value : null);
    }

    /** Adds a section, unless it is empty. */
    Fields section(String name, Fields section) {
        return put(name, section.json.isEmpty() ? null : section.json);
    }

    /** What has been added. */
    ObjectNode json() {
        return json;
    }
}
