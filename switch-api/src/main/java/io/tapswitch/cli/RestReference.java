package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The OpenAPI document as Markdown that people read: every operation with its parameters and answers, every document with
 * its fields.
 */
final class RestReference {
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");
    private static final List<String> LIMITS =
            List.of("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern");

    private final JsonNode document;
    private final StringBuilder text = new StringBuilder();

    private RestReference(JsonNode document) {
        this.document = document;
    }

    /** Of the document that this build serves. */
    static String ofThisBuild() throws IOException {
        try (InputStream in = RestReference.class.getResourceAsStream("/openapi.yaml")) {
            return of(Yaml.MAPPER.readTree(in));
        }
    }

    static String of(JsonNode document) {
        RestReference reference = new RestReference(document);
        reference.introduction();
        reference.operations();
        reference.schemas();
        return reference.text.toString();
    }

    private void introduction() {
        JsonNode info = document.path("info");
        text.append("# ").append(info.path("title").asText()).append("\n\n");
        text.append("Made from `/api/v1/openapi.yaml` by `tapswitch reference`.\n\n");
        text.append(info.path("description").asText().strip()).append("\n\n# Operations\n");
    }

    private void operations() {
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            METHODS.stream()
                    .filter(path.getValue()::has)
                    .forEach(method -> operation(path.getKey(), path.getValue(), method));
        }
    }

    private void operation(String path, JsonNode item, String method) {
        JsonNode operation = item.path(method);
        text.append("\n## ")
                .append(method.toUpperCase(Locale.ROOT))
                .append(' ')
                .append(path)
                .append("\n\n");
        paragraph(operation.path("summary"));
        paragraph(operation.path("description"));
        if (operation.has("x-role")) {
            text.append("Needs the role `")
                    .append(operation.path("x-role").asText())
                    .append("`.\n\n");
        }
        List<JsonNode> parameters = new ArrayList<>();
        item.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
        operation.path("parameters").forEach(parameter -> parameters.add(resolved(parameter)));
        if (!parameters.isEmpty()) {
            text.append("| parameter | in | type | meaning |\n|---|---|---|---|\n");
            parameters.forEach(this::parameter);
            text.append('\n');
        }
        JsonNode body = resolved(operation.path("requestBody"));
        if (!body.isMissingNode()) {
            text.append("Body: ").append(contents(body)).append("\n\n");
        }
        text.append("| answer | body | when |\n|---|---|---|\n");
        operation.path("responses").properties().forEach(answer -> {
            JsonNode response = resolved(answer.getValue());
            row(answer.getKey(), contents(response), cell(response.path("description")));
        });
    }

    private void parameter(JsonNode parameter) {
        row(
                "`" + parameter.path("name").asText() + "`",
                parameter.path("in").asText(),
                type(parameter.path("schema")),
                cell(parameter.path("description")) + limits(parameter.path("schema")));
    }

    private String contents(JsonNode body) {
        List<String> kinds = new ArrayList<>();
        body.path("content").properties().forEach(media -> {
            String type = type(media.getValue().path("schema"));
            kinds.add("`" + media.getKey() + "`" + (type.isEmpty() ? "" : ": " + type));
        });
        return kinds.isEmpty() ? "none" : String.join(" or ", kinds);
    }

    private void schemas() {
        text.append("\n# Documents\n");
        document.path("components").path("schemas").properties().forEach(schema -> {
            text.append("\n## ").append(schema.getKey()).append("\n\n");
            paragraph(schema.getValue().path("description"));
            fields(schema.getValue());
        });
    }

    private void fields(JsonNode schema) {
        if (!schema.has("properties")) {
            text.append(type(schema)).append(limits(schema)).append('\n');
            return;
        }
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        text.append("| field | type | meaning |\n|---|---|---|\n");
        schema.path("properties").properties().forEach(field -> {
            String meaning = cell(resolvedText(field.getValue())) + limits(field.getValue());
            String needed = required.contains(field.getKey()) ? ", always" : "";
            row("`" + field.getKey() + "`", type(field.getValue()) + needed, meaning);
        });
    }

    /** A description beside a reference says more than that of what it refers to. */
    private JsonNode resolvedText(JsonNode schema) {
        return schema.has("description")
                ? schema.path("description")
                : resolved(schema).path("description");
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = schema.path("$ref").asText().replaceAll(".*/", "");
            return "[" + name + "](#" + name.toLowerCase(Locale.ROOT) + ")";
        }
        for (String either : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.has(either)) {
                List<String> types = new ArrayList<>();
                schema.path(either).forEach(one -> types.add(type(one)));
                return String.join(either.equals("allOf") ? " and " : " or ", types);
            }
        }
        if (schema.has("items")) {
            return "list of " + type(schema.path("items"));
        }
        JsonNode map = schema.path("additionalProperties");
        return map.isObject() ? "map to " + type(map) : schema.path("type").asText();
    }

    private static String limits(JsonNode schema) {
        List<String> words = new ArrayList<>();
        if (schema.has("enum")) {
            List<String> values = new ArrayList<>();
            schema.path("enum").forEach(value -> values.add("`" + value.asText() + "`"));
            words.add(String.join(", ", values));
        }
        LIMITS.stream()
                .filter(schema::has)
                .forEach(limit ->
                        words.add(limit + " `" + schema.path(limit).asText().replace("|", "\\|") + "`"));
        if (schema.has("default")) {
            words.add("default `" + schema.path("default").asText() + "`");
        }
        return words.isEmpty() ? "" : " (" + String.join("; ", words) + ")";
    }

    private void paragraph(JsonNode words) {
        if (!words.isMissingNode()) {
            text.append(words.asText().strip()).append("\n\n");
        }
    }

    private static String cell(JsonNode words) {
        return words.asText().strip().replaceAll("\\s+", " ").replace("|", "\\|");
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
