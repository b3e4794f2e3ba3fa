package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Holds answers to {@code openapi.yaml}: the status is described, and the document has the fields that the schema has,
 * with their types. Remembers which fields it has seen. Tests have ports of type {@code memory} besides.
 */
final class OpenApiContract {
    private static final Map<String, Set<String>> SEEN = new TreeMap<>();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private final ObjectNode document;
    private final Map<Pattern, String> paths =
            new TreeMap<>((a, b) -> a.pattern().contains("flush")
                    ? -1
                    : b.pattern().contains("flush") ? 1 : a.pattern().compareTo(b.pattern()));

    private OpenApiContract(ObjectNode document) {
        this.document = document;
        document.path("paths")
                .fieldNames()
                .forEachRemaining(
                        path -> paths.put(Pattern.compile(path.replaceAll("\\{\\w+}", "[^/]+") + "(\\?.*)?"), path));
    }

    static OpenApiContract load() {
        ObjectNode document = document();
        ObjectNode port = (ObjectNode) document.at("/components/schemas/Port/properties");
        port.putObject("memory").put("type", "object");
        ((ObjectNode) port.path("type")).remove("enum");
        return new OpenApiContract(document);
    }

    static ObjectNode document() {
        try {
            return ConfigReader.parseYaml(OpenApiResource.document());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every method and path that is described, such as {@code GET /api/v1/ports}. */
    static Set<String> operations(ObjectNode document) {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(key -> {
                    if (METHODS.contains(key)) {
                        operations.add(key.toUpperCase() + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** The properties that any answer had so far, by schema. */
    static synchronized Set<String> seen(String schema) {
        return new TreeSet<>(SEEN.getOrDefault(schema, Set.of()));
    }

    void check(String method, String target, HttpTestClient.Answer answer) {
        String path = paths.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(target).matches())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        JsonNode operation = path == null
                ? document.path("none")
                : document.path("paths").path(path).path(method.equals("HEAD") ? "get" : method.toLowerCase());
        if (operation.isMissingNode()) {
            assertThat(answer.status()).as(method + " " + target).isGreaterThanOrEqualTo(400);
            return;
        }
        JsonNode responses = operation.path("responses");
        JsonNode response = resolve(
                responses.has("" + answer.status()) ? responses.path("" + answer.status()) : responses.path("default"));
        assertThat(response.isMissingNode())
                .as(method + " " + target + " may answer " + answer.status())
                .isFalse();
        response.path("headers").properties().stream()
                .filter(header -> resolve(header.getValue()).path("required").asBoolean())
                .forEach(header -> assertThat(answer.headers().names())
                        .as(method + " " + target)
                        .contains(header.getKey()));
        if (method.equals("HEAD")) {
            return;
        }
        if (response.has("content")) {
            String mediaType = answer.headers().get("Content-Type").split(";")[0];
            assertThat(response.path("content").has(mediaType)).as(mediaType).isTrue();
            JsonNode schema = response.path("content").path(mediaType).path("schema");
            if (mediaType.contains("json") && !schema.isMissingNode()) {
                check(schema, answer.body(), method + " " + target);
            }
        }
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private void check(JsonNode schemaOrRef, JsonNode value, String where) {
        JsonNode schema = resolve(schemaOrRef);
        checkType(schema.path("type").asText(), value, where);
        if (schema.has("enum")) {
            assertThat(schema.path("enum")).as(where).contains(value);
        }
        if (value.isArray()) {
            value.forEach(item -> check(schema.path("items"), item, where + "[]"));
        }
        if (value.isObject() && schema.has("properties")) {
            String name = schemaOrRef.path("$ref").asText().replaceAll(".*/", "");
            checkFields(name, schema, value, where + " " + name);
        }
    }

    private void checkFields(String name, JsonNode schema, JsonNode value, String where) {
        schema.path("required").forEach(field -> assertThat(value.has(field.asText()))
                .as(where + " has " + field)
                .isTrue());
        for (Iterator<String> fields = value.fieldNames(); fields.hasNext(); ) {
            String field = fields.next();
            assertThat(schema.path("properties").has(field))
                    .as(where + " describes " + field)
                    .isTrue();
            check(schema.path("properties").path(field), value.path(field), where + "." + field);
            note(name, field);
        }
    }

    private static synchronized void note(String schema, String field) {
        SEEN.computeIfAbsent(schema, key -> new TreeSet<>()).add(field);
    }

    private static void checkType(String type, JsonNode value, String where) {
        boolean right =
                switch (type) {
                    case "object" -> value.isObject();
                    case "array" -> value.isArray();
                    case "string" -> value.isTextual();
                    case "integer" -> value.isIntegralNumber();
                    case "boolean" -> value.isBoolean();
                    default -> true;
                };
        assertThat(right).as(where + " is of type " + type + ": " + value).isTrue();
    }
}
