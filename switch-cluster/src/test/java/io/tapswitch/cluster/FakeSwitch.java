package io.tapswitch.cluster;

import io.tapswitch.LocalStation;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A switch that is nothing but its tables. */
final class FakeSwitch implements LocalSwitch {
    /** Where a station is: behind a port here, or behind a host. */
    private record Place(String port, String host) {}

    private final Map<String, Map<Long, Place>> fdb = new HashMap<>();
    private final Map<String, Map<String, Long>> local = new HashMap<>();
    private final Map<String, Map<String, Long>> remote = new TreeMap<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> fixed = new HashSet<>();
    private final Set<String> dead = new HashSet<>();
    private Map<String, Link> links = Map.of();
    private SwitchConfig config = SwitchConfig.EMPTY;
    private FileTime written;
    private long changes;
    private boolean isFull;
    int linkChanges;

    /** Defines a network, as an operator does by REST. */
    FakeSwitch with(NetworkConfig network) {
        config = config.with(network);
        return this;
    }

    FakeSwitch without(String network) {
        config = config.withoutNetwork(network);
        return this;
    }

    /** Gives the switch a port in a network. */
    FakeSwitch use(String network) {
        used.add(network);
        return this;
    }

    void leave(String network) {
        used.remove(network);
    }

    void fix(String network) {
        fixed.add(network);
    }

    /** A frame of a station came in by a port. @return whether that is news */
    boolean hear(String network, long mac, String port) {
        Place before = table(network).put(mac, new Place(port, null));
        return before == null || !port.equals(before.port());
    }

    void forget(String network, long mac) {
        table(network).remove(mac);
    }

    void address(String network, String address, long mac) throws UnknownHostException {
        local.computeIfAbsent(network, absent -> new LinkedHashMap<>())
                .put(InetAddress.getByName(address).getHostAddress(), mac);
        changes++;
    }

    private Map<Long, Place> table(String network) {
        return fdb.computeIfAbsent(network, absent -> new HashMap<>());
    }

    /** The host that frames for a station go to; null if they stay here, or nobody knows. */
    String hostOf(String network, long mac) {
        Place place = table(network).get(mac);
        return place == null ? null : place.host();
    }

    boolean isHere(String network, long mac) {
        Place place = table(network).get(mac);
        return place != null && place.port() != null;
    }

    int remoteStations() {
        return fdb.values().stream()
                .mapToInt(table -> (int) table.values().stream()
                        .filter(place -> place.host() != null)
                        .count())
                .sum();
    }

    Map<String, Link> linksByHost() {
        return links;
    }

    Map<String, Long> neighboursElsewhere(String network) {
        return remote.getOrDefault(network, Map.of());
    }

    /** The VTEP of a host does not answer, or does again. */
    void dead(String host, boolean isDead) {
        if (isDead) {
            dead.add(host);
        } else {
            dead.remove(host);
        }
    }

    /** The disk takes no state. */
    void full(boolean full) {
        isFull = full;
    }

    void stateWritten(FileTime time) {
        written = time;
    }

    @Override
    public SwitchConfig config() {
        return config;
    }

    @Override
    public FileTime stateWrittenAt() {
        return written;
    }

    @Override
    public boolean isFixed(String network) {
        return fixed.contains(network);
    }

    @Override
    public Set<String> networksInUse() {
        return used;
    }

    @Override
    public List<LocalStation> stations(String network) {
        List<LocalStation> stations = new ArrayList<>();
        table(network).forEach((mac, place) -> {
            if (place.port() != null) {
                stations.add(new LocalStation(mac, place.port(), false));
            }
        });
        return stations;
    }

    @Override
    public long neighbourChanges(String network) {
        return changes;
    }

    @Override
    public List<LocalNeighbour> neighbours(String network) {
        List<LocalNeighbour> neighbours = new ArrayList<>();
        local.getOrDefault(network, Map.of())
                .forEach((address, mac) -> neighbours.add(new LocalNeighbour(bytes(address), mac)));
        return neighbours;
    }

    private static byte[] bytes(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public List<RemotePort> ports() {
        return List.of(new RemotePort("web1", "tap", "blue", null, "up", null, "tap0"));
    }

    @Override
    public void links(Collection<Link> wanted) {
        linkChanges++;
        Map<String, Link> next = new TreeMap<>();
        wanted.forEach(link -> next.put(link.host(), link));
        links = next;
        // The FDB entries of a port go with it.
        fdb.forEach((network, table) -> table.values()
                .removeIf(place -> place.host() != null
                        && (!next.containsKey(place.host())
                                || !next.get(place.host()).networks().contains(network))));
    }

    @Override
    public Map<String, LinkState> linkStates() {
        Map<String, LinkState> states = new HashMap<>();
        links.keySet().forEach(host -> states.put(host, new LinkState("vtep-" + host, !dead.contains(host), null)));
        return states;
    }

    @Override
    public void putStations(String host, String network, long[] macs, boolean overLocal) {
        Link link = links.get(host);
        if (link == null || !link.networks().contains(network)) {
            return;
        }
        for (long mac : macs) {
            Place place = table(network).get(mac);
            if (place == null || place.port() == null || overLocal) {
                table(network).put(mac, new Place(null, host));
            }
        }
    }

    @Override
    public void removeStations(String host, String network, long[] macs) {
        for (long mac : macs) {
            if (host.equals(hostOf(network, mac))) {
                table(network).remove(mac);
            }
        }
    }

    @Override
    public void putNeighbour(String network, byte[] address, long mac) {
        remote.computeIfAbsent(network, absent -> new TreeMap<>()).put(text(address), mac);
    }

    @Override
    public void removeNeighbour(String network, byte[] address, long mac) {
        remote.getOrDefault(network, Map.of()).remove(text(address), mac);
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public void define(NetworkConfig network) throws IOException {
        change(config.with(network), network.name());
    }

    @Override
    public void delete(String network) throws IOException {
        change(config.withoutNetwork(network), network);
    }

    private void change(SwitchConfig next, String network) throws IOException {
        if (fixed.contains(network)) {
            throw ConfigException.conflict("", "network '" + network + "' is defined in the configuration file");
        }
        next.check(new PortDrivers(List.of()));
        if (isFull) {
            throw new IOException("No space left on device");
        }
        config = next;
    }

    /** A port that names a network, so that it cannot be deleted. */
    void portIn(String network) {
        config = config.with(PortConfig.of("p", "memory", network, "none"));
    }
}
