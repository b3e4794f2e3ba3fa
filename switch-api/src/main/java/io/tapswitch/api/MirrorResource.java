package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.List;

/** {@code /api/v1/mirrors}: copies of frames for an analysis port, a remote VTEP or a file. */
final class MirrorResource implements Resource {
    private static final String ALL = "/api/v1/mirrors";
    private static final String ONE = ALL + "/{mirror}";

    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("state", "counters");

    private final ListRevision<MirrorConfig> listed = new ListRevision<>(Json::of);
    private final SwitchService service;
    private final DesiredState state;

    MirrorResource(SwitchService service) {
        this.service = service;
        this.state = new DesiredState(service, "mirrors");
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
        List<MirrorConfig> mirrors = service.config().mirrors();
        return Answer.ok(Json.list(mirrors, this::json)).tagged(listed.of(mirrors));
    }

    private Answer show(Call call) {
        return shown(existing(service.config(), call.path("mirror")));
    }

    private Answer create(Call call) throws IOException {
        MirrorConfig mirror = ConfigReader.read(writable(call.json()), MirrorConfig.class, "");
        state.apply(config -> {
            call.preconditions().check(() -> listed.of(config.mirrors()));
            if (config.mirror(mirror.name()).isPresent()) {
                throw ConfigException.conflict("name", "mirror '" + mirror.name() + "' already exists");
            }
            return config.with(mirror);
        });
        return Answer.created(ALL + "/" + mirror.name(), json(mirror))
                .tagged(revision(mirror))
                .done("mirror " + mirror.name() + ": created, " + summary(mirror));
    }

    private Answer change(Call call) throws IOException {
        String name = call.path("mirror");
        ObjectNode patch = writable(call.json());
        state.apply(config -> {
            MirrorConfig before = existing(config, name);
            call.preconditions().check(() -> revision(before));
            return config.with(patched(before, patch));
        });
        MirrorConfig changed = existing(service.config(), name);
        return shown(changed).done("mirror " + name + ": changed " + patch + ", " + summary(changed));
    }

    private static MirrorConfig patched(MirrorConfig mirror, ObjectNode patch) {
        ObjectNode target = ConfigReader.JSON.valueToTree(mirror);
        MirrorConfig changed = ConfigReader.read(MergePatch.apply(target, patch), MirrorConfig.class, "");
        if (!changed.name().equals(mirror.name())) {
            throw ConfigException.invalid("name", "cannot change: create another mirror instead");
        }
        return changed;
    }

    private Answer delete(Call call) throws IOException {
        String name = call.path("mirror");
        state.apply(config -> {
            MirrorConfig doomed = existing(config, name);
            call.preconditions().check(() -> revision(doomed));
            return config.withoutMirror(name);
        });
        return Answer.noContent().done("mirror " + name + ": deleted");
    }

    private static MirrorConfig existing(SwitchConfig config, String name) {
        return config.mirror(name)
                .orElseThrow(() -> ConfigException.notFound("", "mirror '" + name + "' does not exist"));
    }

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        ObjectNode wanted = json.without(READ_ONLY);
        Times.resolve("", wanted);
        return wanted;
    }

    private Answer shown(MirrorConfig mirror) {
        return Answer.ok(json(mirror)).tagged(revision(mirror));
    }

    private static Revision revision(MirrorConfig mirror) {
        return Revision.of(Json.of(mirror));
    }

    private static String summary(MirrorConfig mirror) {
        String from = mirror.port() == null ? "network " + mirror.network() : "port " + mirror.port();
        String to = mirror.to().file() == null
                ? "port " + mirror.to().port()
                : "file " + mirror.to().file();
        return "from " + from + " to " + to + (mirror.expires() == null ? "" : " until " + mirror.expires());
    }

    private ObjectNode json(MirrorConfig mirror) {
        ObjectNode json = Json.of(mirror).deepCopy();
        Mirror.State now = service.mirrorState(mirror.name());
        ObjectNode shown = json.putObject("state");
        if (now == null) {
            shown.put("status", Mirror.Status.FAILED.label()).put("reason", "its time is over");
            return json;
        }
        shown.put("status", now.status().label());
        if (now.reason() != null) {
            shown.put("reason", now.reason());
        }
        json.putObject("counters").put("frames", now.frames()).put("lost", now.lost());
        return json;
    }
}
