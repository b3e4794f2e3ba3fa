package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import java.util.List;

/**
 * {@code /api/v1/networks}: the broadcast domains. A field that can be set is a component of {@link NetworkConfig}; what is
 * only read is made in {@link #shown}.
 */
final class NetworkResource extends ListResource<NetworkConfig> {
    /** Fields of answers that a client may send back; they say nothing then. */
    private static final List<String> READ_ONLY = List.of("effectiveMtu");

    private final SwitchService service;
    private final ConfigReader reader;
    private final OtherHosts others;

    NetworkResource(SwitchService service, ConfigReader reader, OtherHosts others) {
        super(service, "network", NetworkConfig::name, NetworkResource::writable);
        this.service = service;
        this.reader = reader;
        this.others = others;
    }

    @Override
    List<NetworkConfig> items(SwitchConfig config) {
        return config.networks();
    }

    @Override
    ObjectNode desired(NetworkConfig network) {
        return Json.of(network);
    }

    @Override
    ObjectNode shown(NetworkConfig network) {
        return desired(network).put("effectiveMtu", service.mtu(network));
    }

    /** What a document of this resource says about the desired state. */
    static ObjectNode writable(ObjectNode json) {
        return json.without(READ_ONLY);
    }

    @Override
    NetworkConfig read(ObjectNode desired) {
        return reader.network(desired, "");
    }

    @Override
    SwitchConfig with(SwitchConfig config, NetworkConfig network) {
        return config.with(network);
    }

    @Override
    void checkChange(SwitchConfig config, NetworkConfig before, NetworkConfig after) {
        requireTagsInUse(config, before, after);
        others.requireUnused(config, config.with(after));
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

    @Override
    SwitchConfig without(SwitchConfig config, NetworkConfig network) {
        requireUnused(config, network.name());
        others.requireUnused(config, config.withoutNetwork(network.name()));
        return config.withoutNetwork(network.name());
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
}
