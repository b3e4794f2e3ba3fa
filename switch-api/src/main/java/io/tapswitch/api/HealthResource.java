package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import java.util.List;
import java.util.function.BooleanSupplier;

/** {@code /health}: for whoever starts and watches the daemon; needs no token. */
final class HealthResource implements Resource {
    private final BooleanSupplier ready;

    HealthResource(BooleanSupplier ready) {
        this.ready = ready;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get("/health/live", call -> up()).requires(Role.ANYONE),
                Operation.get("/health/ready", this::ready).requires(Role.ANYONE));
    }

    private Answer ready(Call call) {
        if (!ready.getAsBoolean()) {
            throw Problem.of(Kind.UNAVAILABLE, "the switch is starting or stopping");
        }
        return up();
    }

    private static Answer up() {
        return Answer.ok(Json.object().put("status", "up"));
    }
}
