package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemotePort;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** {@code /api/v1/hosts}: the machines that share the networks, the one that answers first, and their ports. */
final class HostResource implements Resource {
    private static final String ALL = "/api/v1/hosts";
    private static final String ONE = ALL + "/{host}";

    private final HostInfo host;
    private final SwitchService service;
    private final OtherHosts others;

    HostResource(HostInfo host, SwitchService service, OtherHosts others) {
        this.host = host;
        this.service = service;
        this.others = others;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(ALL, this::list),
                Operation.get(ONE, this::show),
                Operation.remoteGet(ONE + "/ports", this::ports));
    }

    private Answer list(Call call) {
        List<RemoteHost> all =
                Stream.concat(Stream.of(thisHost()), others.all().stream()).toList();
        return Answer.ok(Json.list(all, this::json));
    }

    private Answer show(Call call) {
        return Answer.ok(json(isThis(call.path("host")) ? thisHost() : others.existing(call.path("host"))));
    }

    private Answer ports(Call call) {
        boolean own = isThis(call.path("host"));
        List<RemotePort> ports = own ? ports() : others.ports(call.path("host"));
        return Answer.ok(Json.list(ports, Json::present));
    }

    /** As other hosts are told: without those that lead to them. */
    private List<RemotePort> ports() {
        SwitchConfig config = service.config();
        return service.ports().stream()
                .filter(port -> port.host() == null)
                .map(port -> RemotePort.of(port, config))
                .toList();
    }

    private boolean isThis(String name) {
        return name.equals(host.name());
    }

    private ObjectNode json(RemoteHost shown) {
        ObjectNode json = Json.present(shown).put("local", isThis(shown.name()));
        if (shown.vtepPort() == 0) {
            json.remove("vtepPort");
        }
        if (shown.mtu() == 0) {
            json.remove("mtu");
        }
        return json;
    }

    /** This host as the others see it. */
    private RemoteHost thisHost() {
        return new RemoteHost(
                host.name(),
                host.version(),
                "up",
                null,
                null,
                host.vteps(),
                host.vtepPort(),
                null,
                0,
                service.eventLoops(),
                networks(),
                others.cluster().map(ClusterState::published).orElse(0),
                null);
    }

    /** Those with ports that lead to stations, not to other hosts. */
    private List<String> networks() {
        SwitchConfig config = service.config();
        Set<String> used = new HashSet<>();
        service.ports().stream()
                .map(PortView::config)
                .filter(port -> !port.crossesOverlay())
                .forEach(port -> {
                    used.add(port.network());
                    config.trunkOf(port).forEach(network -> used.add(network.name()));
                });
        return config.networks().stream()
                .map(NetworkConfig::name)
                .filter(used::contains)
                .toList();
    }
}
