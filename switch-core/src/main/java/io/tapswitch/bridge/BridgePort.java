package io.tapswitch.bridge;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DefectLog;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Port} as the bridges see it: the networks that it belongs to, and how they treat it. Every frame enters the
 * forwarding plane at {@link #receive} and leaves it at {@link #sendUntagged} or {@link #sendTagged}.
 *
 * <p>Untagged frames belong to the native network, tagged ones to the trunk's network with that VLAN. Within a bridge a
 * frame has no tag of the switch's own; it gets one again on the way out of a trunk. A port of the overlay, whose far
 * side is a remote VTEP, has a VXLAN network identifier with each frame in place of a tag; tags pass unread.
 *
 * <p>The frame path reads one immutable {@link View}; the control thread replaces it.
 */
public final class BridgePort implements FrameSink {
    private static final int VIDS = 4096;

    /** Answers in other stations' names, of all loops; a second's worth at once. */
    private static final int ANSWERS_PER_SECOND = 1000;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int[] NO_VNIS = {};

    /** What a bridge answers for a port that does not belong to it. */
    static final int NOT_A_MEMBER = -1;

    /** Everything that the frame path needs to know of a port, as of one moment. */
    private record View(
            PortSettings settings,
            Bridge nativeBridge,
            Bridge[] trunk,
            VniTable vnis,
            Set<Bridge> bridges,
            StormBudget[] storms) {
        boolean isTrunk() {
            return trunk != null;
        }

        boolean passes() {
            return nativeBridge != null && settings.enabled();
        }
    }

    private final Port port;
    private final PortCounters counters;
    private final boolean overlay;

    /** Made when the port first joins a network: then the time is known. */
    private volatile StormBudget answers;

    /** As the flood lists have it. */
    private volatile boolean takesFloods;

    private volatile View view =
            new View(PortSettings.DEFAULTS, null, null, null, Set.of(), storms(PortSettings.DEFAULTS, 0));
    private final DefectLog defects;

    /** A port that is in no network yet: {@link #attach} changes that. */
    public BridgePort(Port port) {
        this.port = port;
        this.counters = port.counters();
        this.overlay = port.isOverlay();
        this.defects = new DefectLog(port.name(), "a frame");
    }

    /** The port's name. */
    public String name() {
        return port.name();
    }

    /** The address of the remote VTEP on the far side; null if that is something else. */
    public String vtep() {
        return port.vtep();
    }

    /** Whether the far side is a remote VTEP. Any thread. */
    public boolean isOverlay() {
        return overlay;
    }

    boolean takesFloods() {
        return takesFloods;
    }

    /** What the bridges do with this port. */
    public PortSettings settings() {
        return view.settings;
    }

    /** Takes one frame in from the far side: the start of the frame path. */
    @Override
    public void receive(Frame frame, Burst burst) {
        counters.received(burst.loop(), frame.length());
        try {
            View now = view;
            if (isAdmitted(now, frame, burst)) {
                receive(now, frame, burst);
            }
        } catch (RuntimeException defect) {
            drop(DropReason.INTERNAL_ERROR, burst);
            defects.report(defect, burst);
        }
    }

    /** The same for a port of the overlay. */
    @Override
    public void receive(int vni, Frame frame, Burst burst) {
        counters.received(burst.loop(), frame.length());
        try {
            View now = view;
            if (isAdmitted(now, frame, burst)) {
                Bridge bridge = now.vnis.get(vni);
                if (bridge == null) {
                    drop(DropReason.UNKNOWN_VNI, burst);
                } else {
                    bridge.receive(this, frame, 0, burst);
                }
            }
        } catch (RuntimeException defect) {
            drop(DropReason.INTERNAL_ERROR, burst);
            defects.report(defect, burst);
        }
    }

    private boolean isAdmitted(View now, Frame frame, Burst burst) {
        if (frame.length() < Frame.ETHERNET_HEADER) {
            drop(DropReason.RUNT, burst);
            return false;
        }
        if (!now.passes()) {
            drop(DropReason.PORT_DISABLED, burst);
            return false;
        }
        return true;
    }

    private void receive(View now, Frame frame, Burst burst) {
        if (now.isTrunk() && frame.etherType() == EtherType.VLAN) {
            receiveTagged(now, frame, burst);
        } else {
            now.nativeBridge.receive(this, frame, 0, burst);
        }
    }

    @Override
    public void answer(int vni, Frame frame, Burst burst) {
        View now = view;
        Bridge bridge = now.passes() ? now.vnis.get(vni) : null;
        if (bridge != null) {
            bridge.answer(frame, burst);
        }
    }

    private void receiveTagged(View now, Frame frame, Burst burst) {
        if (!frame.isTagged()) {
            drop(DropReason.RUNT, burst);
            return;
        }
        int tci = frame.tci();
        Bridge bridge = frame.vid() == 0 ? now.nativeBridge : now.trunk[frame.vid()];
        if (bridge == null) {
            drop(DropReason.VLAN_NOT_IN_TRUNK, burst);
            return;
        }
        frame.popTag();
        bridge.receive(this, frame, tci, burst);
    }

    /**
     * Takes one copy of a frame out to the far side, as it is: one end of the frame path.
     *
     * @param vni of its network, for a port of the overlay
     */
    void sendUntagged(Frame frame, int vni, Burst burst) {
        if (overlay) {
            port.transmit(vni, frame, burst);
        } else if (view.isTrunk() && bearsForeignTag(frame)) {
            drop(DropReason.EGRESS_TAG_CONFLICT, burst);
        } else {
            port.transmit(frame, burst);
        }
    }

    /**
     * Whether a trunk's far side would read a guest's own tag as a network's: also one behind a priority tag, where Linux
     * looks for it, and one cut short, since padding completes it.
     */
    private static boolean bearsForeignTag(Frame frame) {
        boolean priorityOnly = frame.isTagged() && frame.vid() == 0 && frame.innerEtherType() != EtherType.VLAN;
        return frame.etherType() == EtherType.VLAN && !priorityOnly;
    }

    /** Takes one copy of a frame that carries its network's tag out to the far side: the other end of the frame path. */
    void sendTagged(Frame frame, Burst burst) {
        port.transmit(frame, burst);
    }

    /**
     * The VLAN that frames of a network leave with: 0 for untagged, {@link #NOT_A_MEMBER} if they may not leave.
     *
     * @param network the bridge's settings; whoever sends with its VNI afterwards takes that from the same ones
     */
    int egressVid(Bridge bridge, NetworkSettings network) {
        View now = view;
        if (!now.passes()) {
            return NOT_A_MEMBER;
        }
        if (overlay) {
            return network.vni() != 0 && now.vnis.get(network.vni()) == bridge ? 0 : NOT_A_MEMBER;
        }
        // Untagged only, also if the trunk has this network, or a frame would have two ways out of one port.
        if (now.nativeBridge == bridge) {
            return 0;
        }
        int vlan = network.vlan();
        return vlan != 0 && now.isTrunk() && now.trunk[vlan] == bridge ? vlan : NOT_A_MEMBER;
    }

    /** Whether the storm budget leaves room for a frame of this class. */
    boolean withinBudget(FloodClass kind, Burst burst) {
        StormBudget budget = view.storms[kind.ordinal()];
        return budget == null || budget.admits(burst.nowNanos());
    }

    /** Whether there is room for one more answer to this port in another station's name. */
    boolean mayAnswer(Burst burst) {
        return answers.admits(burst.nowNanos());
    }

    void count(int counter, Burst burst) {
        counters.add(burst.loop(), counter, 1);
    }

    void drop(DropReason reason, Burst burst) {
        counters.dropped(burst.loop(), reason);
    }

    /**
     * Puts the port into networks, or changes them or its settings, and brings the bridges' flood lists up to date.
     * Control thread.
     *
     * @param nativeBridge for untagged frames
     * @param trunk for tagged frames, each with a VLAN of its own; null for a port without a trunk, whose guests' tags
     *     pass unread. For a port of the overlay, further networks, each with a VNI of its own
     */
    public void attach(PortSettings settings, Bridge nativeBridge, Collection<Bridge> trunk, long nowNanos) {
        join(settings, nativeBridge, trunk, nowNanos).forEach(Bridge::refreshFloodLists);
    }

    /**
     * The same but for the flood lists, so that they are made once where many ports join many networks. Control thread.
     *
     * @return the bridges whose flood lists are to be {@linkplain Bridge#refreshFloodLists made anew}
     */
    public Set<Bridge> join(PortSettings settings, Bridge nativeBridge, Collection<Bridge> trunk, long nowNanos) {
        View before = view;
        takesFloods = port.takesFloods();
        if (answers == null) {
            answers = new StormBudget(ANSWERS_PER_SECOND, SECOND_NANOS, nowNanos);
        }
        Bridge[] byVid = overlay ? null : byVid(trunk);
        Set<Bridge> bridges = overlay ? overlayMembers(nativeBridge, trunk) : members(nativeBridge, byVid);
        VniTable vnis = overlay ? new VniTable(bridges) : null;
        boolean handsOver = overlay && handsVniOver(before.vnis, bridges);
        port.plainNetworks(handsOver ? NO_VNIS : plainVnis(bridges));
        view = new View(settings, nativeBridge, byVid, vnis, bridges, stormsFor(before, settings, nowNanos));
        leaveAllBut(bridges, before);
        bridges.forEach(bridge -> bridge.join(this, settings.maxLearned()));
        if (handsOver) {
            // By a list of before, the frames of an encrypted network leave with what is now a plain one's VNI.
            before.bridges.forEach(Bridge::refreshFloodLists);
            port.quiesce();
            port.plainNetworks(plainVnis(bridges));
        }
        return bridges;
    }

    /** Whether a VNI was another network's. */
    private static boolean handsVniOver(VniTable before, Set<Bridge> bridges) {
        return before != null
                && bridges.stream().anyMatch(bridge -> {
                    Bridge other = bridge.vni() == 0 ? null : before.get(bridge.vni());
                    return other != null && other != bridge;
                });
    }

    private int[] plainVnis(Set<Bridge> bridges) {
        return overlay
                ? bridges.stream()
                        .map(Bridge::settings)
                        .filter(network -> network.vni() != 0 && !network.encryption())
                        .mapToInt(NetworkSettings::vni)
                        .sorted()
                        .toArray()
                : NO_VNIS;
    }

    /**
     * Takes note of whether the far side takes flooded frames. Control thread.
     *
     * @return the bridges whose flood lists are to be {@linkplain Bridge#refreshFloodLists made anew}: none if nothing
     *     changed
     */
    public Set<Bridge> noteFloods() {
        boolean before = takesFloods;
        takesFloods = port.takesFloods();
        return takesFloods == before ? Set.of() : view.bridges;
    }

    /** Takes every ageing FDB entry of the port out of every network. Control thread. */
    public void forgetLearned() {
        view.bridges.forEach(bridge ->
                bridge.table().removeIf(entry -> entry.port() == this && entry.type() == FdbEntry.Type.DYNAMIC));
    }

    /** Takes the port out of every network, with all its FDB entries. Control thread. */
    public void detach() {
        View before = view;
        view = new View(before.settings, null, null, before.vnis, Set.of(), before.storms);
        leaveAllBut(Set.of(), before);
    }

    private void leaveAllBut(Set<Bridge> kept, View before) {
        if (kept.containsAll(before.bridges)) {
            return;
        }
        // A frame that is under way with the old view may still teach an old bridge: let it finish first.
        port.quiesce();
        before.bridges.stream().filter(bridge -> !kept.contains(bridge)).forEach(bridge -> bridge.leave(this));
    }

    private static Bridge[] byVid(Collection<Bridge> trunk) {
        if (trunk == null) {
            return null;
        }
        Bridge[] byVid = new Bridge[VIDS];
        trunk.forEach(bridge -> byVid[bridge.vlan()] = bridge);
        return byVid;
    }

    private static Set<Bridge> members(Bridge nativeBridge, Bridge[] byVid) {
        Set<Bridge> bridges = new LinkedHashSet<>(Set.of(nativeBridge));
        if (byVid != null) {
            Arrays.stream(byVid).filter(Objects::nonNull).forEach(bridges::add);
        }
        return bridges;
    }

    private static Set<Bridge> overlayMembers(Bridge nativeBridge, Collection<Bridge> others) {
        Set<Bridge> bridges = new LinkedHashSet<>(Set.of(nativeBridge));
        if (others != null) {
            bridges.addAll(others);
        }
        return bridges;
    }

    private static StormBudget[] stormsFor(View before, PortSettings settings, long nowNanos) {
        boolean unchanged = before.settings.stormBroadcast() == settings.stormBroadcast()
                && before.settings.stormMulticast() == settings.stormMulticast()
                && before.settings.stormUnknownUnicast() == settings.stormUnknownUnicast();
        return unchanged ? before.storms : storms(settings, nowNanos);
    }

    private static StormBudget[] storms(PortSettings settings, long nowNanos) {
        StormBudget[] storms = new StormBudget[FloodClass.values().length];
        for (FloodClass kind : FloodClass.values()) {
            int rate = settings.storm(kind);
            storms[kind.ordinal()] = rate == 0 ? null : new StormBudget(rate, nowNanos);
        }
        return storms;
    }

    @Override
    public String toString() {
        return name();
    }
}
