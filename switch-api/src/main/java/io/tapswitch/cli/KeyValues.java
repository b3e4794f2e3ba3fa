package io.tapswitch.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.Set;

/**
 * {@code KEY=VALUE} words as a JSON merge patch (RFC 7396).
 *
 * <ul>
 *   <li>A key is a path of field names: {@code flood.broadcast=false} is {@code {"flood": {"broadcast": false}}}.
 *   <li>A value that is JSON is taken as such: {@code mtu=9000}, {@code trunk=["blue"]}, and {@code vlan=null} to
 *       remove the field. Anything else is text.
 *   <li>A field that holds a list takes one with commas: {@code trunk=blue,red}; {@code trunk=} is an empty list,
 *       {@code trunk=all} is the word.
 *   <li>A field that is always text takes digits as text: {@code tap.owner=1000}.
 * </ul>
 */
public final class KeyValues {
    private static final Set<String> LISTS = Set.of("trunk", "addresses", "prefixes", "gateways");
    private static final Set<String> TEXTS =
            Set.of("name", "type", "network", "interface", "namespace", "owner", "group", "mac", "mode");

    private KeyValues() {}

    /**
     * Reads the words.
     *
     * @throws IllegalArgumentException if a word is not {@code KEY=VALUE}, or if two of them name the same field
     */
    public static ObjectNode patch(Collection<String> words) {
        ObjectNode patch = Json.object();
        words.forEach(word -> add(patch, word));
        return patch;
    }

    private static void add(ObjectNode patch, String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? "" : word.substring(0, equals);
        if (!key.matches("[^.\\s]+(\\.[^.\\s]+)*")) {
            throw new IllegalArgumentException("'" + word + "' is not KEY=VALUE, such as mtu=9000 or tap.mtu=9000");
        }
        String[] path = key.split("\\.");
        String field = path[path.length - 1];
        ObjectNode parent = patch;
        for (int i = 0; i < path.length - 1; i++) {
            parent = section(parent, path[i], key);
        }
        if (parent.has(field)) {
            throw twice(key);
        }
        parent.set(field, value(field, word.substring(equals + 1)));
    }

    private static ObjectNode section(ObjectNode parent, String name, String key) {
        JsonNode present = parent.get(name);
        if (present == null) {
            return parent.putObject(name);
        }
        if (present instanceof ObjectNode object) {
            return object;
        }
        throw twice(key);
    }

    private static IllegalArgumentException twice(String key) {
        return new IllegalArgumentException("'" + key + "' is given twice");
    }

    private static JsonNode value(String field, String text) {
        JsonNode json = json(text);
        if (json != null && (!TEXTS.contains(field) || json.isTextual() || json.isNull())) {
            return json;
        }
        return LISTS.contains(field) ? list(text) : TextNode.valueOf(text);
    }

    private static JsonNode json(String text) {
        try {
            JsonNode json = Json.MAPPER.readTree(text);
            return json.isMissingNode() ? null : json;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** A list with commas; {@code all}, which a trunk may be, stays a word. */
    static JsonNode list(String text) {
        if (text.equals("all")) {
            return TextNode.valueOf(text);
        }
        ArrayNode list = Json.MAPPER.createArrayNode();
        for (String item : text.split(",")) {
            if (!item.isBlank()) {
                list.add(item.strip());
            }
        }
        return list;
    }
}
