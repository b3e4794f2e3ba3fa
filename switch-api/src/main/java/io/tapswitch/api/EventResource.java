package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.overlay.HostEvent;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code /api/v1/events}: what happened lately, on this host and on the others. */
final class EventResource implements Resource {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;

    private final OtherHosts others;

    EventResource(OtherHosts others) {
        this.others = others;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.remoteGet("/api/v1/events", this::list));
    }

    private Answer list(Call call) {
        call.allowQuery("kind", "host", "limit");
        String kind = call.query("kind", null, text -> text);
        String host = call.query("host", null, text -> text);
        int limit = call.limit(DEFAULT_LIMIT, MAX_LIMIT);
        List<HostEvent> events = others.events().stream()
                .filter(event -> kind == null || event.kind().equals(kind))
                .filter(event -> host == null || event.host().equals(host))
                .toList();
        List<HostEvent> newest = events.subList(Math.max(0, events.size() - limit), events.size());
        ObjectNode json = Json.object();
        json.set("events", Json.list(newest, EventResource::json));
        return Answer.ok(json);
    }

    private static ObjectNode json(HostEvent event) {
        return Json.object()
                .put("time", event.time().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("host", event.host())
                .put("kind", event.kind())
                .put("subject", event.subject())
                .put("text", event.text());
    }
}
