package io.tapswitch.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The desired state of one switch, as a whole. Immutable; {@link #check} says whether its parts fit each other.
 *
 * @param networks in the order in which they were made; {@code default} is always among them
 * @param ports in the order in which they were made
 * @param fdb the static stations
 * @param mirrors in the order in which they were made
 */
public record SwitchConfig(
        List<NetworkConfig> networks, List<PortConfig> ports, List<StaticEntry> fdb, List<MirrorConfig> mirrors) {
    /** A switch with the default network and nothing else. */
    public static final SwitchConfig EMPTY = new SwitchConfig(List.of(), List.of(), List.of(), List.of());

    /** Adds the default network if it is not there. */
    public SwitchConfig {
        networks = Checks.list("networks", networks);
        if (networks.stream().noneMatch(network -> network.name().equals(NetworkConfig.DEFAULT))) {
            List<NetworkConfig> all = new ArrayList<>(List.of(NetworkConfig.named(NetworkConfig.DEFAULT)));
            all.addAll(networks);
            networks = List.copyOf(all);
        }
        ports = Checks.list("ports", ports);
        fdb = Checks.list("fdb", fdb);
        mirrors = Checks.list("mirrors", mirrors);
    }

    /** The network of that name. */
    public Optional<NetworkConfig> network(String name) {
        return find(networks, network -> network.name().equals(name));
    }

    /** The port of that name. */
    public Optional<PortConfig> port(String name) {
        return find(ports, port -> port.name().equals(name));
    }

    /** The mirror of that name. */
    public Optional<MirrorConfig> mirror(String name) {
        return find(mirrors, mirror -> mirror.name().equals(name));
    }

    private static <T> Optional<T> find(List<T> list, Predicate<T> wanted) {
        return list.stream().filter(wanted).findFirst();
    }

    /** The same with this network, in place of one of the same name. */
    public SwitchConfig with(NetworkConfig network) {
        return new SwitchConfig(replaced(networks, network, NetworkConfig::name), ports, fdb, mirrors);
    }

    /** The same with this port, in place of one of the same name. */
    public SwitchConfig with(PortConfig port) {
        return new SwitchConfig(networks, replaced(ports, port, PortConfig::name), fdb, mirrors);
    }

    /** The same with this static station, in place of one with the same network and address. */
    public SwitchConfig with(StaticEntry entry) {
        return new SwitchConfig(networks, ports, replaced(fdb, entry, e -> List.of(e.network(), e.mac())), mirrors);
    }

    /** The same with this mirror, in place of one of the same name. */
    public SwitchConfig with(MirrorConfig mirror) {
        return new SwitchConfig(networks, ports, fdb, replaced(mirrors, mirror, MirrorConfig::name));
    }

    /** The same without this mirror. */
    public SwitchConfig withoutMirror(String name) {
        return new SwitchConfig(
                networks, ports, fdb, without(mirrors, mirror -> mirror.name().equals(name)));
    }

    /** Whether the time of a mirror or a quarantine is over. */
    public boolean hasExpired(Instant now) {
        return mirrors.stream().anyMatch(mirror -> mirror.isOver(now))
                || ports.stream()
                        .map(PortConfig::quarantine)
                        .anyMatch(quarantine -> quarantine != null && quarantine.isOver(now));
    }

    /** The same without the mirrors and quarantines whose time is over. */
    public SwitchConfig withoutExpired(Instant now) {
        List<PortConfig> released = ports.stream()
                .map(port ->
                        port.quarantine() != null && port.quarantine().isOver(now) ? port.withQuarantine(null) : port)
                .toList();
        return new SwitchConfig(networks, released, fdb, without(mirrors, mirror -> mirror.isOver(now)));
    }

    /** The ports that are in no network, as mirrors and quarantines have them: whose time is not over. */
    public Set<String> analysisPorts(Instant now) {
        return analysisUses(now).keySet();
    }

    /** The same, with what has them. */
    public Map<String, AnalysisUse> analysisUses(Instant now) {
        return Analysis.uses(this, now);
    }

    /** The same without this network, and without its static stations and the mirrors of it. */
    public SwitchConfig withoutNetwork(String name) {
        return new SwitchConfig(
                without(networks, network -> network.name().equals(name)),
                ports,
                without(fdb, entry -> entry.network().equals(name)),
                without(mirrors, mirror -> name.equals(mirror.network())));
    }

    /** The same without this port, and without the static stations behind it and the mirrors from it and to it. */
    public SwitchConfig withoutPort(String name) {
        return new SwitchConfig(
                networks,
                without(ports, port -> port.name().equals(name)),
                without(fdb, entry -> entry.port().equals(name)),
                without(
                        mirrors,
                        mirror -> name.equals(mirror.port())
                                || name.equals(mirror.to().port())));
    }

    /** The same without this static station. */
    public SwitchConfig withoutEntry(String network, String mac) {
        return new SwitchConfig(
                networks,
                ports,
                without(
                        fdb,
                        entry -> entry.network().equals(network) && entry.mac().equals(mac)),
                mirrors);
    }

    private static <T> List<T> replaced(List<T> list, T item, Function<T, Object> key) {
        List<T> result = new ArrayList<>(list);
        for (int i = 0; i < result.size(); i++) {
            if (key.apply(result.get(i)).equals(key.apply(item))) {
                result.set(i, item);
                return result;
            }
        }
        result.add(item);
        return result;
    }

    private static <T> List<T> without(List<T> list, Predicate<T> unwanted) {
        return list.stream().filter(unwanted.negate()).toList();
    }

    /**
     * Checks that the parts fit each other: names, VLANs and far sides are unique, what is referred to exists.
     *
     * @throws ConfigException naming the first field that does not fit
     */
    public void check(PortDrivers drivers) {
        unique("networks", networks, SwitchConfig::label, SwitchConfig::label, "name");
        unique(
                "networks",
                networks,
                SwitchConfig::label,
                network -> network.vlan() == null ? null : "VLAN " + network.vlan(),
                "vlan");
        unique(
                "networks",
                networks,
                SwitchConfig::label,
                network -> network.vni() == null ? null : "VNI " + network.vni(),
                "vni");
        unique("ports", ports, SwitchConfig::label, SwitchConfig::label, "name");
        unique("ports", ports, SwitchConfig::label, port -> exclusiveResource(drivers, port), PortConfig::type);
        unique("fdb", fdb, SwitchConfig::label, SwitchConfig::label, "mac");
        Map<String, NetworkConfig> known = new HashMap<>();
        networks.forEach(network -> known.put(network.name(), network));
        for (int i = 0; i < ports.size(); i++) {
            checkNetworks("ports[" + i + "]", ports.get(i), known);
            checkTrunk("ports[" + i + "]", ports.get(i), drivers);
        }
        for (int i = 0; i < fdb.size(); i++) {
            checkEntry("fdb[" + i + "]", fdb.get(i), known);
        }
        unique("mirrors", mirrors, mirror -> "mirror '" + mirror.name() + "'", MirrorConfig::name, "name");
        Analysis.check(this, drivers);
    }

    private static String label(NetworkConfig network) {
        return "network '" + network.name() + "'";
    }

    private static String label(PortConfig port) {
        return "port '" + port.name() + "'";
    }

    private static String label(StaticEntry entry) {
        return entry.mac() + " in network '" + entry.network() + "'";
    }

    private static <T> void unique(
            String list, List<T> items, Function<T, String> label, Function<T, String> key, String field) {
        unique(list, items, label, key, item -> field);
    }

    private static <T> void unique(
            String list, List<T> items, Function<T, String> label, Function<T, String> key, Function<T, String> field) {
        Map<String, T> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            T item = items.get(i);
            String path = list + "[" + i + "]";
            String value = under(path, key, item);
            T other = value == null ? null : seen.put(value, item);
            if (other != null) {
                String users = value.equals(label.apply(item))
                        ? " is there twice"
                        : " is used by both " + label.apply(other) + " and " + label.apply(item);
                throw ConfigException.conflict(path + "." + field.apply(item), value + users);
            }
        }
    }

    private static <T> String under(String path, Function<T, String> key, T item) {
        try {
            return key.apply(item);
        } catch (ConfigException e) {
            throw e.under(path);
        }
    }

    /** Names what only one port can hold, see {@link PortDriver#exclusiveResource}; null if this one needs no such thing. */
    public static String exclusiveResource(PortDrivers drivers, PortConfig port) {
        return exclusiveResource(drivers.of(port.type()), port);
    }

    private static <C> String exclusiveResource(PortDriver<C> driver, PortConfig port) {
        return driver.exclusiveResource(port.name(), driver.settingsType().cast(port.settings()));
    }

    private static void checkNetworks(String path, PortConfig port, Map<String, NetworkConfig> known) {
        NetworkConfig untagged = checkNetwork(path + ".network", port.network(), known);
        if (port.crossesOverlay()) {
            requireTag(path + ".network", untagged, port);
        }
        List<String> trunk = port.trunk() == null ? List.of() : port.trunk().networks();
        for (int i = 0; i < trunk.size(); i++) {
            String field = path + ".trunk[" + i + "]";
            requireTag(field, checkNetwork(field, trunk.get(i), known), port);
        }
    }

    private static void requireTag(String field, NetworkConfig network, PortConfig port) {
        if (port.tagOf(network) == null) {
            String without = port.crossesOverlay()
                    ? "' has no vni; give it one to carry it on the overlay"
                    : "' has no vlan; give it one to carry it on a trunk";
            throw ConfigException.conflict(field, "network '" + network.name() + without);
        }
    }

    private static void checkTrunk(String path, PortConfig port, PortDrivers drivers) {
        if (port.trunk() != null && !drivers.of(port.type()).carriesTags()) {
            throw ConfigException.invalid(
                    path + ".trunk", "a port of type " + port.type() + " carries no VLAN tags; leave it out");
        }
    }

    private static NetworkConfig checkNetwork(String field, String name, Map<String, NetworkConfig> known) {
        NetworkConfig network = known.get(name);
        if (network == null) {
            throw ConfigException.conflict(
                    field, "network '" + name + "' does not exist; create it first, or choose another");
        }
        return network;
    }

    private void checkEntry(String path, StaticEntry entry, Map<String, NetworkConfig> known) {
        checkNetwork(path + ".network", entry.network(), known);
        PortConfig port = port(entry.port())
                .orElseThrow(
                        () -> ConfigException.conflict(path + ".port", "port '" + entry.port() + "' does not exist"));
        if (!carries(port, entry.network())) {
            throw ConfigException.conflict(
                    path + ".port", "port '" + entry.port() + "' is not in network '" + entry.network() + "'");
        }
    }

    /** The networks whose frames cross a port with a tag or, on the overlay, besides those of its own network. */
    public List<NetworkConfig> trunkOf(PortConfig port) {
        if (port.trunk() == null) {
            return List.of();
        }
        Set<String> named = new HashSet<>(port.trunk().networks());
        return networks.stream()
                .filter(network -> port.tagOf(network) != null)
                .filter(network -> port.trunk().all() || named.contains(network.name()))
                .toList();
    }

    /** Whether a port belongs to a network, with or without a tag. */
    public boolean carries(PortConfig port, String network) {
        return port.network().equals(network)
                || trunkOf(port).stream().anyMatch(n -> n.name().equals(network));
    }

    /** The ports that name this network; a network in use is not removed. */
    public List<String> usersOf(String network) {
        return users(port -> port.network().equals(network) || isInTrunk(port, network));
    }

    /** The trunks that name this network, and so need its VLAN. */
    public List<String> usersOfVlan(String network) {
        return users(port -> !port.crossesOverlay() && isInTrunk(port, network));
    }

    /** The ports of the overlay that name this network, and so need its VNI. */
    public List<String> usersOfVni(String network) {
        return users(port -> port.crossesOverlay() && (port.network().equals(network) || isInTrunk(port, network)));
    }

    private List<String> users(Predicate<PortConfig> wanted) {
        return ports.stream().filter(wanted).map(PortConfig::name).toList();
    }

    private static boolean isInTrunk(PortConfig port, String network) {
        return port.trunk() != null && port.trunk().networks().contains(network);
    }

    /** The document form, read by {@link ConfigReader#config}. */
    public ObjectNode toJson() {
        return ConfigReader.write(this);
    }
}
