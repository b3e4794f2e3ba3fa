package io.tapswitch.bridge;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.TokenBucket;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Everything that the frame path needs to know of a port, as of one moment: which networks it is in, and how they treat it.
 * Immutable but for the storm budgets.
 *
 * @param nativeBridge for untagged frames, or the first network on the overlay; null for a port that is in no network
 * @param trunk networks by VID; null for a port without a trunk
 * @param vnis networks by VNI; null for a port that is not of the overlay
 * @param bridges all of them
 * @param storms by flood class; null where there is no limit
 */
record Membership(
        PortSettings settings,
        Bridge nativeBridge,
        Bridge[] trunk,
        VniTable vnis,
        Set<Bridge> bridges,
        TokenBucket[] storms) {
    /** Of a port that was in no network yet. */
    static final Membership NONE =
            new Membership(PortSettings.DEFAULTS, null, null, null, Set.of(), storms(PortSettings.DEFAULTS));

    private static final int VIDS = 4096;

    boolean isTrunk() {
        return trunk != null;
    }

    boolean passes() {
        return nativeBridge != null && settings.enabled();
    }

    /** Why a frame goes to no bridge, whatever is in it; null if it may. */
    DropReason refusal(Frame frame) {
        if (frame.length() < Frame.ETHERNET_HEADER) {
            return DropReason.RUNT;
        }
        return passes() ? null : DropReason.PORT_DISABLED;
    }

    /** Whether a frame's tag says which network it belongs to. */
    boolean readsTag(Frame frame) {
        return isTrunk() && frame.etherType() == EtherType.VLAN;
    }

    /** Why a frame whose {@linkplain #readsTag tag is read} goes to no bridge; null if it does. */
    DropReason tagRefusal(Frame frame) {
        if (!frame.isTagged()) {
            return DropReason.RUNT;
        }
        return tagged(frame.vid()) == null ? DropReason.VLAN_NOT_IN_TRUNK : null;
    }

    /** The network of frames with this VID; null if there is none. */
    Bridge tagged(int vid) {
        return vid == 0 ? nativeBridge : trunk[vid];
    }

    /** The next one, of a port that is not of the overlay. @param more the trunk's networks; null without a trunk */
    Membership in(PortSettings next, Bridge untagged, Collection<Bridge> more) {
        Bridge[] byVid = byVid(more);
        return new Membership(next, untagged, byVid, null, members(untagged, byVid), stormsFor(next));
    }

    /** The next one, of a port of the overlay. @param more further networks; null for none */
    Membership onOverlay(PortSettings next, Bridge first, Collection<Bridge> more) {
        Set<Bridge> members = overlayMembers(first, more);
        return new Membership(next, first, null, new VniTable(members), members, stormsFor(next));
    }

    /** The same port in no network. */
    Membership inNone() {
        return new Membership(settings, null, null, vnis, Set.of(), storms);
    }

    /** Whether a VNI was another network's before. */
    boolean takesVniFromAnotherIn(Membership before) {
        return vnis != null
                && before.vnis != null
                && bridges.stream().anyMatch(bridge -> {
                    Bridge other = bridge.vni() == 0 ? null : before.vnis.get(bridge.vni());
                    return other != null && other != bridge;
                });
    }

    /** The VNIs of networks that cross the overlay without encryption, ascending; none for a port that is not of it. */
    int[] plainVnis() {
        return vnis == null
                ? new int[0]
                : bridges.stream()
                        .map(Bridge::settings)
                        .filter(network -> network.vni() != 0 && !network.encryption())
                        .mapToInt(NetworkSettings::vni)
                        .sorted()
                        .toArray();
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

    /** Budgets go on as they are if their rates are still the same. */
    private TokenBucket[] stormsFor(PortSettings next) {
        boolean unchanged = settings.stormBroadcast() == next.stormBroadcast()
                && settings.stormMulticast() == next.stormMulticast()
                && settings.stormUnknownUnicast() == next.stormUnknownUnicast();
        return unchanged ? storms : storms(next);
    }

    /** A tenth of a second's worth passes at once, and at least one frame. */
    private static TokenBucket[] storms(PortSettings settings) {
        TokenBucket[] storms = new TokenBucket[FloodClass.values().length];
        for (FloodClass kind : FloodClass.values()) {
            int rate = settings.storm(kind);
            storms[kind.ordinal()] = rate == 0 ? null : TokenBucket.perSecond(rate, Math.max(1, rate / 10));
        }
        return storms;
    }
}
