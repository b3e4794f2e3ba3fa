package io.tapswitch.cluster;

import io.tapswitch.HostLink;
import io.tapswitch.LocalStation;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.Neighbour;
import io.tapswitch.bridge.NeighbourTable;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.vxlan.VxlanSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The switch of this host, as it is: {@link SwitchService}, and what the configuration of the cluster says of links. */
final class ServiceSwitch implements LocalSwitch {
    private final SwitchService service;
    private final ClusterConfig config;
    private final Path state;

    /** @param stateDirectory of the service */
    ServiceSwitch(SwitchService service, ClusterConfig config, Path stateDirectory) {
        this.service = service;
        this.config = config;
        state = stateDirectory.resolve("state.json");
    }

    @Override
    public SwitchConfig config() {
        return service.config();
    }

    @Override
    public FileTime stateWrittenAt() {
        try {
            return Files.getLastModifiedTime(state);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public boolean isFixed(String network) {
        return service.isInFile(network);
    }

    @Override
    public Set<String> networksInUse() {
        return service.networksInUse();
    }

    @Override
    public List<LocalStation> stations(String network) {
        return service.localStations(network);
    }

    @Override
    public long neighbourChanges(String network) {
        return table(network).map(NeighbourTable::changes).orElse(0L);
    }

    /** Of a network that is just deleted there is none. */
    private Optional<NeighbourTable> table(String network) {
        return service.findBridge(network).map(Bridge::neighbours);
    }

    @Override
    public List<LocalNeighbour> neighbours(String network) {
        return table(network).stream()
                .flatMap(table -> table.entries().stream())
                .filter(Neighbour::isLocal)
                .map(neighbour -> new LocalNeighbour(neighbour.address().getAddress(), neighbour.mac()))
                .toList();
    }

    @Override
    public List<RemotePort> ports() {
        SwitchConfig desired = service.config();
        return service.ownPorts().stream()
                .map(port -> RemotePort.of(port, desired))
                .toList();
    }

    @Override
    public void links(Collection<Link> links) {
        service.links(links.stream()
                .map(link -> new HostLink(link.host(), settings(link), link.networks()))
                .toList());
    }

    private VxlanSettings settings(Link link) {
        return new VxlanSettings(
                link.remote(),
                link.local(),
                config.vtepPort(),
                config.namespace(),
                null,
                null,
                null,
                null,
                null,
                true,
                null,
                config.encryption() ? config.secretFile() : null);
    }

    @Override
    public Map<String, LinkState> linkStates() {
        Map<String, LinkState> states = new HashMap<>();
        for (PortView view : service.linkPorts()) {
            boolean isAlive = view.remote() != null && view.remote().state().equals("alive");
            states.put(view.host(), new LinkState(view.config().name(), isAlive, view.reason()));
        }
        return states;
    }

    @Override
    public void putStations(String host, String network, long[] macs, boolean overLocal) {
        service.putExtern(host, network, macs, overLocal);
    }

    @Override
    public void removeStations(String host, String network, long[] macs) {
        service.removeExtern(host, network, macs);
    }

    @Override
    public void putNeighbour(String network, byte[] address, long mac) {
        table(network).ifPresent(table -> table.putRemote(address, mac));
    }

    @Override
    public void removeNeighbour(String network, byte[] address, long mac) {
        table(network).ifPresent(table -> table.removeRemote(address, mac));
    }

    @Override
    public void define(NetworkConfig network) throws IOException {
        service.apply(now -> now.with(network));
    }

    @Override
    public void delete(String network) throws IOException {
        service.apply(now -> now.withoutNetwork(network));
    }
}
