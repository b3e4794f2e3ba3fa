package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where the ports of one desired state belong, and how large the packets of its networks may be as far as the ways to
 * remote VTEPs are known. Immutable, so that a look-up for each of many ports need not search many networks.
 */
final class Layout {
    /** Of no state at all. */
    static final Layout EMPTY = new Layout(SwitchConfig.EMPTY, Map.of(), Map.of(), Instant.MIN, Stream.of());

    /** RFC 8200, 5. */
    private static final int LEAST_MTU = 1280;

    private final SwitchConfig config;
    private final Map<String, Bridge> bridges;
    private final Map<String, Bridge> analysis;
    private final Instant now;
    private final Map<String, NetworkConfig> networks = new HashMap<>();
    private final Map<String, Integer> pathMtus = new HashMap<>();

    /**
     * @param bridges one for each network of the state
     * @param analysis one for each analysis port, by name, which is in no network meanwhile
     * @param now when quarantines may be over
     * @param slots that may be open, and then say what their way allows
     */
    Layout(
            SwitchConfig config,
            Map<String, Bridge> bridges,
            Map<String, Bridge> analysis,
            Instant now,
            Stream<PortSlot> slots) {
        this.config = config;
        this.bridges = bridges;
        this.analysis = analysis;
        this.now = now;
        config.networks().forEach(network -> networks.put(network.name(), network));
        slots.filter(slot -> slot.isOpen() && slot.config().enabled()).forEach(this::noteWay);
    }

    private void noteWay(PortSlot slot) {
        int mtu = slot.port().pathMtu();
        if (mtu != Integer.MAX_VALUE) {
            pathMtus.merge(slot.config().network(), mtu, Math::min);
            config.trunkOf(slot.config()).forEach(network -> pathMtus.merge(network.name(), mtu, Math::min));
        }
    }

    /**
     * The largest packet that crosses a network: what it is configured for, or less where a way to a VTEP takes less. Not
     * less than IPv6 wants, as Linux takes IPv6 off an interface below that, for good: what a way then does not take, its
     * port refuses.
     */
    int mtu(NetworkConfig network) {
        int way = pathMtus.getOrDefault(network.name(), Integer.MAX_VALUE);
        return Math.min(network.mtu(), Math.max(LEAST_MTU, way));
    }

    /** The same for the network that a port's untagged frames belong to. */
    int mtu(PortConfig port) {
        return mtu(networks.get(port.network()));
    }

    /** Whether a port is in none of its networks, as it is an analysis port or in quarantine. */
    boolean isAway(PortConfig port) {
        return analysisOf(port) != null;
    }

    /** Null if the port is in its networks. */
    private Bridge analysisOf(PortConfig port) {
        Bridge own = analysis.get(port.name());
        boolean quarantined = port.quarantine() != null && !port.quarantine().isOver(now);
        return own != null || !quarantined
                ? own
                : analysis.get(port.quarantine().port());
    }

    /** What the bridges are to be told of a port. */
    PortSlot.Attachment attachment(PortConfig port) {
        Bridge away = analysisOf(port);
        if (away != null) {
            // Those in quarantine reach the analysis port, and not each other. A tag is for that port to read.
            PortSettings settings = port.bridgeSettings().inAnalysis(!analysis.containsKey(port.name()));
            return new PortSlot.Attachment(settings, away, null, List.of(), List.of());
        }
        List<Bridge> trunk = port.trunk() == null ? null : new ArrayList<>();
        List<Integer> tags = new ArrayList<>();
        List<Integer> plain = new ArrayList<>();
        if (port.crossesOverlay()) {
            note(port, networks.get(port.network()), tags, plain);
        }
        for (NetworkConfig network : config.trunkOf(port)) {
            trunk.add(bridges.get(network.name()));
            note(port, network, tags, plain);
        }
        return new PortSlot.Attachment(port.bridgeSettings(), bridges.get(port.network()), trunk, tags, plain);
    }

    private static void note(PortConfig port, NetworkConfig network, List<Integer> tags, List<Integer> plain) {
        tags.add(port.tagOf(network));
        if (port.crossesOverlay() && !network.encryption()) {
            plain.add(network.vni());
        }
    }
}
