package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * {@code /api/v1/ports}: the attachment points. A field that can be set is a component of {@link PortConfig} or of the
 * type's own record; what is only read is made in {@link #state} and {@link #counters}.
 */
final class PortResource implements Resource {
    private static final String ALL = "/api/v1/ports";
    private static final String ONE = ALL + "/{port}";

    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("host", "state", "counters");

    private final ListRevision<PortConfig> listed = new ListRevision<>(ConfigReader::write);
    private final SwitchService service;
    private final DesiredState state;
    private final ConfigReader reader;

    PortResource(SwitchService service, ConfigReader reader) {
        this.service = service;
        this.state = new DesiredState(service, "ports");
        this.reader = reader;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(ALL, this::list),
                Operation.post(ALL, this::create).checksPreconditions(),
                Operation.get(ONE, this::show),
                Operation.patch(ONE, this::change).checksPreconditions(),
                Operation.delete(ONE, this::delete).checksPreconditions());
    }

    private Answer list(Call call) {
        Revision configured = listed.of(state.config().ports());
        return Answer.ok(Json.list(service.ports(), PortResource::json)).tagged(configured);
    }

    private Answer show(Call call) {
        return shown(service.port(call.path("port")));
    }

    private Answer create(Call call) throws IOException {
        PortConfig port = reader.port(writable(call.json()), "");
        state.apply(config -> {
            call.preconditions().check(() -> listed.of(config.ports()));
            if (config.port(port.name()).isPresent()) {
                throw ConfigException.conflict("name", "port '" + port.name() + "' already exists");
            }
            return config.with(port);
        });
        PortView view = service.port(port.name());
        return Answer.created(ALL + "/" + port.name(), json(view))
                .tagged(revision(view.config()))
                .done("port " + port.name() + ": created, " + summary(view));
    }

    private Answer change(Call call) throws IOException {
        String name = call.path("port");
        ObjectNode patch = writable(call.json());
        state.apply(config -> {
            PortConfig before = existing(config, name);
            call.preconditions().check(() -> revision(before));
            return config.with(patched(before, patch));
        });
        PortView view = service.port(name);
        return shown(view).done("port " + name + ": changed " + patch + ", " + summary(view));
    }

    private PortConfig patched(PortConfig port, ObjectNode patch) {
        ObjectNode target = ConfigReader.write(port);
        if (patch.has("type") && !patch.path("type").asText().equals(port.type())) {
            target.remove(port.type());
        }
        PortConfig changed = reader.port(MergePatch.apply(target, patch), "");
        if (!changed.name().equals(port.name())) {
            throw ConfigException.invalid("name", "cannot change: create another port instead");
        }
        return changed;
    }

    private Answer delete(Call call) throws IOException {
        String name = call.path("port");
        state.apply(config -> {
            PortConfig doomed = existing(config, name);
            call.preconditions().check(() -> revision(doomed));
            return config.withoutPort(name);
        });
        return Answer.noContent().done("port " + name + ": deleted");
    }

    private PortConfig existing(SwitchConfig config, String name) {
        return config.port(name).orElseThrow(() -> notConfigured(name));
    }

    private ConfigException notConfigured(String name) {
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

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        ObjectNode wanted = json.without(READ_ONLY);
        Times.resolve("quarantine", wanted.get("quarantine"));
        return wanted;
    }

    private static String summary(PortView view) {
        String device = view.info() == null ? "" : " on " + view.info().device();
        return "network " + view.config().network() + ", " + view.config().type() + device + ", "
                + view.status().label();
    }

    private static Answer shown(PortView view) {
        return Answer.ok(json(view)).tagged(revision(view.config()));
    }

    private static Revision revision(PortConfig port) {
        return Revision.of(ConfigReader.write(port));
    }

    private static ObjectNode json(PortView view) {
        ObjectNode json = ConfigReader.write(view.config());
        if (view.host() != null) {
            json.put("host", view.host());
        }
        json.set("state", state(view));
        json.set("counters", counters(view.counters()));
        return json;
    }

    private static ObjectNode state(PortView view) {
        ObjectNode json = Json.object()
                .put("status", view.status().label())
                .put("since", view.since().truncatedTo(ChronoUnit.MILLIS).toString());
        if (view.reason() != null) {
            json.put("reason", view.reason());
        }
        if (view.listener() != null) {
            json.put("listener", view.listener());
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
