package io.tapswitch.bridge;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The ports of one network that take one class of flooded frames. Immutable, and made anew when the membership changes.
 *
 * <p>Ports that the frame leaves untagged come first, so that it is given a tag at most once and never loses it again.
 */
final class FloodList {
    private final BridgePort[] ports;

    /** The index of the first port that the frame leaves tagged. */
    private final int firstTagged;

    private final int vlan;
    private final int vni;

    private FloodList(BridgePort[] ports, int firstTagged, int vlan, int vni) {
        this.ports = ports;
        this.firstTagged = firstTagged;
        this.vlan = vlan;
        this.vni = vni;
    }

    static FloodList of(Bridge bridge, Collection<BridgePort> members, FloodClass kind) {
        NetworkSettings network = bridge.settings();
        List<BridgePort> untagged = new ArrayList<>();
        List<BridgePort> tagged = new ArrayList<>();
        for (BridgePort port : members) {
            int vid = port.takesFloods() && port.settings().floods(kind)
                    ? port.egressVid(bridge, network)
                    : BridgePort.NOT_A_MEMBER;
            if (vid != BridgePort.NOT_A_MEMBER) {
                (vid == 0 ? untagged : tagged).add(port);
            }
        }
        int firstTagged = untagged.size();
        untagged.addAll(tagged);
        return new FloodList(untagged.toArray(BridgePort[]::new), firstTagged, network.vlan(), network.vni());
    }

    /** The list without a port that leaves: far cheaper than a new one where many leave. */
    FloodList without(BridgePort leaving) {
        int at = Arrays.asList(ports).indexOf(leaving);
        if (at < 0) {
            return this;
        }
        BridgePort[] rest = Arrays.copyOf(ports, ports.length - 1);
        System.arraycopy(ports, at + 1, rest, at, rest.length - at);
        return new FloodList(rest, at < firstTagged ? firstTagged - 1 : firstTagged, vlan, vni);
    }

    /** The list for what came in by the overlay. Its ports are all among those that the frame leaves untagged. */
    FloodList withoutOverlay() {
        BridgePort[] local =
                Arrays.stream(ports).filter(port -> !port.isOverlay()).toArray(BridgePort[]::new);
        return new FloodList(local, firstTagged - (ports.length - local.length), vlan, vni);
    }

    /**
     * Sends a copy to each port but the ingress port and, from an isolated port, the isolated ones.
     *
     * @return how many copies were sent
     */
    int send(BridgePort ingress, boolean isolated, Frame frame, int tci, Burst burst) {
        int copies = 0;
        for (int i = 0; i < ports.length; i++) {
            if (i == firstTagged) {
                frame.pushTag(Bridge.egressTci(tci, vlan));
            }
            BridgePort egress = ports[i];
            if (isLeftOut(egress, ingress, isolated)) {
                continue;
            }
            if (i < firstTagged) {
                egress.sendUntagged(frame, vni, burst);
            } else {
                egress.sendTagged(frame, burst);
            }
            copies++;
        }
        return copies;
    }

    private static boolean isLeftOut(BridgePort egress, BridgePort ingress, boolean isolated) {
        return egress == ingress || isolated && egress.settings().isolated();
    }

    /** Takes note of one copy that {@link #send} would make. */
    @FunctionalInterface
    interface Copy {
        /** @param vid that it leaves with; 0 for untagged */
        void to(BridgePort egress, int vid, int vni);
    }

    /** Names the copies that {@link #send} would make, in its order; sends nothing. */
    void forEachCopy(BridgePort ingress, boolean isolated, Copy copy) {
        for (int i = 0; i < ports.length; i++) {
            if (!isLeftOut(ports[i], ingress, isolated)) {
                copy.to(ports[i], i < firstTagged ? 0 : vlan, vni);
            }
        }
    }

    /** How many copies {@link #send} would make. */
    int copies(BridgePort ingress, boolean isolated) {
        int copies = 0;
        for (BridgePort port : ports) {
            copies += isLeftOut(port, ingress, isolated) ? 0 : 1;
        }
        return copies;
    }
}
