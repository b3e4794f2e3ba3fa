package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.FdbEntry.Type;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.SwitchConfig;
import java.util.List;
import java.util.Objects;

/**
 * What is put into forwarding tables besides the desired state: what an operator puts for now, and what the hosts of a
 * cluster tell each other of their stations. Changed under the lock of {@link SwitchService}; read from any thread.
 */
final class Stations {
    private final PortSlots slots;
    private final Bridges bridges;

    Stations(PortSlots slots, Bridges bridges) {
        this.slots = slots;
        this.bridges = bridges;
    }

    /** Puts an operator's entry. @throws ConfigException if there is no such network, or its frames do not pass the port */
    void put(SwitchConfig config, String network, long mac, String port, Type type) {
        PortSlot slot = slots.find(port);
        if (slot == null) {
            throw conflict(port, "does not exist");
        }
        if (!config.carries(slot.config(), network)) {
            throw conflict(port, "is not in network '" + network + "'");
        }
        if (!slot.isOpen()) {
            throw conflict(port, "is not up; see its state");
        }
        if (bridges.layout().isAway(slot.config())) {
            throw conflict(port, "is in no network now, as an analysis port or in quarantine");
        }
        bridges.require(network).table().put(mac, slot.bridgePort(), type, System.nanoTime());
    }

    private static ConfigException conflict(String port, String reason) {
        return ConfigException.conflict("port", "port '" + port + "' " + reason);
    }

    /** The stations of a network behind ports of this host; none if there is no such network. Any thread. */
    List<LocalStation> local(String network) {
        Bridge bridge = bridges.byNetwork().get(network);
        return bridge == null
                ? List.of()
                : bridge.table().entries().stream()
                        .map(entry -> local(entry, entry.port()))
                        .filter(Objects::nonNull)
                        .toList();
    }

    /** Null for a station behind another host. @param port of the entry, which may move meanwhile */
    private static LocalStation local(FdbEntry<BridgePort> entry, BridgePort port) {
        return port.isOverlay() ? null : new LocalStation(entry.mac(), port.name(), entry.type() == Type.STATIC);
    }

    /** Puts stations behind another host. @return how many of them are there now */
    int putExtern(SwitchConfig config, String host, String network, long[] macs, boolean overLocal) {
        BridgePort link = openLink(config, host, network);
        return link == null
                ? 0
                : bridges.require(network)
                        .table()
                        .put(macs, link, Type.EXTERN, System.nanoTime(), old -> mayGo(old, overLocal));
    }

    /** Null if there is none, or it does not carry the network. */
    private BridgePort openLink(SwitchConfig config, String host, String network) {
        PortSlot link = slots.hostLinks().to(host);
        return link != null && link.isOpen() && config.carries(link.config(), network) ? link.bridgePort() : null;
    }

    private static boolean mayGo(FdbEntry<BridgePort> old, boolean overLocal) {
        return switch (old.type()) {
            case STATIC, STICKY -> false;
            case DYNAMIC -> overLocal || old.port().isOverlay();
            case EXTERN -> true;
        };
    }

    /** Takes stations out that are behind another host, unless an operator has put or pinned them there. */
    void removeExtern(SwitchConfig config, String host, String network, long[] macs) {
        BridgePort link = openLink(config, host, network);
        if (link != null) {
            bridges.require(network)
                    .table()
                    .removeIf(
                            macs,
                            entry -> entry.port() == link
                                    && (entry.type() == Type.EXTERN || entry.type() == Type.DYNAMIC));
        }
    }
}
