package io.tapswitch.bridge;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DefectLog;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.TokenBucket;
import java.util.Collection;
import java.util.Set;

/**
 * A {@link Port} as the bridges see it: the networks that it belongs to, and how they treat it. Every frame enters the
 * forwarding plane at {@link #receive} and leaves it at {@link #sendUntagged} or {@link #sendTagged}.
 *
 * <p>Untagged frames belong to the native network, tagged ones to the trunk's network with that VLAN. Within a bridge a
 * frame has no tag of the switch's own; it gets one again on the way out of a trunk. A port of the overlay, whose far
 * side is a remote VTEP, has a VXLAN network identifier with each frame in place of a tag; tags pass unread.
 *
 * <p>The frame path reads one immutable {@link Membership}; the control thread replaces it.
 */
public final class BridgePort implements FrameSink {
    /** Answers in other stations' names, of all loops; a second's worth at once. */
    private static final int ANSWERS_PER_SECOND = 1000;

    private static final int[] NO_VNIS = {};

    /** What a bridge answers for a port that does not belong to it. */
    static final int NOT_A_MEMBER = -1;

    private final Port port;
    private final PortCounters counters;
    private final boolean overlay;

    private final TokenBucket answers = TokenBucket.perSecond(ANSWERS_PER_SECOND, ANSWERS_PER_SECOND);

    /** As the flood lists have it. */
    private volatile boolean takesFloods;

    /** Null if nobody watches, as mostly. */
    private volatile FrameWatch watch;

