package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.api.Problem.Kind;
import java.util.List;

/** {@code /api/v1/hosts}: the machines that share the networks; so far the one that answers. */
final class HostResource implements Resource {
    private static final String ALL = "/api/v1/hosts";

    private final HostInfo host;
    private final SwitchService service;

    HostResource(HostInfo host, SwitchService service) {
        this.host = host;
        this.service = service;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get(ALL, this::list), Operation.get(ALL + "/{host}", this::show));
    }

    private Answer list(Call call) {
        return Answer.ok(Json.list(List.of(host), this::json));
    }

    private Answer show(Call call) {
        if (!call.path("host").equals(host.name())) {
            throw Problem.of(Kind.NOT_FOUND, "host '" + call.path("host") + "' does not exist");
        }
        return Answer.ok(json(host));
    }

    private ObjectNode json(HostInfo info) {
        return Json.object()
                .put("name", info.name())
                .put("version", info.version())
                .put("eventLoops", service.eventLoops());
    }
}
