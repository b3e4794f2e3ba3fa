package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * What the outer IP header of a tunnel takes from the IP packet in a frame, and gives back to it: explicit congestion
 * notification (RFC 6040), DSCP (RFC 2983) and hop limit.
 *
 * <pre>
 *  traffic class, of IPv4 (type of service) and of IPv6 alike
 *   0   1   2   3   4   5   6   7
 * +---+---+---+---+---+---+---+---+     ECN: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE
 * |         DSCP          |  ECN  |
 * +---+---+---+---+---+---+---+---+
 * </pre>
 *
 * <p>A router of the underlay that is congested marks the outer header of a packet whose transport can be told so, instead
 * of dropping it. Without this class its mark would be lost with the outer header, and packets whose transport knows
 * nothing of marks would be marked.
 *
 * <p>Belongs to one event loop. Nothing is allocated but by the constructor. Guest tags are stepped over. A frame
 * without a whole IP header has no traffic class, and is never changed.
 */
public final class TunnelEcn {
    /** What {@link #hopLimit} returns for a frame without IP. */
    public static final int NO_HOP_LIMIT = -1;

    /** Congestion experienced: a router on the way was short of room. */
    public static final int CE = 3;

    private static final int ECN = 3;
    private static final int NOT_ECT = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;

    private static final int IPV4_TTL = 8;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_HOP_LIMIT = 7;

    /** The traffic class is in the middle of the first 16 bits: version (4), traffic class (8), flow label. */
    private static final int IPV6_SHIFT = 4;

    private final PacketLayout layout = new PacketLayout();

    /** The traffic class of the packet in a frame; 0, best effort without ECN, if there is none. */
    public int trafficClass(Frame frame) {
        return findIp(frame) ? trafficClass() : 0;
    }

    /** The time to live, or hop limit, of the packet in a frame; {@link #NO_HOP_LIMIT} if there is none. */
    public int hopLimit(Frame frame) {
        if (!findIp(frame)) {
            return NO_HOP_LIMIT;
        }
        return layout.u8(layout.network() + (layout.isIpv4() ? IPV4_TTL : IPV6_HOP_LIMIT));
    }

    /**
     * The traffic class of an outer header.
     *
     * <p>CE becomes ECT(0), which is the full functionality of RFC 3168, 9.1.1 and what Linux does and tests ({@code
     * vxlan_bridge_1d.sh}), so that both ends of a tunnel to it do the same. The normal mode of RFC 6040, 4.1 has CE
     * there. Nothing is lost: the inner header keeps its mark, and {@link #decapsulate} leaves it there; but the underlay
     * does not see which packets were marked before they came to it.
     *
     * @param dscp the traffic class whose DSCP is taken: the inner one to inherit it, or one that is configured
     * @param inner the {@linkplain #trafficClass traffic class of the frame}, whose ECN is taken
     */
    public static int encapsulate(int dscp, int inner) {
        int ecn = inner & ECN;
        return dscp & 0xff & ~ECN | (ecn == CE ? ECT_0 : ecn);
    }

    /**
     * Gives the packet in a frame the congestion mark of the outer header under which it came (RFC 6040, 4.2, figure 4),
     * with its IPv4 header checksum:
     *
     * <pre>
     *  inner    | outer: Not-ECT | ECT(0)   | ECT(1)   | CE
     *  Not-ECT  |        Not-ECT | Not-ECT  | Not-ECT  | drop
     *  ECT(0)   |        ECT(0)  | ECT(0)   | ECT(1)   | CE
     *  ECT(1)   |        ECT(1)  | ECT(1)   | ECT(1)   | CE
     *  CE       |        CE      | CE       | CE       | CE
     * </pre>
     *
     * @param outerTrafficClass of the outer header; its DSCP is not looked at
     * @return false if the frame is to be dropped: the router that marked it would have dropped it, had the outer header
     *     not promised that somebody would heed the mark
     */
    public boolean decapsulate(Frame frame, int outerTrafficClass) {
        int outer = outerTrafficClass & ECN;
        if (outer == NOT_ECT || outer == ECT_0 || !findIp(frame)) {
            return true;
        }
        int inner = trafficClass() & ECN;
        if (inner == ECT_0 || inner == ECT_1) {
            mark(frame, inner ^ outer);
        }
        return inner != NOT_ECT || outer != CE;
    }

    private boolean findIp(Frame frame) {
        return layout.findNetwork(frame) && layout.isIp();
    }

    private int trafficClass() {
        int first = layout.u16(layout.network());
        return (layout.isIpv4() ? first : first >>> IPV6_SHIFT) & 0xff;
    }

    private void mark(Frame frame, int difference) {
        ByteBuffer buffer = frame.buffer();
        int at = frame.start() + layout.network();
        int from = layout.u16(layout.network());
        int to = from ^ (layout.isIpv4() ? difference : difference << IPV6_SHIFT);
        buffer.putShort(at, (short) to);
        if (layout.isIpv4()) {
            int checksum = layout.u16(layout.network() + IPV4_CHECKSUM);
            buffer.putShort(at + IPV4_CHECKSUM, (short) Checksum.update(checksum, from, to));
        }
    }
}
