package io.tapswitch.port;

import java.util.Locale;

/**
 * Why a frame, or one copy of it, went no further. Each reason is a counter per port; REST and metrics list this enum
 * by themselves.
 *
 * <p>An {@linkplain Side#INGRESS ingress} reason ends the frame and counts at the port that it came from: frames in =
 * forwarded + flooded + suppressed + the sum of these. An {@linkplain Side#EGRESS egress} reason ends one copy and counts at the
 * port that it should have left by: copies offered = frames out + the sum of those.
 */
public enum DropReason {
    /** Shorter than an Ethernet header or, on a trunk, than one with a tag. */
    RUNT(Side.INGRESS, "shorter than its Ethernet header"),
    /** Longer than the network's MTU allows. */
    OVERSIZE(Side.INGRESS, "longer than the network's MTU allows"),
    /** The kernel had no room to keep it until the switch read it: counted as received, its bytes unknown. */
    RECEIVE_OVERRUN(Side.INGRESS, "the switch did not read in time, and the kernel's buffer was full"),
    /** The virtio-net header asks for a checksum in the Ethernet header or behind the frame, or has no word for it. */
    BAD_OFFLOAD(
            Side.INGRESS,
            "the checksum left open is in the Ethernet header or behind the frame, or the segmentation is of no known"
                    + " kind"),
    /** The source is zero or a group address. */
    INVALID_SOURCE(Side.INGRESS, "the source address is zero or a group address"),
    /** 01:80:c2:00:00:00 to 0f stay within one link. */
    RESERVED_DESTINATION(Side.INGRESS, "a link-local group address, which a bridge does not forward"),
    /** Tagged with a VLAN that the port's trunk does not carry. */
    VLAN_NOT_IN_TRUNK(Side.INGRESS, "the VLAN tag is not in the port's trunk"),
    /** The ingress port is switched off. */
    PORT_DISABLED(Side.INGRESS, "the port is disabled"),
    /** The port is locked and the source is not in the FDB for it. */
    LOCKED(Side.INGRESS, "the port is locked and the source is not known to be behind it"),
    /** Over the port's storm budget for broadcasts. */
    STORM_BROADCAST(Side.INGRESS, "over the port's storm budget for broadcast"),
    /** Over the port's storm budget for multicasts. */
    STORM_MULTICAST(Side.INGRESS, "over the port's storm budget for multicast"),
    /** Over the port's storm budget for unknown unicast. */
    STORM_UNKNOWN_UNICAST(Side.INGRESS, "over the port's storm budget for unknown unicast"),
    /** The destination is behind the port that the frame came from. */
    SAME_PORT(Side.INGRESS, "the destination is behind the ingress port"),
    /** Both ports are isolated. */
    ISOLATED(Side.INGRESS, "ingress and egress port are both isolated"),
    /** From a VTEP to a station behind another VTEP: each host sends to every other one by itself. */
    SPLIT_HORIZON(Side.INGRESS, "from the overlay, and the destination is behind the overlay too"),
    /** The destination's port is switched off, or has left the network. */
    EGRESS_UNAVAILABLE(Side.INGRESS, "the destination's port is disabled or has left the network"),
    /** To be flooded, and no other port takes it. */
    NO_EGRESS(Side.INGRESS, "to be flooded, and no other port of the network takes it"),
    /** Somebody else than the far side sent it to the port's socket. */
    UNKNOWN_SENDER(Side.INGRESS, "sent to the port's socket by somebody else than its far side"),
    /** A VXLAN packet from an address that is of no remote VTEP. */
    UNKNOWN_VTEP(Side.INGRESS, "a VXLAN packet from an address that is no remote VTEP of a port here"),
    /** A VXLAN network identifier that is of none of the port's networks. */
    UNKNOWN_VNI(Side.INGRESS, "the VNI is that of no network on this port"),
    /** A datagram that is no VXLAN packet. */
    BAD_VXLAN_HEADER(
            Side.INGRESS, "shorter than a VXLAN header, without a VNI, or with reserved bits on a strict port"),
    /** The underlay marked congestion on a packet whose sender does not know of it (RFC 6040, 4.2). */
    BAD_ECN(Side.INGRESS, "congestion was marked on the outer packet, and the inner one is not ECN-capable"),
    /** A plain frame of a network that the VTEP is to encrypt. */
    NOT_ENCRYPTED(Side.INGRESS, "not encrypted, and the port takes encrypted frames only of this network"),
    /** An encrypted frame that does not open with the keys at hand. */
    NOT_AUTHENTIC(Side.INGRESS, "encrypted, and not with this port's keys, or changed under way"),
    /** An encrypted frame that was here before. */
    REPLAYED(Side.INGRESS, "encrypted, and a copy of a frame that came before, or too old to tell"),
    /** A host without Ethernet sent something else than IPv4 or IPv6. */
    NOT_IP(Side.INGRESS, "neither IPv4 nor IPv6, or shorter than its header"),
    /** A host without Ethernet sent a message of neighbour discovery, which its port speaks for it. */
    HOST_DISCOVERY(Side.INGRESS, "neighbour discovery, which the port does for its host"),
    /** The MAC address of a host's next hop is not known. */
    UNRESOLVED(Side.INGRESS, "the next hop does not answer, or too many packets wait for its MAC address"),
    /** A defect of the switch: the frame raised an exception. */
    INTERNAL_ERROR(Side.INGRESS, "a defect in the switch: please report the log line"),

    /** The egress interface is down. */
    EGRESS_DOWN(Side.EGRESS, "the egress interface is down"),
    /** The egress queue was full. */
    EGRESS_FULL(Side.EGRESS, "the egress queue was full"),
    /** The system refused the frame. */
    EGRESS_ERROR(Side.EGRESS, "the system refused to send the frame"),
    /** Flooded, and the far side is a host that is not meant. */
    EGRESS_OTHER_STATION(Side.EGRESS, "flooded on its way to another station than the host on the far side"),
    /** The far side has no Ethernet, and this is no untagged IP packet. */
    EGRESS_NOT_IP(Side.EGRESS, "the far side takes untagged IP packets only"),
    /** Longer than the far side can take. */
    EGRESS_OVERSIZE(Side.EGRESS, "longer than the far side can take"),
    /** What the sender left to the hardware contradicts the frame's headers, and the far side takes wire frames only. */
    EGRESS_BAD_OFFLOAD(Side.EGRESS, "the segmentation or checksum asked for does not fit the frame's headers"),
    /** The keys with the remote VTEP are not agreed on yet. */
    EGRESS_NO_KEY(Side.EGRESS, "to be encrypted, and no keys are agreed on with the remote VTEP yet"),
    /** A guest's own tag would be read as one of the trunk's networks. */
    EGRESS_TAG_CONFLICT(Side.EGRESS, "a tagged frame may not leave untagged on a trunk: it would change networks");

    /** Which end of the switch counts a reason. */
    public enum Side {
        /** At the port that the frame came from. */
        INGRESS,
        /** At the port that the copy should have left by. */
        EGRESS
    }

    private final Side side;
    private final String meaning;

    DropReason(Side side, String meaning) {
        this.side = side;
        this.meaning = meaning;
    }

    /** Which port counts it. */
    public Side side() {
        return side;
    }

    /** The reason in words, for people. */
    public String meaning() {
        return meaning;
    }

    /** The name in REST and metrics: lower case with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
