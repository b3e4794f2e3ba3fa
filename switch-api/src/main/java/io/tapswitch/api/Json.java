package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import java.util.Collection;
import java.util.function.Function;

/** Builds the documents of answers. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return ConfigReader.JSON.createObjectNode();
    }

    static ObjectNode of(Object configuration) {
        return ConfigReader.JSON.valueToTree(configuration);
    }

    static <T> ArrayNode list(Collection<T> items, Function<T, ? extends JsonNode> form) {
        ArrayNode list = ConfigReader.JSON.createArrayNode();
        items.forEach(item -> list.add(form.apply(item)));
        return list;
    }

    static ArrayNode texts(Collection<String> texts) {
        ArrayNode list = ConfigReader.JSON.createArrayNode();
        texts.forEach(list::add);
        return list;
    }
}
