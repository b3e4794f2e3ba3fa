package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** {@code /api/v1/config}: the whole desired state, to be read and replaced at once. */
final class ConfigResource implements Resource {
    private static final String PATH = "/api/v1/config";
    private static final long MAX_BODY = 64L * 1024 * 1024;

    private final SwitchService service;
    private final ConfigReader reader;
    private final OtherHosts others;

    ConfigResource(SwitchService service, ConfigReader reader, OtherHosts others) {
        this.service = service;
        this.reader = reader;
        this.others = others;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(PATH, this::show),
                Operation.put(PATH, this::replace).withMaxBodyLength(MAX_BODY).checksPreconditions());
    }

    private Answer show(Call call) {
        ObjectNode config = service.config().toJson();
        return Answer.ok(config).tagged(Revision.of(config));
    }

    private Answer replace(Call call) throws IOException {
        call.allowQuery("dryRun");
        boolean dryRun = call.query("dryRun", false, ConfigResource::trueOrFalse);
        SwitchConfig wanted = reader.config(writable(call.json()));
        AtomicReference<SwitchConfig> before = new AtomicReference<>();
        UnaryOperator<SwitchConfig> replacement = present -> {
            before.set(present);
            call.preconditions().check(() -> Revision.of(present.toJson()));
            others.requireUnused(present, wanted);
            return wanted;
        };
        if (dryRun) {
            service.check(replacement);
            return Answer.ok(new ConfigChange(before.get(), wanted).toJson(true));
        }
        service.apply(replacement);
        ConfigChange change = new ConfigChange(before.get(), wanted);
        Answer answer = Answer.ok(change.toJson(false));
        return change.isChange() ? answer.done("configuration: replaced, " + change) : answer;
    }

    private static ObjectNode writable(ObjectNode json) {
        eachOf(json, "networks", NetworkResource::writable);
        eachOf(json, "ports", PortResource::writable);
        eachOf(json, "mirrors", MirrorResource::writable);
        return json;
    }

    private static void eachOf(ObjectNode json, String list, Consumer<ObjectNode> change) {
        for (JsonNode item : json.path(list)) {
            if (item instanceof ObjectNode object) {
                change.accept(object);
            }
        }
    }

    static boolean trueOrFalse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }
}
