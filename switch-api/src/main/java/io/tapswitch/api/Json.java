package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.port.PortCounters;
import java.util.Collection;
import java.util.function.Function;

/** Builds the documents of answers. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return ConfigReader.JSON.createObjectNode();
    }

    static ObjectNode of(Object record) {
        return ConfigReader.JSON.valueToTree(record);
    }

    /** A record without those of its components that are null. */
    static ObjectNode present(Object record) {
        ObjectNode json = of(record);
        json.properties().removeIf(field -> field.getValue().isNull());
        return json;
    }

    static <T> ArrayNode list(Collection<T> items, Function<T, ? extends JsonNode> form) {
        ArrayNode list = ConfigReader.JSON.createArrayNode();
        items.forEach(item -> list.add(form.apply(item)));
        return list;
    }

    /** Drops by reason, of the reasons that occurred. */
    static ObjectNode drops(PortCounters counters) {
        ObjectNode drops = object();
        counters.drops().forEach((reason, count) -> drops.put(reason.label(), count));
        return drops;
    }

    static ArrayNode texts(Collection<String> texts) {
        ArrayNode list = ConfigReader.JSON.createArrayNode();
        texts.forEach(list::add);
        return list;
    }
}
