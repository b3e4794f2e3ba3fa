package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The rules that {@code openapi.yaml} follows, so that what generators make of it is pleasant to use, and every operation
 * says the same things in the same way. Each complaint says where, what is wrong, and what to write. Whoever adds a path
 * copies {@code /api/v1/ports}, and does what the complaints say.
 */
final class OpenApiLint {
    private static final String ETAG = "#/components/headers/ETag";
    private static final String NOT_MODIFIED = "#/components/responses/NotModified";
    private static final String PROBLEM = "#/components/responses/Problem";
    private static final String IF_MATCH = "#/components/parameters/IfMatch";
    private static final String META_SCHEMA = "https://json-schema.org/draft/2020-12/schema";
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
    private static final Set<String> CHANGES_OF_ONE = Set.of("put", "patch", "delete");
    private static final Pattern CAMEL = Pattern.compile("[a-z][A-Za-z0-9]*");
    private static final Pattern PASCAL = Pattern.compile("[A-Z][A-Za-z0-9]*");
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{(\\w+)}");

    /** Names of classes and packages that every Java source file sees. */
    private static final Set<String> TAKEN =
            Set.of("Object", "String", "List", "Map", "Set", "File", "Interface", "Record");

    private static final Set<String> TAKEN_FIELDS = Set.of("java", "javax", "jakarta", "com", "org", "io");

    private final ObjectNode document;
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Set<String> operationIds = new HashSet<>();
    private final List<String> complaints = new ArrayList<>();

    private OpenApiLint(ObjectNode document) {
        this.document = document;
    }

    /** What is wrong with a document; empty if nothing is. */
    static List<String> of(ObjectNode document) {
        OpenApiLint lint = new OpenApiLint(document);
        document.path("paths").properties().forEach(path -> lint.path(path.getKey(), path.getValue()));
        document.path("tags").forEach(lint::tag);
        document.at("/components/schemas")
                .properties()
                .forEach(schema -> lint.component(schema.getKey(), schema.getValue()));
        lint.parameters("components/parameters", document.at("/components/parameters"));
        lint.everyComponentIsUsed();
        lint.everyReferenceLeadsSomewhere();
        return lint.complaints;
    }

    private void require(boolean right, String where, String what) {
        if (!right) {
            complaints.add(where + ": " + what);
        }
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static boolean refersTo(JsonNode node, String target) {
        return node.path("$ref").asText().equals(target);
    }

    private static boolean hasText(JsonNode node, String field) {
        return !node.path(field).asText().isBlank();
    }

    // Operations

    private void path(String path, JsonNode item) {
        parameters(path, item.path("parameters"));
        boolean guarded =
                resolve(item.at("/get/responses/200")).at("/headers/ETag").isObject();
        item.properties().stream()
                .filter(entry -> METHODS.contains(entry.getKey()))
                .forEach(entry -> {
                    String method = entry.getKey();
                    String where = method.toUpperCase() + " " + path;
                    JsonNode operation = entry.getValue();
                    names(where, operation);
                    parameters(where, operation.path("parameters"));
                    pathParameters(where, path, item, operation);
                    body(where, operation.path("requestBody"));
                    responses(where, operation.path("responses"));
                    if (method.equals("get")) {
                        isTagged(where, operation);
                    } else if (guarded && CHANGES_OF_ONE.contains(method)) {
                        isGuarded(where, operation);
                    }
                });
    }

    private void names(String where, JsonNode operation) {
        String id = operation.path("operationId").asText();
        require(
                CAMEL.matcher(id).matches(),
                where,
                "give it an operationId in camelCase: generators name methods by it");
        require(operationIds.add(id), where, "operationId '" + id + "' is there twice: choose another");
        require(hasText(operation, "summary"), where, "give it a summary of a few words");
        require(!operation.path("summary").asText().endsWith("."), where, "leave the full stop of the summary out");
        require(operation.path("tags").size() == 1, where, "give it one tag: generators make a class of each");
        operation
                .path("tags")
                .forEach(tag -> require(isTag(tag.asText()), where, "declare the tag '" + tag.asText() + "'"));
    }

    private boolean isTag(String name) {
        return document.path("tags").findValuesAsText("name").contains(name);
    }

    private void tag(JsonNode tag) {
        require(hasText(tag, "description"), "tag " + tag.path("name").asText(), "describe it in a few words");
    }

    private void parameters(String where, JsonNode parameters) {
        for (JsonNode parameter : parameters) {
            if (!parameter.has("$ref")) {
                String place = where + " parameter " + parameter.path("name").asText();
                require(hasText(parameter, "description"), place, "describe it in a few words");
                require(parameter.has("schema"), place, "give it a schema");
                schema(place, parameter.path("schema"));
                example(place, parameter.path("schema"), parameter.path("example"));
            }
        }
    }

    private void pathParameters(String where, String path, JsonNode item, JsonNode operation) {
        Set<String> declared = new TreeSet<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            list.forEach(parameter -> {
                if (resolve(parameter).path("in").asText().equals("path")
                        && resolve(parameter).path("required").asBoolean()) {
                    declared.add(resolve(parameter).path("name").asText());
                }
            });
        }
        Set<String> used = new TreeSet<>();
        for (Matcher name = PATH_PARAMETER.matcher(path); name.find(); ) {
            used.add(name.group(1));
        }
        require(
                used.equals(declared),
                where,
                "declare the parameters " + used + " of the path, as required; it has " + declared);
    }

