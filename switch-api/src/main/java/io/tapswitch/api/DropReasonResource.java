package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.port.DropReason;
import java.util.List;
import java.util.Locale;

/** {@code /api/v1/drop-reasons}: what the reasons in the counters of ports mean. */
final class DropReasonResource implements Resource {
    @Override
    public List<Operation> operations() {
        return List.of(Operation.get(
                "/api/v1/drop-reasons",
                call -> Answer.ok(Json.list(List.of(DropReason.values()), DropReasonResource::json))));
    }

    private static ObjectNode json(DropReason reason) {
        return Json.object()
                .put("reason", reason.label())
                .put("side", reason.side().name().toLowerCase(Locale.ROOT))
                .put("meaning", reason.meaning());
    }
}