    private volatile Membership view = Membership.NONE;
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
        return view.settings();
    }

    Port port() {
        return port;
    }

    Membership view() {
        return view;
    }

    /** Has somebody see the port's frames from now on; null to have nobody. Any thread. */
    public void watch(FrameWatch newWatch) {
        watch = newWatch;
    }

    /** Takes one frame in from the far side: the start of the frame path. */
    @Override
    public void receive(Frame frame, Burst burst) {
        counters.received(burst.loop(), frame.length());
        FrameWatch watching = watch;
        if (watching == null) {
            takeIn(frame, burst);
            return;
        }
        begin(watching, frame, burst);
        takeIn(frame, burst);
        watching.decided(this, counters.lastDrop(burst.loop(), Side.INGRESS), burst);
    }

    /** The same for a port of the overlay. */
    @Override
    public void receive(int vni, Frame frame, Burst burst) {
        counters.received(burst.loop(), frame.length());
        FrameWatch watching = watch;
        if (watching == null) {
            takeIn(vni, frame, burst);
            return;
        }
        begin(watching, frame, burst);
        takeIn(vni, frame, burst);
        watching.decided(this, counters.lastDrop(burst.loop(), Side.INGRESS), burst);
    }

    private void begin(FrameWatch watching, Frame frame, Burst burst) {
        watching.arrived(this, frame, burst);
        counters.forgetLastDrop(burst.loop());
    }

    @Override
    public void refused(Frame frame, DropReason reason, Burst burst) {
        FrameWatch watching = watch;
        if (watching != null) {
            watching.arrived(this, frame, burst);
            watching.decided(this, reason, burst);
        }
    }

    private void takeIn(Frame frame, Burst burst) {
        try {
            Membership now = view;
            if (isAdmitted(now, frame, burst)) {
                receive(now, frame, burst);
            }
        } catch (RuntimeException defect) {
            drop(DropReason.INTERNAL_ERROR, burst);
            defects.report(defect, burst);
        }
    }

    private void takeIn(int vni, Frame frame, Burst burst) {
        try {
            Membership now = view;
            if (isAdmitted(now, frame, burst)) {
                Bridge bridge = now.vnis().get(vni);
                if (bridge == null) {
                    drop(DropReason.UNKNOWN_VNI, burst);
                } else {
                    enter(bridge, frame, 0, burst);
                }
            }
        } catch (RuntimeException defect) {
            drop(DropReason.INTERNAL_ERROR, burst);
            defects.report(defect, burst);
        }
    }

    /** Hands a frame to the network that it belongs to. */
    private void enter(Bridge bridge, Frame frame, int tci, Burst burst) {
        FrameWatch watching = bridge.watch();
        if (watching == null) {
            bridge.receive(this, frame, tci, burst);
            return;
        }
        begin(watching, frame, burst);
        DropReason reason = DropReason.INTERNAL_ERROR;
        try {
            bridge.receive(this, frame, tci, burst);
            reason = counters.lastDrop(burst.loop(), Side.INGRESS);
        } finally {
            watching.decided(this, reason, burst);
        }
    }

    private boolean isAdmitted(Membership now, Frame frame, Burst burst) {
        DropReason refusal = now.refusal(frame);
        if (refusal != null) {
            drop(refusal, burst);
        }
        return refusal == null;
    }

    private void receive(Membership now, Frame frame, Burst burst) {
        if (now.readsTag(frame)) {
            receiveTagged(now, frame, burst);
        } else {
            enter(now.nativeBridge(), frame, 0, burst);
        }
    }

    @Override
    public void answer(int vni, Frame frame, Burst burst) {
        Membership now = view;
        Bridge bridge = now.passes() ? now.vnis().get(vni) : null;
        if (bridge != null) {
            bridge.answer(frame, burst);
        }
    }

    private void receiveTagged(Membership now, Frame frame, Burst burst) {
        DropReason refusal = now.tagRefusal(frame);
        if (refusal != null) {
            drop(refusal, burst);
            return;
        }
        int tci = frame.tci();
        Bridge bridge = now.tagged(frame.vid());
        frame.popTag();
        enter(bridge, frame, tci, burst);
    }

    /**
     * Takes one copy of a frame out to the far side, as it is: one end of the frame path.
     *
     * @param vni of its network, for a port of the overlay
     */
    void sendUntagged(Frame frame, int vni, Burst burst) {
        FrameWatch watching = watch;
        if (watching == null) {
            takeOut(frame, vni, burst);
        } else {
            takeOut(watching, frame, vni, false, burst);
        }
    }

    private void takeOut(FrameWatch watching, Frame frame, int vni, boolean tagged, Burst burst) {
        watching.leaving(this, frame, burst);
        counters.forgetLastDrop(burst.loop());
        long sent = counters.of(burst.loop(), PortCounters.TX_FRAMES);
        DropReason reason = DropReason.INTERNAL_ERROR;
        try {
            if (tagged) {
                port.transmit(frame, burst);
            } else {
                takeOut(frame, vni, burst);
            }
            // Where frames left meanwhile that were kept back, it is one of those that was refused, or this one.
            boolean others = counters.of(burst.loop(), PortCounters.TX_FRAMES) != sent;
            reason = others ? null : counters.lastDrop(burst.loop(), Side.EGRESS);
        } finally {
            watching.left(this, reason, burst);
        }
    }

    private void takeOut(Frame frame, int vni, Burst burst) {
        if (overlay) {
            port.transmit(vni, frame, burst);
        } else if (confusesTags(frame)) {
            drop(DropReason.EGRESS_TAG_CONFLICT, burst);
        } else {
            port.transmit(frame, burst);
        }
    }

    /** Whether a frame that leaves without a tag of the switch's own would be taken for one of another network. */
    boolean confusesTags(Frame frame) {
        return view.isTrunk() && bearsForeignTag(frame);
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
        FrameWatch watching = watch;
        if (watching == null) {
            port.transmit(frame, burst);
        } else {
            takeOut(watching, frame, 0, true, burst);
        }
    }

    /** Whether the port is enabled and in a network, so that frames leave by it. Any thread. */
    public boolean sends() {
        return view.passes();
    }

    /**
     * Takes a copy out to the far side that no network sends, with whatever tag it has: a mirror's. On any loop.
     *
     * @param vni that it leaves with, for a port of the overlay
     * @return false if the port does not send now
     */
    public boolean sendCopy(Frame frame, int vni, Burst burst) {
        if (!sends()) {
            return false;
        }
        FrameWatch watching = watch;
        if (watching != null) {
            takeOut(watching, frame, vni, !overlay, burst);
        } else if (overlay) {
            port.transmit(vni, frame, burst);
        } else {
            port.transmit(frame, burst);
        }
        return true;
    }

    /**
     * The VLAN that frames of a network leave with: 0 for untagged, {@link #NOT_A_MEMBER} if they may not leave.
     *
     * @param network the bridge's settings; whoever sends with its VNI afterwards takes that from the same ones
     */
    int egressVid(Bridge bridge, NetworkSettings network) {
        Membership now = view;
        if (!now.passes()) {
            return NOT_A_MEMBER;
        }
        if (overlay) {
            return network.vni() != 0 && now.vnis().get(network.vni()) == bridge ? 0 : NOT_A_MEMBER;
        }
        // Untagged only, also if the trunk has this network, or a frame would have two ways out of one port.
        if (now.nativeBridge() == bridge) {
            return 0;
        }
        int vlan = network.vlan();
        return vlan != 0 && now.isTrunk() && now.trunk()[vlan] == bridge ? vlan : NOT_A_MEMBER;
    }

    /** Whether the storm budget leaves room for a frame of this class. */
    boolean withinBudget(FloodClass kind, Burst burst) {
        TokenBucket budget = view.storms()[kind.ordinal()];
        return budget == null || budget.admits(burst.nowNanos());
    }

    /** Whether {@link #withinBudget} would say yes now. */
    boolean hasBudget(FloodClass kind, Burst burst) {
        TokenBucket budget = view.storms()[kind.ordinal()];
        return budget == null || budget.hasRoom(burst.nowNanos());
    }

    /** Whether {@link #mayAnswer} would say yes now. */
    boolean couldAnswer(Burst burst) {
        return answers.hasRoom(burst.nowNanos());
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
    public void attach(PortSettings settings, Bridge nativeBridge, Collection<Bridge> trunk) {
        join(settings, nativeBridge, trunk).forEach(Bridge::refreshFloodLists);
    }

    /**
     * The same but for the flood lists, so that they are made once where many ports join many networks. Control thread.
     *
     * @return the bridges whose flood lists are to be {@linkplain Bridge#refreshFloodLists made anew}
     */
    public Set<Bridge> join(PortSettings settings, Bridge nativeBridge, Collection<Bridge> trunk) {
        Membership before = view;
        takesFloods = port.takesFloods();
        Membership next =
                overlay ? before.onOverlay(settings, nativeBridge, trunk) : before.in(settings, nativeBridge, trunk);
        boolean handsOver = next.takesVniFromAnotherIn(before);
        port.plainNetworks(handsOver ? NO_VNIS : next.plainVnis());
        view = next;
        leaveAllBut(next.bridges(), before);
        next.bridges().forEach(bridge -> bridge.join(this, settings.maxLearned()));
        if (handsOver) {
            // By a list of before, the frames of an encrypted network leave with what is now a plain one's VNI.
            before.bridges().forEach(Bridge::refreshFloodLists);
            port.quiesce();
            port.plainNetworks(next.plainVnis());
        }
        return next.bridges();
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
        return takesFloods == before ? Set.of() : view.bridges();
    }

    /** Takes every ageing FDB entry of the port out of every network. Control thread. */
    public void forgetLearned() {
        view.bridges().forEach(bridge -> bridge.table()
                .removeIf(entry -> entry.port() == this && entry.type() == FdbEntry.Type.DYNAMIC));
    }

    /** Takes the port out of every network, with all its FDB entries. Control thread. */
    public void detach() {
        Membership before = view;
        view = before.inNone();
        leaveAllBut(Set.of(), before);
    }

    private void leaveAllBut(Set<Bridge> kept, Membership before) {
        if (kept.containsAll(before.bridges())) {
            return;
        }
        // A frame that is under way with the old view may still teach an old bridge: let it finish first.
        port.quiesce();
        before.bridges().stream().filter(bridge -> !kept.contains(bridge)).forEach(bridge -> bridge.leave(this));
    }

    @Override
    public String toString() {
        return name();
    }
}
