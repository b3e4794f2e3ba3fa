package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemotePort;
import java.util.List;
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
        return service.ports().stream()
                .filter(port -> port.host() == null)
                .map(this::port)
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
                0,
                service.eventLoops(),
                networks(),
                others.cluster().map(ClusterState::published).orElse(0),
                null);
    }

    /** Those with ports that lead to stations, not to other hosts. */
    private List<String> networks() {
        List<PortView> ports = service.ports();
        return service.config().networks().stream()
                .filter(network -> ports.stream()
                        .map(PortView::config)
                        .anyMatch(port -> !port.crossesOverlay() && carries(port, network)))
                .map(NetworkConfig::name)
                .toList();
    }

    private static boolean carries(PortConfig port, NetworkConfig network) {
        return port.network().equals(network.name()) || isInTrunk(port, network);
    }

    private static boolean isInTrunk(PortConfig port, NetworkConfig network) {
        if (port.trunk() == null || !port.trunk().all()) {
            return port.trunk() != null && port.trunk().networks().contains(network.name());
        }
        return (port.crossesOverlay() ? network.vni() : network.vlan()) != null;
    }

    private RemotePort port(PortView view) {
        return new RemotePort(
                view.config().name(),
                view.config().type(),
                view.config().network(),
                trunk(view.config()),
                view.status().label(),
                view.reason(),
                view.info() == null ? null : view.info().device());
    }

    private List<String> trunk(PortConfig port) {
        if (port.trunk() == null) {
            return null;
        }
        return service.config().networks().stream()
                .filter(network -> isInTrunk(port, network) && !network.name().equals(port.network()))
                .map(NetworkConfig::name)
                .toList();
    }
}
