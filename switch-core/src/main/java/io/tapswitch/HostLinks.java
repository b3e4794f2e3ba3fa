package io.tapswitch;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.config.Trunk;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The ports that lead to other hosts of the cluster: one {@code vxlan} port for each, named {@code vtep-<host>}, in no
 * configuration and on no disk. A link carries those of its networks that the configuration has and that have a VNI; with
 * none left, there is no port. Where a port of the configuration leads to the same VTEP, the link stays closed until that
 * port is gone.
 *
 * <p>Changed under the lock of {@link SwitchService}, which opens and closes the ports; read from any thread.
 */
final class HostLinks {
    private static final String TYPE = "vxlan";
    private static final String PREFIX = "vtep-";

    private final PortDrivers drivers;
    private final EventLoops loops;

    /** By name; replaced as a whole. */
    private volatile Map<String, PortSlot> slots = Map.of();

    private Map<String, HostLink> wanted = Map.of();
    private Map<String, PortSlot> byHost = Map.of();

    /** To be opened as soon as nobody else has their VTEP: new ones, and those that are kept out. */
    private final Set<PortSlot> waiting = new LinkedHashSet<>();

    /** What only one port can hold: which port of the configuration does, by name, and which link last did. */
    private Map<String, String> owners = Map.of();

    private final Map<String, PortSlot> holders = new HashMap<>();
    private SwitchConfig followed;

    HostLinks(PortDrivers drivers, EventLoops loops) {
        this.drivers = drivers;
        this.loops = loops;
    }

    Collection<PortSlot> slots() {
        return slots.values();
    }

    /** Null if there is none of that name. */
    PortSlot slot(String name) {
        return slots.get(name);
    }

    /** The link to a host; null if there is none. */
    PortSlot to(String host) {
        return byHost.get(host);
    }

    /** Takes note of the hosts that frames are to go to; {@link #follow} does the rest. @return whether they are others */
    boolean want(Collection<HostLink> links) {
        Map<String, HostLink> next = new LinkedHashMap<>();
        links.forEach(link -> next.put(link.host(), link));
        if (next.equals(wanted)) {
            return false;
        }
        wanted = next;
        followed = null;
        return true;
    }

    /**
     * Brings the links to what is wanted, as far as the configuration has their networks.
     *
     * @param isTaken whether another port has a name
     * @return the links that are no more, to be closed
     */
    List<PortSlot> follow(SwitchConfig config, Predicate<String> isTaken) {
        if (config == followed) {
            return List.of();
        }
        followed = config;
        owners = owners(config);
        Map<String, PortSlot> next = new LinkedHashMap<>();
        Set<String> names = new HashSet<>(slots.keySet());
        for (HostLink link : wanted.values()) {
            List<String> networks = networksOf(link, config);
            if (!networks.isEmpty()) {
                next.put(link.host(), slotFor(link, networks, name -> names.contains(name) || isTaken.test(name)));
                names.add(next.get(link.host()).name());
            }
        }
        return replaceBy(next);
    }

    private Map<String, String> owners(SwitchConfig config) {
        Map<String, String> result = new HashMap<>();
        for (PortConfig port : config.ports()) {
            if (port.type().equals(TYPE)) {
                result.put(SwitchConfig.exclusiveResource(drivers, port), port.name());
            }
        }
        return result;
    }

    private static List<String> networksOf(HostLink link, SwitchConfig config) {
        return config.networks().stream()
                .filter(network -> network.vni() != null)
                .map(NetworkConfig::name)
                .filter(link.networks()::contains)
                .toList();
    }

    private PortSlot slotFor(HostLink link, List<String> networks, Predicate<String> isTaken) {
        PortSlot present = byHost.get(link.host());
        if (present == null) {
            PortConfig config = config(freeName(link.host(), isTaken), link, networks);
            return new PortSlot(config, null, link.host(), new PortCounters(loops.count()));
        }
        if (!present.config().settings().equals(link.settings())) {
            return new PortSlot(config(present.name(), link, networks), null, link.host(), present.counters());
        }
        if (!carries(present.config(), networks)) {
            present.config(config(present.name(), link, networks));
        }
        return present;
    }

