package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenApiLintTest {
    @Test
    void theDocumentFollowsTheRules() {
        assertThat(OpenApiLint.of(OpenApiContract.document())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/paths/~1api~1v1~1ports/get                  | operationId | `\"list ports\"`   | give it an operationId",
                "/paths/~1api~1v1~1ports/get                  | operationId | `\"listNetworks\"` | is there twice",
                "/paths/~1api~1v1~1ports/get                  | summary     | `\"All.\"`         | full stop",
                "/paths/~1api~1v1~1ports/get                  | summary     | `\"\"`             | a summary",
                "/paths/~1api~1v1~1ports/get                  | tags        | `[\"a\",\"b\"]`    | one tag",
                "/paths/~1api~1v1~1ports/get                  | tags        | `[\"a\"]`          | declare the tag",
                "/tags/0                                      | description | `\"\"`             | describe it",
                "/paths/~1api~1v1~1ports~1{port}              | parameters  | `[]`             | declare the parameters [port]",
                "/paths/~1api~1v1~1config/put/parameters/0    | description | `\"\"`             | describe it",
                "/paths/~1api~1v1~1ports/get/responses        | default     | `{}`             | add the response default",
                "/paths/~1api~1v1~1ports/post/responses       | 409         | `{}`             | errors are",
                "/paths/~1api~1v1~1ports/get/responses        | 304         | `{}`             | add the response \"304\"",
                "/paths/~1api~1v1~1ports/get/responses/200    | headers     | `{}`             | add to 200 the header ETag",
                "/paths/~1api~1v1~1ports/post/responses/201   | headers     | `{}`             | header Location",
                "/paths/~1api~1v1~1ports~1{port}/delete       | parameters  | `[]`             | changed with If-Match",
                "/paths/~1api~1v1~1ports~1{port}/delete/responses | 412     | `{}`             | add the response \"412\"",
                "/paths/~1api~1v1~1ports/post/requestBody/content/application~1json | example | `{\"name\":7,\"type\":\"tap\"}` | does not fit",
                "/paths/~1api~1v1~1openapi.yaml/get/responses/200/content/application~1yaml | schema | `{}` | format: binary",
                "/components/schemas                          | Interface   | `{}`             | choose another name",
                "/components/schemas                          | lower       | `{}`             | PascalCase",
                "/components/schemas                          | Unused      | `{}`             | nothing refers to it",
                "/components/schemas/Port                     | type        | `\"thing\"`        | is no JSON Schema",
                "/components/schemas/Port                     | oneOf       | `[]`             | do without oneOf",
                "/components/schemas/Port                     | required    | `[\"colour\"]`     | required field colour",
                "/components/schemas/Port/properties          | a_b         | `{}`             | camelCase",
                "/components/schemas/Port/properties          | java        | `{}`             | hides a package",
                "/components/schemas/Port/properties          | count       | `{\"type\":\"integer\"}` | give the integer",
                "/components/schemas/Port/properties          | either      | `{\"type\":[\"string\",\"array\"]}` | one type",
                "/components/schemas/Port/properties          | inner       | `{\"properties\":{}}` | a schema of its own",
                "/components/schemas/Port/properties/enabled  | default     | `7`              | does not fit",
                "/components/schemas/Port/properties/storm    | $ref        | `\"#/nowhere\"`    | nothing at this reference"
            })
    void eachRuleBites(String place, String field, String value, String complaint) throws Exception {
        ObjectNode document = OpenApiContract.document();
        ((ObjectNode) document.at(place)).set(field, ConfigReader.JSON.readTree(value));
        List<String> complaints = OpenApiLint.of(document);
        assertThat(complaints).anySatisfy(text -> assertThat(text).contains(complaint));
    }
}
