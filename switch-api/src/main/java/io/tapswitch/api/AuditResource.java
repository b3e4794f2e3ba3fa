package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code /api/v1/audit}: who changed what, and who was not let. */
final class AuditResource implements Resource {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;

    private final Path directory;

    /** @param directory with the files of {@link AuditLog} */
    AuditResource(Path directory) {
        this.directory = directory;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get("/api/v1/audit", this::list).requires(Role.ADMIN));
    }

    private Answer list(Call call) throws IOException {
        call.allowQuery("limit");
        List<JsonNode> entries = AuditLog.newest(directory, call.limit(DEFAULT_LIMIT, MAX_LIMIT));
        ObjectNode json = Json.object();
        json.set("entries", Json.list(entries, entry -> entry));
        return Answer.ok(json);
    }
}