    private static PortConfig config(String name, HostLink link, List<String> networks) {
        List<String> others = networks.subList(1, networks.size());
        Trunk trunk = others.isEmpty() ? null : new Trunk(false, others);
        return PortConfig.of(name, TYPE, networks.get(0), link.settings())
                .but()
                .trunk(trunk)
                .build();
    }

    private static boolean carries(PortConfig port, List<String> networks) {
        List<String> others = port.trunk() == null ? List.of() : port.trunk().networks();
        return port.network().equals(networks.get(0)) && others.equals(networks.subList(1, networks.size()));
    }

    private static String freeName(String host, Predicate<String> isTaken) {
        String name = cut(PREFIX + host, "");
        for (int number = 2; isTaken.test(name); number++) {
            name = cut(PREFIX + host, "-" + number);
        }
        return name;
    }

    /** A long name is cut to make room for its end. */
    private static String cut(String name, String end) {
        return name.substring(0, Math.min(Checks.MAX_NAME - end.length(), name.length())) + end;
    }

    private List<PortSlot> replaceBy(Map<String, PortSlot> next) {
        Set<PortSlot> present = new HashSet<>(byHost.values());
        next.values().stream().filter(slot -> !present.contains(slot)).forEach(waiting::add);
        List<PortSlot> gone = new ArrayList<>(byHost.values());
        gone.removeAll(new HashSet<>(next.values()));
        gone.forEach(waiting::remove);
        holders.values().removeAll(new HashSet<>(gone));
        byHost = next;
        Map<String, PortSlot> byName = new LinkedHashMap<>();
        next.values().forEach(slot -> byName.put(slot.name(), slot));
        slots = byName;
        return gone;
    }

    /** The links to be opened now, as far as their VTEP is {@linkplain #claim free}. */
    List<PortSlot> waiting() {
        return List.copyOf(waiting);
    }

    /** Claims what a link needs for itself before it is opened. @throws IOException if another port has it */
    void claim(PortSlot link) throws IOException {
        String resource = SwitchConfig.exclusiveResource(drivers, link.config());
        String owner = owners.get(resource);
        PortSlot holder = holders.get(resource);
        waiting.add(link);
        if (owner != null) {
            throw new IOException(usedBy(resource, owner));
        }
        if (holder != null && holder != link && holder.isOpen()) {
            throw new IOException(resource + " is used by port '" + holder.name() + "', which leads to host '"
                    + holder.host() + "': give each host a VTEP of its own");
        }
        waiting.remove(link);
        holders.put(resource, link);
    }

    /** Makes way for a port of the configuration that is about to be opened. */
    void makeWayFor(PortConfig port, long nowNanos) {
        if (holders.isEmpty()) {
            return;
        }
        String resource = SwitchConfig.exclusiveResource(drivers, port);
        PortSlot holder = holders.get(resource);
        if (holder != null && holder.isOpen()) {
            waiting.add(holder);
            holder.failed(usedBy(resource, port.name()), nowNanos);
        }
    }

    private static String usedBy(String resource, String owner) {
        return resource + " is used by port '" + owner + "' of the configuration: delete that port to have this one";
    }

    /** The configuration neither takes a name that a link has, nor nails a station to one. */
    void check(SwitchConfig next) {
        Map<String, PortSlot> present = slots;
        for (int i = 0; i < next.ports().size(); i++) {
            refuse(present.get(next.ports().get(i).name()), "ports[" + i + "].name", "choose another name");
        }
        for (int i = 0; i < next.fdb().size(); i++) {
            refuse(present.get(next.fdb().get(i).port()), "fdb[" + i + "].port", "nail the station down on that host");
        }
    }

    private static void refuse(PortSlot link, String field, String advice) {
        if (link != null) {
            throw ConfigException.conflict(
                    field,
                    "port '" + link.name() + "' leads to host '" + link.host()
                            + "' of the cluster, and comes and goes with it; " + advice);
        }
    }
}
