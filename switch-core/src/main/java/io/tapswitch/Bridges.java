package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The bridges, one for each network of the desired state, and which of them the ports belong to. Changed under the lock of
 * {@link SwitchService}; looked at from any thread.
 */
final class Bridges {
    private final FdbEvents events;
    private final AnalysisBridges analysis = new AnalysisBridges();

    /** By network; replaced as a whole. */
    private volatile Map<String, Bridge> bridges = Map.of();

    private volatile Layout layout = Layout.EMPTY;

    /** @param events told what becomes of stations */
    Bridges(FdbEvents events) {
        this.events = events;
    }

    /** By network, in the order of the desired state. */
    Map<String, Bridge> byNetwork() {
        return bridges;
    }

    /** Where ports belong. */
    Layout layout() {
        return layout;
    }

    /** The bridge of a network. @throws ConfigException if there is none of that name */
    Bridge require(String network) {
        Bridge bridge = bridges.get(network);
        if (bridge == null) {
            throw ConfigException.notFound("", "network '" + network + "' does not exist");
        }
        return bridge;
    }

    /**
     * Brings the bridges to the desired state; the ports are to be {@linkplain #attach attached} then.
     *
     * @param now when quarantines may be over
     * @param slots that may be open, and then say what their way allows
     */
    void follow(SwitchConfig config, Instant now, Stream<PortSlot> slots) {
        Map<String, Bridge> next = new LinkedHashMap<>();
        for (NetworkConfig network : config.networks()) {
            Bridge bridge = bridges.get(network.name());
            if (bridge == null) {
                bridge = new Bridge(network.name(), network.settings(), events.of(network.name()));
            } else if (!bridge.settings().equals(network.settings())) {
                bridge.configure(network.settings());
            }
            next.put(network.name(), bridge);
        }
        bridges = next;
        layout = new Layout(config, next, analysis.follow(config.analysisPorts(now)), now, slots);
    }

    /** Brings a port where it belongs. @return bridges that need new flood lists */
    Set<Bridge> attach(PortSlot slot) {
        return slot.attach(layout.attachment(slot.config()), layout.mtu(slot.config()));
    }

    /** The networks, by name, that frames of this host come from by these ports. */
    Set<String> inUse(SwitchConfig config, Stream<PortSlot> slots) {
        Layout now = layout;
        Set<String> networks = new LinkedHashSet<>();
        slots.filter(PortSlot::bringsFrames)
                .map(PortSlot::config)
                .filter(port -> !now.isAway(port))
                .forEach(port -> {
                    networks.add(port.network());
                    config.trunkOf(port).forEach(network -> networks.add(network.name()));
                });
        return networks;
    }

    /** Forgets the stations that were not heard for long. */
    void age(long nowNanos) {
        bridges.values().forEach(bridge -> bridge.age(nowNanos));
        analysis.age(nowNanos);
    }
}
