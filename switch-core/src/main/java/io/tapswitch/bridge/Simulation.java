package io.tapswitch.bridge;

import io.tapswitch.bridge.FrameTrace.Copy;
import io.tapswitch.bridge.FrameTrace.Outcome;
import io.tapswitch.bridge.FrameTrace.Stage;
import io.tapswitch.bridge.FrameTrace.Step;
import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes the way of one frame as {@link BridgePort#receive} and {@link Bridge#receive} do, by the same checks in the same
 * order, and notes each step instead of acting on it: nothing is counted, learned, sent or taken from a budget.
 *
 * <p>What the frame path would change on the way, and look at again, is borne in mind: that the source is learned, and who
 * makes room for it.
 *
 * <p>On the loop of the ingress port, between two bursts; allocates, and so is not for the frame path. For one frame.
 */
final class Simulation {
    private final BridgePort ingress;
    private final Membership view;
    private final Frame frame;
    private final Burst burst;
    private final List<Step> steps = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final List<BridgePort> takers = new ArrayList<>();
    private Bridge bridge;
    private int tci;

    /** The station that is at the ingress port once it is learned; 0 if the FDB stays as it is. */
    private long learned;

    /** Whose entry makes room for it; 0 if nobody's. */
    private long evicted;

    /** @param frame is changed on the way, as it would be on the frame path */
    Simulation(BridgePort ingress, Frame frame, Burst burst) {
        this.ingress = ingress;
        this.view = ingress.view();
        this.frame = frame;
        this.burst = burst;
    }

    FrameTrace run(Arrival arrival) {
        DropReason refusal = ingress.port().ingressRefusal(arrival, frame, burst);
        if (refusal != null) {
            return dropped(Stage.ARRIVAL, refusal, "does not get past port " + ingress);
        }
        refusal = view.refusal(frame);
        if (refusal != null) {
            return dropped(Stage.INGRESS, refusal, "comes in by port " + ingress + ", " + frame.length() + " bytes");
        }
        return ingress.isOverlay() ? byVni(arrival.vni()) : byTag();
    }

    /** The ports of the {@linkplain FrameTrace#copies copies}, in their order. */
    List<BridgePort> takers() {
        return takers;
    }

    private FrameTrace byVni(int vni) {
        bridge = view.vnis().get(vni);
        if (bridge == null) {
            return dropped(Stage.INGRESS, DropReason.UNKNOWN_VNI, "comes in by port " + ingress + " with VNI " + vni);
        }
        note(Stage.INGRESS, "comes in by port " + ingress + " with VNI " + vni + ": network " + bridge.name());
        return cross();
    }

    private FrameTrace byTag() {
        if (!view.readsTag(frame)) {
            bridge = view.nativeBridge();
            boolean guestTag = frame.isTagged();
            note(
                    Stage.INGRESS,
                    "comes in by port " + ingress + (guestTag ? ", whose guests' tags pass unread" : " untagged")
                            + ": network " + bridge.name());
            return cross();
        }
        DropReason refusal = view.tagRefusal(frame);
        String how = "comes in by trunk " + ingress + (frame.isTagged() ? " with VLAN tag " + frame.vid() : " tagged");
        if (refusal != null) {
            return dropped(Stage.INGRESS, refusal, how);
        }
        tci = frame.tci();
        bridge = view.tagged(frame.vid());
        note(Stage.INGRESS, how + ": network " + bridge.name());
        frame.popTag();
        return cross();
    }

    /** As {@link Bridge#receive}. */
    private FrameTrace cross() {
        PortSettings port = view.settings();
        long source = frame.source();
        long destination = frame.destination();
        DropReason refusal = bridge.refusal(ingress, port, source, destination, frame);
        if (refusal != null) {
            return dropped(Stage.CHECKS, refusal, checked(refusal));
        }
        note(Stage.CHECKS, passed(port));
        learn(source, port);
        FrameTrace suppressed = bridge.settings().neighSuppress() && Discovery.isLikely(frame) ? suppress(port) : null;
        if (suppressed != null) {
            return suppressed;
        }
        if (MacAddress.isGroup(destination)) {
            FloodClass kind = FloodClass.ofGroup(destination);
            return flood(kind, port, MacAddress.format(destination) + " is " + words(kind));
        }
        BridgePort egress = lookup(destination);
        if (egress == null) {
            note(Stage.LOOKUP, MacAddress.format(destination) + " is not in the FDB of network " + bridge.name());
            return flood(FloodClass.UNKNOWN_UNICAST, port, "unknown unicast");
        }
        note(Stage.LOOKUP, MacAddress.format(destination) + " is behind port " + egress + entry(destination));
        return forward(egress, port);
    }

    private String checked(DropReason refusal) {
        return switch (refusal) {
            case INVALID_SOURCE -> "source " + MacAddress.format(frame.source());
            case OVERSIZE -> frame.length() + " bytes with the header; the MTU is " + mtu();
            case RESERVED_DESTINATION -> "destination " + MacAddress.format(frame.destination());
            case LOCKED -> "source " + MacAddress.format(frame.source()) + lockedOut();
            default -> "the offload header";
        };
    }

    private String lockedOut() {
        FdbEntry<BridgePort> station = bridge.table().lookup(frame.source());
        return station == null ? " is not in the FDB" : " is behind port " + station.port();
    }

    private String passed(PortSettings port) {
        String lock = port.locked() ? ", and is known behind this locked port" : "";
        return frame.length() + " bytes fit the MTU of " + mtu() + "; source " + MacAddress.format(frame.source())
                + " is a station's" + lock;
    }

    private int mtu() {
        return bridge.settings().mtu();
    }

    private void learn(long source, PortSettings port) {
        String station = MacAddress.format(source);
        if (!port.learning()) {
            note(Stage.LEARNING, "port " + ingress + " learns nothing");
            return;
        }
        switch (bridge.table().lesson(source, ingress)) {
            case REFRESH -> note(Stage.LEARNING, station + " is known behind this port");
            case NONE -> note(Stage.LEARNING, station + " stays at port " + lookup(source) + entry(source));
            case MOVE -> {
                note(Stage.LEARNING, station + " moves here from port " + lookup(source));
                makeRoom(source);
            }
            case NEW -> {
                note(Stage.LEARNING, station + " is learned behind this port");
                makeRoom(source);
            }
        }
    }

    private void makeRoom(long source) {
        learned = source;
        FdbEntry<BridgePort> loser = bridge.table().makingRoom(source, ingress);
        if (loser != null && loser.mac() != source) {
            evicted = loser.mac();
            note(Stage.LEARNING, "the table is full: " + MacAddress.format(evicted) + " makes room");
        }
    }

    /** The port behind which a station is once the source is learned; null if it is not known then. */
    private BridgePort lookup(long mac) {
        if (learned != 0 && mac == learned) {
            return ingress;
        }
        FdbEntry<BridgePort> station =
                evicted != 0 && mac == evicted ? null : bridge.table().lookup(mac);
        return station == null ? null : station.port();
    }

    private String entry(long mac) {
        FdbEntry<BridgePort> station = bridge.table().lookup(mac);
        return station == null || mac == learned ? "" : " (" + station.type().label() + ")";
    }

    /** As {@link NeighbourSuppression#takes}. @return null if the frame goes its way as any other */
    private FrameTrace suppress(PortSettings port) {
        Discovery message = burst.discovery();
        if (!NeighbourSuppression.isHeard(message, frame) || !message.asksAll()) {
            return null;
        }
        Binding binding = bridge.suppression().target(message);
        BridgePort egress = binding == null || isRebound(message) ? null : lookup(binding.mac);
        if (egress == null || binding.mac == message.frameSource()) {
            return unsuppressed("whose station is not known");
        }
        String station = "a request for an address of " + MacAddress.format(binding.mac) + " behind port " + egress;
        if (!bridge.suppression().isInReach(egress, ingress)) {
            return unsuppressed("whose station is out of reach from here");
        }
        if (NeighbourSuppression.isAnswered(message, egress)) {
            return answer(egress, port, station);
        }
        if (!NeighbourSuppression.takesRequest(egress, frame)
                || !egress.isOverlay() && !binding.isPatient(burst.nowNanos())) {
            return unsuppressed("which its station does not take, or did not answer lately");
        }
        note(Stage.NEIGHBOURS, station + ", which alone gets it");
        return forward(egress, port);
    }

    /** Whether the sender says that the address which it asks for is its own. */
    private boolean isRebound(Discovery message) {
        return !ingress.isOverlay()
                && NeighbourSuppression.claims(message)
                && lookup(message.frameSource()) == ingress
                && message.sourceHigh() == message.targetHigh()
                && message.sourceLow() == message.targetLow();
    }

    private FrameTrace unsuppressed(String why) {
        note(Stage.NEIGHBOURS, "a request for an address " + why + ": flooded");
        return null;
    }

    private FrameTrace answer(BridgePort holder, PortSettings port, String station) {
        if (port.isolated() && holder.settings().isolated()) {
            return dropped(Stage.NEIGHBOURS, DropReason.ISOLATED, station);
        }
        if (!ingress.couldAnswer(burst)) {
            return unsuppressed("that may not be answered now: the budget for answers is used up");
        }
        note(Stage.NEIGHBOURS, station + ": the switch answers in its name");
        return ended(Outcome.SUPPRESSED);
    }

    /** As {@link Bridge#forward}. */
    private FrameTrace forward(BridgePort egress, PortSettings port) {
        NetworkSettings network = bridge.settings();
        int vid = egress.egressVid(bridge, network);
        DropReason refusal = Bridge.forwardRefusal(egress, ingress, port, vid);
        if (refusal != null) {
            return dropped(Stage.FORWARDING, refusal, "to port " + egress);
        }
        note(Stage.FORWARDING, "to port " + egress);
        send(egress, vid, network.vni());
        return ended(Outcome.FORWARDED);
    }

    /** As {@code Bridge.flood}. */
    private FrameTrace flood(FloodClass kind, PortSettings port, String what) {
        if (!ingress.hasBudget(kind, burst)) {
            return dropped(Stage.FLOODING, kind.storm, what + "; the budget is " + port.storm(kind) + " a second");
        }
        String budget = port.storm(kind) == 0 ? "" : ", within the budget of " + port.storm(kind) + " a second";
        FloodList list = bridge.floodList(kind, ingress);
        int copies = list.copies(ingress, port.isolated());
        if (copies == 0) {
            return dropped(Stage.FLOODING, DropReason.NO_EGRESS, what + " in network " + bridge.name());
        }
        note(Stage.FLOODING, what + budget + ": to " + copies + (copies == 1 ? " port" : " ports"));
        list.forEachCopy(ingress, port.isolated(), this::send);
        return ended(Outcome.FLOODED);
    }

    private static String words(FloodClass kind) {
        return kind == FloodClass.BROADCAST ? "broadcast" : "multicast";
    }

    /** As {@code Bridge.send} and {@link FloodList#send}: those that leave tagged come last. */
    private void send(BridgePort egress, int vid, int vni) {
        if (vid != 0 && !isTaggedAlready()) {
            frame.pushTag(Bridge.egressTci(tci, vid));
        }
        DropReason refusal = vid == 0 && !egress.isOverlay() && egress.confusesTags(frame)
                ? DropReason.EGRESS_TAG_CONFLICT
                : egress.port().egressRefusal(egress.isOverlay() ? vni : 0, frame, burst);
        int usedVni = egress.isOverlay() ? vni : 0;
        takers.add(egress);
        copies.add(new Copy(egress.name(), vid, usedVni, refusal, egress.isOverlay() ? frame.toByteArray() : null));
        steps.add(new Step(Stage.EGRESS, egress.name(), refusal, leaves(egress, vid, usedVni, refusal)));
    }

    private boolean isTaggedAlready() {
        return !copies.isEmpty() && copies.get(copies.size() - 1).vlan() != 0;
    }

    private static String leaves(BridgePort egress, int vid, int vni, DropReason refusal) {
        String how = vid == 0 ? "untagged" : "with VLAN tag " + vid;
        String where = egress.isOverlay() ? "to VTEP " + egress.vtep() + " with VNI " + vni : how;
        String verb = refusal == null ? "leaves" : "would leave";
        return verb + " by port " + egress + " " + where + (refusal == null ? "" : ", but: " + refusal.meaning());
    }

    private void note(Stage stage, String text) {
        steps.add(new Step(stage, ingress.name(), null, text));
    }

    private FrameTrace ended(Outcome outcome) {
        return new FrameTrace(bridge.name(), outcome, null, steps, copies);
    }

    private FrameTrace dropped(Stage stage, DropReason reason, String text) {
        steps.add(new Step(stage, ingress.name(), reason, text + ": " + reason.meaning()));
        String network = bridge == null ? null : bridge.name();
        return new FrameTrace(network, Outcome.DROPPED, reason, steps, copies);
    }
}
