package io.tapswitch.vxlan;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import java.nio.ByteBuffer;

/**
 * A number that the frames of one flow share: by IP addresses, protocol and ports, or by MAC addresses. It chooses the UDP
 * source port (RFC 7348, 5), by which routers and receivers spread flows over links and cores.
 */
final class FlowHash {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int NO_OPTIONS = 0x45;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private FlowHash() {}

    /** Any value of 32 bits. A tagged frame, and one with IP options, counts by addresses alone. */
    static int of(Frame frame) {
        ByteBuffer buffer = frame.buffer();
        int at = frame.start() + Frame.ETHERNET_HEADER;
        int payload = frame.length() - Frame.ETHERNET_HEADER;
        int type = frame.etherType();
        if (type == EtherType.IPV4 && payload >= IPV4_HEADER) {
            return ipv4(buffer, at, payload);
        }
        if (type == EtherType.IPV6 && payload >= IPV6_HEADER) {
            return ipv6(buffer, at, payload);
        }
        return mix(frame.destination() * 31 + frame.source());
    }

    private static int ipv4(ByteBuffer buffer, int at, int payload) {
        int protocol = buffer.get(at + 9);
        boolean whole = (buffer.getShort(at + 6) & 0x3fff) == 0 && buffer.get(at) == NO_OPTIONS;
        int ports = whole && payload >= IPV4_HEADER + 4 && hasPorts(protocol) ? buffer.getInt(at + IPV4_HEADER) : 0;
        return mix(buffer.getLong(at + 12) * 31 + ports * 31L + protocol);
    }

    private static int ipv6(ByteBuffer buffer, int at, int payload) {
        int protocol = buffer.get(at + 6);
        int ports = payload >= IPV6_HEADER + 4 && hasPorts(protocol) ? buffer.getInt(at + IPV6_HEADER) : 0;
        long source = buffer.getLong(at + 8) * 31 + buffer.getLong(at + 16);
        long destination = buffer.getLong(at + 24) * 31 + buffer.getLong(at + 32);
        return mix((source * 31 + destination) * 31 + ports * 31L + protocol);
    }

    private static boolean hasPorts(int protocol) {
        return protocol == TCP || protocol == UDP;
    }

    private static int mix(long value) {
        long product = (value ^ value >>> 32) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (product >>> 32);
    }
}