    private void body(String where, JsonNode body) {
        if (body.isMissingNode()) {
            return;
        }
        boolean hasExample = false;
        for (JsonNode content : body.path("content")) {
            require(content.path("schema").has("$ref"), where, "let the body have a schema of a name: {$ref: ...}");
            example(where + " body", content.path("schema"), content.path("example"));
            hasExample |= content.has("example");
        }
        require(hasExample, where, "give the body an example");
    }

    private void responses(String where, JsonNode responses) {
        require(
                refersTo(responses.path("default"), PROBLEM),
                where,
                "add the response default: {$ref: \"" + PROBLEM + "\"}");
        responses.properties().forEach(entry -> {
            String place = where + " " + entry.getKey();
            JsonNode response = resolve(entry.getValue());
            require(hasText(response, "description"), place, "describe the response");
            if (entry.getKey().matches("[45]..")) {
                require(refersTo(entry.getValue(), PROBLEM), place, "errors are {$ref: \"" + PROBLEM + "\"}");
            }
            response.path("content")
                    .properties()
                    .forEach(content -> content(place, content.getKey(), content.getValue()));
            if (entry.getKey().equals("201")) {
                require(response.at("/headers").has("Location"), place, "add the header Location");
            }
        });
    }

    private void content(String where, String mediaType, JsonNode content) {
        JsonNode schema = content.path("schema");
        if (mediaType.contains("json")) {
            require(content.has("schema"), where, "say what the body is: add a schema");
        } else {
            boolean isPlain = schema.path("type").asText().equals("string");
            boolean isBinary = schema.path("format").asText().equals("binary");
            require(
                    isPlain && (isBinary || mediaType.startsWith("text/")),
                    where,
                    "the schema of what is not JSON is {type: string, format: binary}: generators would parse it");
        }
        schema(where, schema);
        example(where, schema, content.path("example"));
    }

    private void isTagged(String where, JsonNode operation) {
        JsonNode response = resolve(operation.at("/responses/200"));
        boolean isDocument = response.path("content").has("application/json");
        if (isDocument && where.contains(" /api/")) {
            require(
                    refersTo(response.at("/headers/ETag"), ETAG),
                    where,
                    "add to 200 the header ETag: {$ref: \"" + ETAG + "\"}");
            require(
                    refersTo(operation.at("/responses/304"), NOT_MODIFIED),
                    where,
                    "add the response \"304\": {$ref: \"" + NOT_MODIFIED + "\"}");
        }
    }

