package io.tapswitch.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /api/v1/openapi.yaml}: the description of this API. */
final class OpenApiResource implements Resource {
    @Override
    public List<Operation> operations() {
        return List.of(Operation.get("/api/v1/openapi.yaml", call -> Answer.text("application/yaml", document())));
    }

    static String document() throws IOException {
        try (InputStream in = OpenApiResource.class.getResourceAsStream("/openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
