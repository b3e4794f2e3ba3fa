package io.tapswitch.bridge;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.IpAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;

/**
 * Keeps ARP requests and neighbour solicitations from being flooded to every host (RFC 7432, 10; RFC 9161; {@code
 * neigh_suppress} of Linux).
 *
 * <p><b>Hearing.</b> What stations of this host say of themselves goes to the {@link NeighbourTable}: the sender of any ARP
 * packet, the source of a solicitation, the target of an advertisement. Only for a station that the FDB has on the port
 * that the message came by, so that nobody speaks for one that is elsewhere; and only from the MAC address that it is about.
 * Who names another one is neither heard nor answered, and his messages are flooded; a proxy that names itself is
 * heard, since frames for the address go to it. Frames of the overlay teach nothing: their host publishes what it hears.
 *
 * <p><b>Answering.</b> A request to everybody, for an address whose station is known,
 *
 * <ul>
 *   <li>goes to that station alone if it is on this host. It answers by itself, or, if it keeps silent, the next request is
 *       flooded, since somebody else may have the address by now;
 *   <li>is answered in the name of a station behind the overlay, if it came from this host. Not so a question for an IPv6
 *       link-local address, which goes to the station's host alone: by those addresses hosts know their routers. Whether
 *       the station is one is not known here, as it is where that flag travels with the address (RFC 9047), and an answer
 *       without the flag would have hosts forget their router (RFC 4861, 7.2.5);
 *   <li>goes to that station alone, wherever it is, if the one who asks has no address yet (RFC 5227; RFC 4862, 5.4): it
 *       alone can say whether it has the address still, so no stale binding blocks a newcomer.
 * </ul>
 *
 * <p>Everything else is flooded: gratuitous ARP and unsolicited advertisements, from which caches learn; a request for an
 * address whose station is not known, or is the one that asks, or is behind a port that does not take it, or by which
 * nobody is reached; and whatever a guest tagged itself. A request that came by the overlay for a station behind it is
 * flooded to the ports of this host, never answered. Storm budgets are for what is flooded; answers have a budget of their
 * own, over which requests are flooded.
 */
final class NeighbourSuppression {
    private final Bridge bridge;
    private final NeighbourTable neighbours;

    NeighbourSuppression(Bridge bridge, NeighbourTable neighbours) {
        this.bridge = bridge;
        this.neighbours = neighbours;
    }

    /**
     * Hears a message, and decides about a request.
     *
     * @param frame that is {@linkplain Discovery#isLikely likely} to hold a message
     * @return whether the frame has had its outcome; else it is to go its way as any frame
     */
    boolean takes(BridgePort ingress, PortSettings port, Frame frame, int tci, Burst burst) {
        Discovery message = burst.discovery();
        if (!isHeard(message, frame)) {
            return false;
        }
        if (!ingress.isOverlay()) {
            hear(ingress, message, burst);
        }
        return message.asksAll() && decide(message, ingress, port, frame, tci, burst);
    }

    /** Reads the message in a frame. @return whether there is one to be heard, or answered */
    static boolean isHeard(Discovery message, Frame frame) {
        // No system leaves the checksum of such a message open: then it proves nothing.
        return !frame.isGso() && !frame.isChecksumOpen() && message.read(frame) && isOfItself(message);
    }

    /** Whether the sender speaks of itself. A solicitation that says whose it is does so in an option, RFC 4861, 4.3. */
    private static boolean isOfItself(Discovery message) {
        boolean named = message.mac() != 0 || message.asks() && message.hasSource();
        return !named || message.mac() == message.frameSource();
    }

    private void hear(BridgePort ingress, Discovery message, Burst burst) {
        FdbEntry<BridgePort> station = bridge.table().lookup(message.frameSource());
        if (!claims(message) || station == null || station.port() != ingress) {
            return;
        }
        long high = message.asks() ? message.sourceHigh() : message.targetHigh();
        long low = message.asks() ? message.sourceLow() : message.targetLow();
        neighbours.learn(high, low, message.frameSource(), burst.nowNanos());
    }

    /** Whether the sender says that it has an address. */
    static boolean claims(Discovery message) {
        return !message.asks() || message.hasSource();
    }

    /** The binding of the address that a request is for; null if it has none. */
    Binding target(Discovery message) {
        return neighbours.find(message.targetHigh(), message.targetLow());
    }

    private boolean decide(
            Discovery message, BridgePort ingress, PortSettings port, Frame frame, int tci, Burst burst) {
        Binding binding = target(message);
        if (binding == null) {
            return false;
        }
        long mac = binding.mac;
        FdbEntry<BridgePort> holder = bridge.table().lookup(mac);
        if (holder == null || mac == message.frameSource()) {
            return false;
        }
        BridgePort egress = holder.port();
        if (!isInReach(egress, ingress)) {
            return false;
        }
        if (isAnswered(message, egress)) {
            return answer(message, mac, egress, ingress, port, tci, burst);
        }
        if (!takesRequest(egress, frame) || !egress.isOverlay() && !binding.askAlone(burst.nowNanos())) {
            return false;
        }
        bridge.forward(egress, ingress, port, frame, tci, burst);
        return true;
    }

    /** Whether a request from one port may go to, or be answered for, a station at another. */
    boolean isInReach(BridgePort egress, BridgePort ingress) {
        return !(ingress.isOverlay() && egress.isOverlay()) && bridge.reaches(egress);
    }

    /** Whether a request for a station at a port is answered in its name; else it is sent to the station. */
    static boolean isAnswered(Discovery message, BridgePort egress) {
        return egress.isOverlay() && message.hasSource() && !IpAddress.isLinkLocal(message.targetHigh());
    }

    static boolean takesRequest(BridgePort egress, Frame frame) {
        return egress.settings().floods(FloodClass.ofGroup(frame.destination()));
    }

    private boolean answer(
            Discovery message,
            long mac,
            BridgePort holder,
            BridgePort ingress,
            PortSettings port,
            int tci,
            Burst burst) {
        if (port.isolated() && holder.settings().isolated()) {
            ingress.drop(DropReason.ISOLATED, burst);
            return true;
        }
        if (!ingress.mayAnswer(burst)) {
            return false;
        }
        Frame answer = burst.answer();
        message.answer(answer, mac, true);
        bridge.reply(ingress, answer, tci, burst);
        ingress.count(PortCounters.SUPPRESSED, burst);
        return true;
    }
}
