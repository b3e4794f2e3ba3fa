package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.config.AnalysisUse;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortCounters;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * {@code /api/v1/ports}: the attachment points. A field that can be set is a component of {@link PortConfig} or of the
 * type's own record; what is only read is made in {@link #state} and {@link #counters}.
 */
final class PortResource extends ListResource<PortConfig> {
    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("host", "state", "counters");

    private final SwitchService service;
    private final ConfigReader reader;

    PortResource(SwitchService service, ConfigReader reader) {
        super(service, "port", PortConfig::name, PortResource::writable);
        this.service = service;
        this.reader = reader;
    }

    @Override
    List<PortConfig> items(SwitchConfig config) {
        return config.ports();
    }

    @Override
    ObjectNode desired(PortConfig port) {
        return ConfigReader.write(port);
    }

    /** With those that listeners took in, and those to hosts of the cluster. */
    @Override
    Answer list(Call call) {
        Revision configured = revision(service.config());
        Map<String, AnalysisUse> uses = analysisUses();
        return Answer.ok(Json.list(service.ports(), view -> json(view, uses))).tagged(configured);
    }

    @Override
    Answer show(Call call) {
        PortView view = service.port(call.path("port"));
        return Answer.ok(json(view, analysisUses())).tagged(revision(view.config()));
    }

    @Override
    ObjectNode shown(PortConfig port) {
        return json(service.port(port.name()), analysisUses());
    }

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        ObjectNode wanted = json.without(READ_ONLY);
        Times.resolve("quarantine", wanted.get("quarantine"));
        return wanted;
    }

    @Override
    PortConfig read(ObjectNode desired) {
        return reader.port(desired, "");
    }

    @Override
    SwitchConfig with(SwitchConfig config, PortConfig port) {
        return config.with(port);
    }

    @Override
    SwitchConfig without(SwitchConfig config, PortConfig port) {
        return config.withoutPort(port.name());
    }

    @Override
    ObjectNode target(PortConfig before, ObjectNode patch) {
        ObjectNode target = desired(before);
        if (patch.has("type") && !patch.path("type").asText().equals(before.type())) {
            target.remove(before.type());
        }
        return target;
    }

    @Override
    String summary(PortConfig port) {
        PortView view = service.port(port.name());
        String device = view.info() == null ? "" : " on " + view.info().device();
        return ", network " + view.config().network() + ", " + view.config().type() + device + ", "
                + view.status().label();
    }

    @Override
    ConfigException missing(String name) {
        PortView view = service.port(name);
        if (view.host() != null) {
            return ConfigException.conflict(
                    "",
                    "port '" + name + "' leads to host '" + view.host()
                            + "' of the cluster, and comes and goes with it:" + " it cannot be changed or deleted");
        }
        String listener = view.listener();
        return ConfigException.conflict(
                "",
                "port '" + name + "' is a connection of port '" + listener + "' and ends with it: change or delete"
                        + " port '" + listener + "', or end the connection on its far side");
    }

    private Map<String, AnalysisUse> analysisUses() {
        return service.config().analysisUses(Instant.now());
    }

    private static ObjectNode json(PortView view, Map<String, AnalysisUse> uses) {
        ObjectNode json = ConfigReader.write(view.config());
        if (view.host() != null) {
            json.put("host", view.host());
        }
        json.set("state", state(view, uses.get(view.config().name())));
        json.set("counters", counters(view.counters()));
        return json;
    }

    /** @param use null if it is no analysis port */
    private static ObjectNode state(PortView view, AnalysisUse use) {
        ObjectNode json = Json.object()
                .put("status", view.status().label())
                .put("since", view.since().truncatedTo(ChronoUnit.MILLIS).toString());
        if (view.reason() != null) {
            json.put("reason", view.reason());
        }
        if (view.listener() != null) {
            json.put("listener", view.listener());
        }
        if (use != null) {
            json.set("analysis", Json.of(use));
        }
        if (view.info() != null) {
            json.put("device", view.info().device()).put("queues", view.info().queues());
            view.info().loops().forEach(json.putArray("loops")::add);
            json.set("offloads", Json.texts(view.info().offloads()));
        }
        if (view.remote() != null) {
            json.set("remote", Json.of(view.remote()));
        }
        return json;
    }

    private static ObjectNode counters(PortCounters counters) {
        ObjectNode json = Json.object()
                .put("rxFrames", counters.sum(PortCounters.RX_FRAMES))
                .put("rxBytes", counters.sum(PortCounters.RX_BYTES))
                .put("txFrames", counters.sum(PortCounters.TX_FRAMES))
                .put("txBytes", counters.sum(PortCounters.TX_BYTES))
                .put("forwarded", counters.sum(PortCounters.FORWARDED))
                .put("flooded", counters.sum(PortCounters.FLOODED))
                .put("suppressed", counters.sum(PortCounters.SUPPRESSED));
        json.set("drops", Json.drops(counters));
        return json;
    }
}
