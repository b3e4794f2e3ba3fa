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

/**
 * {@code /api/v1/networks}: the broadcast domains. A field that can be set is a component of {@link NetworkConfig}; what is
 * only read is made in {@link #json}.
 */
final class NetworkResource implements Resource {
    private static final String ALL = "/api/v1/networks";
    private static final String ONE = ALL + "/{network}";

    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("effectiveMtu");

    private final ListRevision<NetworkConfig> listed = new ListRevision<>(Json::of);
    private final SwitchService service;
    private final DesiredState state;
    private final ConfigReader reader;
    private final OtherHosts others;

    NetworkResource(SwitchService service, ConfigReader reader, OtherHosts others) {
        this.service = service;
        this.state = new DesiredState(service, "networks");
        this.reader = reader;
        this.others = others;
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
        List<NetworkConfig> networks = state.config().networks();
        return Answer.ok(Json.list(networks, this::json)).tagged(listed.of(networks));
    }

    private Answer show(Call call) {
        return shown(existing(state.config(), call.path("network")));
    }

    private Answer create(Call call) throws IOException {
        NetworkConfig network = reader.network(writable(call.json()), "");
        state.apply(config -> {
            call.preconditions().check(() -> listed.of(config.networks()));
            if (config.network(network.name()).isPresent()) {
                throw ConfigException.conflict("name", "network '" + network.name() + "' already exists");
            }
            return config.with(network);
        });
        return Answer.created(ALL + "/" + network.name(), json(network))
                .tagged(revision(network))
                .done("network " + network.name() + ": created");
    }

    private Answer change(Call call) throws IOException {
        String name = call.path("network");
        ObjectNode patch = writable(call.json());
        state.apply(config -> {
            NetworkConfig before = existing(config, name);
            call.preconditions().check(() -> revision(before));
            NetworkConfig after = patched(before, patch);
            requireTagsInUse(config, before, after);
            others.requireUnused(config, config.with(after));
            return config.with(after);
        });
        return shown(existing(state.config(), name)).done("network " + name + ": changed " + patch);
    }

    private NetworkConfig patched(NetworkConfig network, ObjectNode patch) {
        NetworkConfig changed = reader.network(MergePatch.apply(Json.of(network), patch), "");
        if (!changed.name().equals(network.name())) {
            throw ConfigException.invalid("name", "cannot change: create another network instead");
        }
        return changed;
    }

    /** Seen from the ports, their networks would lack a tag; from here, the tag that is taken away is still in use. */
    private static void requireTagsInUse(SwitchConfig config, NetworkConfig before, NetworkConfig after) {
        if (before.vlan() != null && after.vlan() == null) {
            requireNoUser("vlan", "trunk", config.usersOfVlan(before.name()));
        }
        if (before.vni() != null && after.vni() == null) {
            requireNoUser("vni", "overlay", config.usersOfVni(before.name()));
        }
    }

    private static void requireNoUser(String field, String kind, List<String> ports) {
        if (!ports.isEmpty()) {
            throw ConfigException.conflict(
                    field, "is used by " + kind + " ports " + ports + ": take the network from them first");
        }
    }

    private Answer delete(Call call) throws IOException {
        String name = call.path("network");
        state.apply(config -> {
            NetworkConfig doomed = existing(config, name);
            call.preconditions().check(() -> revision(doomed));
            requireUnused(config, name);
            others.requireUnused(config, config.withoutNetwork(name));
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

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        return json.without(READ_ONLY);
    }

    private Answer shown(NetworkConfig network) {
        return Answer.ok(json(network)).tagged(revision(network));
    }

    private static Revision revision(NetworkConfig network) {
        return Revision.of(Json.of(network));
    }

    private ObjectNode json(NetworkConfig network) {
        return Json.of(network).put("effectiveMtu", service.mtu(network));
    }

    private static NetworkConfig existing(SwitchConfig config, String name) {
        return config.network(name)
                .orElseThrow(() -> ConfigException.notFound("", "network '" + name + "' does not exist"));
    }
}
