package io.tapswitch.bridge;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * The forwarding plane of one network on this host: one FDB, one flood domain (IEEE 802.1Q clause 8).
 *
 * <p>{@link #receive} is the whole decision; read it first. It runs on the event loop of the ingress port. Membership
 * and settings change on the control thread.
 */
public final class Bridge {
    private final String name;
    private final ForwardingTable<BridgePort> table;
    private final NeighbourTable neighbours = new NeighbourTable(this::isHere);
    private final NeighbourSuppression suppression = new NeighbourSuppression(this, neighbours);
    private final Set<BridgePort> members = new LinkedHashSet<>();
    private volatile NetworkSettings settings;
    private volatile FloodList[] floodLists;

    /** Null if nobody watches, as mostly. */
    private volatile FrameWatch watch;

    /** What comes in by the overlay never leaves by it: every other host has got its own copy (split horizon). */
    private volatile FloodList[] localFloodLists;

    /**
     * @param name of the network
     * @param listener told of each change of the FDB, see {@link ForwardingTable.Listener}
     */
    public Bridge(String name, NetworkSettings settings, ForwardingTable.Listener<BridgePort> listener) {
        this.name = name;
        this.settings = settings;
        this.table = new ForwardingTable<>(settings.maxLearned(), listener);
        refreshFloodLists();
    }

    /** The network's name. */
    public String name() {
        return name;
    }

    /** The network's forwarding table. */
    public ForwardingTable<BridgePort> table() {
        return table;
    }

    /** Which station of the network has which IP address; empty unless the settings say that it is used. */
    public NeighbourTable neighbours() {
        return neighbours;
    }

    private boolean isHere(long mac) {
        FdbEntry<BridgePort> station = table.lookup(mac);
        return station != null && !station.port().isOverlay();
    }

    /** The network's settings. */
    public NetworkSettings settings() {
        return settings;
    }

    NeighbourSuppression suppression() {
        return suppression;
    }

    /** Has somebody see what comes into the network from now on; null to have nobody. Any thread. */
    public void watch(FrameWatch newWatch) {
        watch = newWatch;
    }

    FrameWatch watch() {
        return watch;
    }

    int vlan() {
        return settings.vlan();
    }

    int vni() {
        return settings.vni();
    }

    /**
     * Decides about one frame.
     *
     * @param tci the trunk's tag, already taken off; 0 if there was none, and for frames of the overlay
     */
    void receive(BridgePort ingress, Frame frame, int tci, Burst burst) {
        PortSettings port = ingress.settings();
        long source = frame.source();
        long destination = frame.destination();
        DropReason refusal = refusal(ingress, port, source, destination, frame);
        if (refusal != null) {
            ingress.drop(refusal, burst);
            return;
        }
        if (port.learning()) {
            table.learn(source, ingress, burst.nowNanos());
        }
        if (settings.neighSuppress()
                && Discovery.isLikely(frame)
                && suppression.takes(ingress, port, frame, tci, burst)) {
            return;
        }
        if (MacAddress.isGroup(destination)) {
            flood(FloodClass.ofGroup(destination), ingress, port, frame, tci, burst);
            return;
        }
        FdbEntry<BridgePort> station = table.lookup(destination);
        if (station == null) {
            flood(FloodClass.UNKNOWN_UNICAST, ingress, port, frame, tci, burst);
        } else {
            forward(station.port(), ingress, port, frame, tci, burst);
        }
    }

    /** The ingress checks. @return null if the frame may go on */
    DropReason refusal(BridgePort ingress, PortSettings port, long source, long destination, Frame frame) {
        if (!MacAddress.isValidSource(source)) {
            return DropReason.INVALID_SOURCE;
        }
        if (!frame.hasSoundChecksum()) {
            return DropReason.BAD_OFFLOAD;
        }
        NetworkSettings network = settings;
        if (isOversize(frame, network.mtu())) {
            return DropReason.OVERSIZE;
        }
        if (MacAddress.isReserved(destination) && !(network.forwardReserved() && destination != MacAddress.PAUSE)) {
            return DropReason.RESERVED_DESTINATION;
        }
        if (port.locked()) {
            FdbEntry<BridgePort> station = table.lookup(source);
            if (station == null || station.port() != ingress) {
                return DropReason.LOCKED;
            }
        }
        return null;
    }

    private static boolean isOversize(Frame frame, int mtu) {
        int allowed = mtu + Frame.ETHERNET_HEADER;
        if (frame.length() <= allowed) {
            return false;
        }
        if (frame.isGso()) {
            return frame.gsoSize() > mtu;
        }
        return frame.length() > (frame.isTagged() ? allowed + Frame.VLAN_TAG : allowed);
    }

    /** Sends a frame to the port that its destination, or the station that it asks for, is behind. */
    void forward(BridgePort egress, BridgePort ingress, PortSettings port, Frame frame, int tci, Burst burst) {
        NetworkSettings network = settings;
        int vid = egress.egressVid(this, network);
        DropReason refusal = forwardRefusal(egress, ingress, port, vid);
        if (refusal != null) {
            ingress.drop(refusal, burst);
        } else {
            send(egress, frame, vid, network.vni(), tci, burst);
            ingress.count(PortCounters.FORWARDED, burst);
        }
    }

    /** Why a frame does not go from one port to another. @return null if it does */
    static DropReason forwardRefusal(BridgePort egress, BridgePort ingress, PortSettings port, int vid) {
        if (egress == ingress) {
            return DropReason.SAME_PORT;
        }
        if (vid == BridgePort.NOT_A_MEMBER) {
            return DropReason.EGRESS_UNAVAILABLE;
        }
        if (port.isolated() && egress.settings().isolated()) {
            return DropReason.ISOLATED;
        }
        return ingress.isOverlay() && egress.isOverlay() ? DropReason.SPLIT_HORIZON : null;
    }

    private static void send(BridgePort egress, Frame frame, int vid, int vni, int tci, Burst burst) {
        if (vid == 0) {
            egress.sendUntagged(frame, vni, burst);
        } else {
            frame.pushTag(egressTci(tci, vid));
            egress.sendTagged(frame, burst);
        }
    }

    /** The tag that a frame leaves with: the network's VID and the priority that the frame came with. */
    static int egressTci(int tci, int vid) {
        return tci & 0xf000 | vid;
    }

    private void flood(FloodClass kind, BridgePort ingress, PortSettings port, Frame frame, int tci, Burst burst) {
        if (!ingress.withinBudget(kind, burst)) {
            ingress.drop(kind.storm, burst);
            return;
        }
        int copies = floodList(kind, ingress).send(ingress, port.isolated(), frame, tci, burst);
        if (copies > 0) {
            ingress.count(PortCounters.FLOODED, burst);
        } else {
            ingress.drop(DropReason.NO_EGRESS, burst);
        }
    }

    FloodList floodList(FloodClass kind, BridgePort ingress) {
        return (ingress.isOverlay() ? localFloodLists : floodLists)[kind.ordinal()];
    }

    /** Takes a frame that an overlay port sends by itself to a local station; nothing is learned, nothing flooded. */
    void answer(Frame frame, Burst burst) {
        FdbEntry<BridgePort> station = table.lookup(frame.destination());
        BridgePort egress = station == null ? null : station.port();
        if (egress != null && !egress.isOverlay()) {
            reply(egress, frame, 0, burst);
        }
    }

    /**
     * Sends a frame of the switch's own to a port of this host.
     *
     * @param tci the tag of the frame that it answers, 0 if there was none
     */
    void reply(BridgePort egress, Frame frame, int tci, Burst burst) {
        int vid = egress.egressVid(this, settings);
        if (vid != BridgePort.NOT_A_MEMBER) {
            send(egress, frame, vid, 0, tci, burst);
        }
    }

    /** Whether frames of this network leave by a port, and somebody is there to take them, as far as is known. */
    boolean reaches(BridgePort egress) {
        return egress.takesFloods() && egress.egressVid(this, settings) != BridgePort.NOT_A_MEMBER;
    }

    /** Takes a member in, or takes note that its settings changed; the flood lists follow. Control thread. */
    void join(BridgePort port, int maxLearned) {
        members.add(port);
        table.setMaxLearned(port, maxLearned);
    }

    /** Makes the flood lists anew, after any number of members joined or changed. Control thread. */
    public void refreshFloodLists() {
        floodLists = forEachClass(kind -> FloodList.of(this, members, kind));
        localFloodLists = forEachClass(kind -> floodLists[kind.ordinal()].withoutOverlay());
    }

    private static FloodList[] forEachClass(Function<FloodClass, FloodList> list) {
        return Arrays.stream(FloodClass.values()).map(list).toArray(FloodList[]::new);
    }

    /** Forgets a member and its FDB entries. Control thread. */
    void leave(BridgePort port) {
        members.remove(port);
        floodLists = forEachClass(kind -> floodLists[kind.ordinal()].without(port));
        localFloodLists = forEachClass(kind -> localFloodLists[kind.ordinal()].without(port));
        table.removePort(port);
    }

    /**
     * Changes the settings; ports on a trunk are to be attached anew if the VLAN changes, overlay ports if the VNI
     * or the encryption does. Control thread.
     */
    public void configure(NetworkSettings changed) {
        boolean sameVni = changed.vni() == settings.vni();
        settings = changed;
        table.setMaxLearned(changed.maxLearned());
        if (!changed.neighSuppress()) {
            neighbours.forgetLocal();
        }
        if (!sameVni) {
            forgetOverlay();
        }
    }

    /** What a directory says goes by the VNI: of the stations behind the old one it takes nothing back any more. */
    private void forgetOverlay() {
        table.removeIf(entry -> entry.port().isOverlay() && entry.type() == FdbEntry.Type.EXTERN);
        neighbours.forgetRemote();
    }

    /** Ages the FDB, and then what its stations said of themselves. Control thread, about once a second. */
    public void age(long nowNanos) {
        table.age(nowNanos, settings.ageingNanos());
        neighbours.age(nowNanos);
    }
}