    /** {@code x-unguarded} says why an operation needs no guard against lost updates. */
    private void isGuarded(String where, JsonNode operation) {
        if (hasText(operation, "x-unguarded")) {
            return;
        }
        boolean hasParameter = StreamSupport.stream(operation.path("parameters").spliterator(), false)
                .anyMatch(parameter -> refersTo(parameter, IF_MATCH));
        require(
                hasParameter,
                where,
                "what is read with an ETag is changed with If-Match: add the parameter {$ref: \"" + IF_MATCH
                        + "\"} as the last, and Operation.checksPreconditions; or say in x-unguarded why not");
        require(
                refersTo(operation.at("/responses/412"), PROBLEM),
                where,
                "add the response \"412\": {$ref: \"" + PROBLEM + "\"}");
    }

    // Schemas

    private void component(String name, JsonNode schema) {
        String where = "schema " + name;
        require(PASCAL.matcher(name).matches(), where, "write its name in PascalCase");
        require(!TAKEN.contains(name), where, "choose another name: generated code has a class of this one already");
        schemas.getSchema(SchemaLocation.of(META_SCHEMA))
                .validate(schema)
                .forEach(error -> complaints.add(where + ": is no JSON Schema: " + error.getMessage()));
        schema(where, schema);
    }

    private void schema(String where, JsonNode schema) {
        for (String choice : List.of("oneOf", "anyOf", "allOf")) {
            require(!schema.has(choice), where, "do without " + choice + ": Java generators make nothing good of it");
        }
        require(
                !schema.path("type").isArray(),
                where,
                "give it one type, or none: generators make nothing good of a choice");
        boolean isText = !resolve(schema).has("enum");
        require(
                !(schema.has("$ref") && schema.has("default") && isText),
                where,
                "write the schema out: generators lose the default beside a $ref");
        if (schema.path("type").asText().equals("integer")) {
            require(
                    schema.has("format") || schema.has("maximum"),
                    where,
                    "give the integer a maximum, or a format: int64 for what is counted, int32 for what stays small");
        }
        example(where, schema, schema.path("default"));
        schema.path("examples").forEach(example -> example(where, schema, example));
        if (schema.path("type").asText().equals("array")) {
            require(schema.has("items"), where, "say what its items are");
            nested(where + "[]", schema.path("items"));
        }
        if (schema.has("properties")) {
            properties(where, schema);
        }
    }

    private void properties(String where, JsonNode schema) {
        require(schema.has("additionalProperties"), where, "add additionalProperties: false");
        schema.path("required")
                .forEach(field -> require(
                        schema.path("properties").has(field.asText()),
                        where,
                        "describe the required field " + field.asText()));
        schema.path("properties").properties().forEach(property -> {
            String place = where + "." + property.getKey();
            require(CAMEL.matcher(property.getKey()).matches(), place, "write its name in camelCase");
            require(
                    !TAKEN_FIELDS.contains(property.getKey()),
                    place,
                    "choose another name: it hides a package of Java");
            nested(place, property.getValue());
        });
    }

    private void nested(String where, JsonNode schema) {
        require(!schema.has("properties"), where, "give the object a schema of its own in components, and refer to it");
        schema(where, schema);
    }

    /** Nothing if there is no example. */
    private void example(String where, JsonNode schema, JsonNode example) {
        if (example.isMissingNode()) {
            return;
        }
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        Schema compiled = schemas.getSchema(whole);
        compiled.validate(example)
                .forEach(error ->
                        complaints.add(where + ": the example or default does not fit: " + error.getMessage()));
    }

    // The whole

    private void everyComponentIsUsed() {
        Set<String> used = new HashSet<>(document.findValuesAsText("$ref"));
        document.path("components")
                .properties()
                .forEach(kind -> kind.getValue().fieldNames().forEachRemaining(name -> {
                    boolean isRule = kind.getKey().equals("securitySchemes");
                    require(
                            isRule || used.contains("#/components/" + kind.getKey() + "/" + name),
                            kind.getKey() + " " + name,
                            "nothing refers to it: use it or remove it");
                }));
    }

    private void everyReferenceLeadsSomewhere() {
        document.findValuesAsText("$ref")
                .forEach(reference -> require(
                        !document.at(reference.substring(1)).isMissingNode(),
                        reference,
                        "there is nothing at this reference"));
    }
}
