package io.tapswitch.vxlan;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.TunnelEcn;
import io.tapswitch.linux.DatagramBatch;
import io.tapswitch.linux.UdpSocket;

/**
 * What a frame's outer IP header says besides the addresses, in one number: so a loop sees at a glance whether two frames
 * can leave in one piece.
 *
 * <pre>
 *  31             16 15            8 7             0
 * +-----------------+---------------+---------------+
 * |        0        |      TTL      | traffic class |
 * +-----------------+---------------+---------------+
 * </pre>
 */
final class OuterHeader {
    private static final int TTL_SHIFT = 8;

    private OuterHeader() {}

    /** The fields for a frame, as the settings want them; ECN as RFC 6040, 4.1 has it. */
    static int fields(VxlanSettings settings, Frame frame, TunnelEcn ecn) {
        int inner = ecn.trafficClass(frame);
        int trafficClass = TunnelEcn.encapsulate(settings.inheritDscp() ? inner : settings.dscp() << 2, inner);
        int ttl = settings.ttl();
        if (settings.inheritTtl()) {
            int hopLimit = ecn.hopLimit(frame);
            ttl = hopLimit > 0 ? hopLimit : ttl;
        }
        return ttl << TTL_SHIFT | trafficClass;
    }

    /** Gives the message that was begun last these fields where they are not the socket's own. */
    static void write(DatagramBatch batch, boolean ipv6, int fields) {
        int trafficClass = fields & 0xff;
        int ttl = fields >>> TTL_SHIFT;
        if (trafficClass != 0) {
            batch.tos(ipv6, trafficClass);
        }
        if (ttl != UdpSocket.DEFAULT_TTL) {
            batch.ttl(ipv6, ttl);
        }
    }
}
