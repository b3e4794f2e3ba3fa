package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.capture.Mirror;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.SwitchConfig;
import java.util.List;

/** {@code /api/v1/mirrors}: copies of frames for an analysis port, a remote VTEP or a file. */
final class MirrorResource extends ListResource<MirrorConfig> {
    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("state", "counters");

    private final SwitchService service;

    MirrorResource(SwitchService service) {
        super(service, "mirror", MirrorConfig::name, MirrorResource::writable);
        this.service = service;
    }

    @Override
    List<MirrorConfig> items(SwitchConfig config) {
        return config.mirrors();
    }

    @Override
    ObjectNode desired(MirrorConfig mirror) {
        return Json.of(mirror);
    }

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        ObjectNode wanted = json.without(READ_ONLY);
        Times.resolve("", wanted);
        return wanted;
    }

    @Override
    MirrorConfig read(ObjectNode desired) {
        return ConfigReader.read(desired, MirrorConfig.class, "");
    }

    @Override
    SwitchConfig with(SwitchConfig config, MirrorConfig mirror) {
        return config.with(mirror);
    }

    @Override
    SwitchConfig without(SwitchConfig config, MirrorConfig mirror) {
        return config.withoutMirror(mirror.name());
    }

    @Override
    String summary(MirrorConfig mirror) {
        String from = mirror.port() == null ? "network " + mirror.network() : "port " + mirror.port();
        String to = mirror.to().file() == null
                ? "port " + mirror.to().port()
                : "file " + mirror.to().file();
        return ", from " + from + " to " + to + (mirror.expires() == null ? "" : " until " + mirror.expires());
    }

    @Override
    ObjectNode shown(MirrorConfig mirror) {
        ObjectNode json = desired(mirror);
        Mirror.State now = service.mirrorState(mirror.name());
        ObjectNode status = json.putObject("state");
        if (now == null) {
            status.put("status", Mirror.Status.FAILED.label()).put("reason", "its time is over");
            return json;
        }
        status.put("status", now.status().label());
        if (now.reason() != null) {
            status.put("reason", now.reason());
        }
        json.putObject("counters").put("frames", now.frames()).put("lost", now.lost());
        return json;
    }
}
