package io.tapswitch.port.tun;

import java.nio.ByteBuffer;

/** What the port reads of an IP packet: never a byte at or behind its end. */
final class IpHeader {
    static final int IPV4_LENGTH = 20;
    static final int IPV6_LENGTH = 40;
    static final int ICMPV6 = 58;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MAX_EXTENSIONS = 8;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int REDIRECT = 137;

    private IpHeader() {}

    /** 4 or 6; 0 if the packet is neither, or shorter than the fixed header. */
    static int version(ByteBuffer buffer, int at, int length) {
        int version = length == 0 ? 0 : (buffer.get(at) & 0xf0) >>> 4;
        boolean whole = version == 4 && length >= IPV4_LENGTH || version == 6 && length >= IPV6_LENGTH;
        return whole ? version : 0;
    }

    /**
     * Whether an IPv6 packet is a message of neighbour discovery (RFC 4861, 4), which concerns one link only, or may hide
     * one behind more extension headers than anybody has use for.
     */
    static boolean isDiscovery(ByteBuffer buffer, int at, int length) {
        int next = buffer.get(at + 6) & 0xff;
        int offset = IPV6_LENGTH;
        for (int i = 0; i <= MAX_EXTENSIONS; i++) {
            if (next == ICMPV6) {
                int type = offset < length ? buffer.get(at + offset) & 0xff : 0;
                return type >= ROUTER_SOLICITATION && type <= REDIRECT;
            }
            if (next != HOP_BY_HOP && next != ROUTING && next != DESTINATION_OPTIONS || offset + 2 > length) {
                return false;
            }
            next = buffer.get(at + offset) & 0xff;
            offset += 8 + 8 * (buffer.get(at + offset + 1) & 0xff);
        }
        return true;
    }
}
