package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.List;

/** {@code /api/v1/networks}: the broadcast domains. A field is a component of {@link NetworkConfig}. */
final class NetworkResource implements Resource {
    private static final String ALL = "/api/v1/networks";
    private static final String ONE = ALL + "/{network}";

    private final DesiredState state;
    private final ConfigReader reader;

    NetworkResource(SwitchService service, ConfigReader reader) {
        this.state = new DesiredState(service, "networks");
        this.reader = reader;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(ALL, this::list),
                Operation.post(ALL, this::create),
                Operation.get(ONE, this::show),
                Operation.patch(ONE, this::change),
                Operation.delete(ONE, this::delete));
    }

    private Answer list(Call call) {
        return Answer.ok(Json.list(state.config().networks(), Json::of));
    }

    private Answer show(Call call) {
        return Answer.ok(Json.of(existing(state.config(), call.path("network"))));
    }

    private Answer create(Call call) throws IOException {
        NetworkConfig network = reader.network(call.json(), "");
        state.apply(config -> {
            if (config.network(network.name()).isPresent()) {
                throw ConfigException.conflict("name", "network '" + network.name() + "' already exists");
            }
            return config.with(network);
        });
        return Answer.created(ALL + "/" + network.name(), Json.of(network))
                .done("network " + network.name() + ": created");
    }

    private Answer change(Call call) throws IOException {
        String name = call.path("network");
        ObjectNode patch = call.json();
        state.apply(config -> config.with(patched(existing(config, name), patch)));
        return Answer.ok(Json.of(existing(state.config(), name))).done("network " + name + ": changed " + patch);
    }

    private NetworkConfig patched(NetworkConfig network, ObjectNode patch) {
        NetworkConfig changed = reader.network(MergePatch.apply(Json.of(network), patch), "");
        if (!changed.name().equals(network.name())) {
            throw ConfigException.invalid("name", "cannot change: create another network instead");
        }
        return changed;
    }

    private Answer delete(Call call) throws IOException {
        String name = call.path("network");
        state.apply(config -> {
            requireUnused(config, existing(config, name).name());
            return config.withoutNetwork(name);
        });
        return Answer.noContent().done("network " + name + ": deleted");
    }

    private static void requireUnused(SwitchConfig config, String name) {
        if (name.equals(NetworkConfig.DEFAULT)) {
            throw ConfigException.conflict("", "network 'default' always exists");
        }
        List<String> users = config.usersOf(name);
        if (!users.isEmpty()) {
            throw ConfigException.conflict(
                    "", "network '" + name + "' is used by ports " + users + ": delete or move them first");
        }
    }

    private static NetworkConfig existing(SwitchConfig config, String name) {
        return config.network(name)
                .orElseThrow(() -> ConfigException.notFound("", "network '" + name + "' does not exist"));
    }
}
