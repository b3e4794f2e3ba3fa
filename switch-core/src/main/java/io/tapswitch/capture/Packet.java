package io.tapswitch.capture;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import java.nio.ByteBuffer;

/**
 * Where the headers of a frame are, as a {@link FrameFilter} asks for them: also of a frame that is cut short or damaged, as
 * far as they go. Every position counts from the first byte of the Ethernet header. Reused; for one thread.
 */
final class Packet {
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP6 = 58;
    static final int SCTP = 132;

    /** What a frame that has no such thing answers. */
    static final int NONE = -1;

    private static final int SERVICE_TAG = 0x88a8;
    private static final int MAX_TAGS = 3;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int ARP_LENGTH = 28;
    private static final long ARP_OF_IPV4 = 0x0001_0800_0604L;
    private static final int MAX_EXTENSIONS = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;

    private ByteBuffer buffer;
    private int start;
    private int length;
    private int tags;
    private int etherType;
    private int network;
    private int protocol;
    private int transport;

    /** Looks at a frame, which stays valid until this one is done with. */
    void read(Frame frame) {
        buffer = frame.buffer();
        start = frame.start();
        length = frame.length();
        protocol = NONE;
        transport = NONE;
        skipTags();
        if (isIpv4()) {
            readIpv4();
        } else if (isIpv6()) {
            readIpv6();
        }
    }

    private void skipTags() {
        network = Frame.ETHERNET_HEADER;
        tags = 0;
        etherType = has(12, 2) ? u16(12) : NONE;
        while (tags < MAX_TAGS && isTag(etherType) && has(network, Frame.VLAN_TAG)) {
            etherType = u16(network + 2);
            network += Frame.VLAN_TAG;
            tags++;
        }
    }

    private static boolean isTag(int type) {
        return type == EtherType.VLAN || type == SERVICE_TAG;
    }

    /** RFC 791, 3.1. Only the first fragment has a transport header. */
    private void readIpv4() {
        protocol = u8(network + 9);
        int header = (u8(network) & 0xf) * 4;
        if ((u16(network + 6) & 0x1fff) == 0 && header >= IPV4_HEADER) {
            transport = network + header;
        }
    }

    /** RFC 8200, 4. */
    private void readIpv6() {
        protocol = u8(network + 6);
        int at = network + IPV6_HEADER;
        for (int i = 0; i < MAX_EXTENSIONS && isExtension(protocol); i++) {
            if (!has(at, 8)) {
                return;
            }
            int size = extensionLength(at);
            boolean laterFragment = protocol == FRAGMENT && (u16(at + 2) & 0xfff8) != 0;
            protocol = u8(at);
            at += size;
            if (laterFragment) {
                return;
            }
        }
        transport = at;
    }

    private int extensionLength(int at) {
        return switch (protocol) {
            case FRAGMENT -> 8;
            case AUTHENTICATION -> (u8(at + 1) + 2) * 4;
            default -> (u8(at + 1) + 1) * 8;
        };
    }

    private static boolean isExtension(int protocol) {
        return switch (protocol) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    /** The bytes of the frame. */
    int length() {
        return length;
    }

    /** The EtherType behind all tags; {@link #NONE} if the frame ends before. */
    int etherType() {
        return etherType;
    }

    /** The protocol of the IP packet, behind all extension headers; {@link #NONE} if it is none. */
    int protocol() {
        return protocol;
    }

    boolean isTagged() {
        return tags > 0;
    }

    /** Whether one of the tags has this VLAN. */
    boolean hasVlan(int vid) {
        for (int tag = 0; tag < tags; tag++) {
            if ((u16(Frame.ETHERNET_HEADER + tag * Frame.VLAN_TAG) & 0xfff) == vid) {
                return true;
            }
        }
        return false;
    }

    boolean isDestination(long mac) {
        return has(0, 6) && mac(0) == mac;
    }

    boolean isSource(long mac) {
        return has(6, 6) && mac(6) == mac;
    }

    /** Whether the destination is a group address. */
    boolean isToGroup() {
        return has(0, 6) && (u8(0) & 1) != 0;
    }

    private long mac(int at) {
        return (long) u16(at) << 32 | u32(at + 2);
    }

    /** Whether the whole of an IPv4 header is there, options aside. */
    boolean isIpv4() {
        return etherType == EtherType.IPV4 && has(network, IPV4_HEADER) && u8(network) >>> 4 == 4;
    }

    /** Whether the whole of an IPv6 header is there. */
    boolean isIpv6() {
        return etherType == EtherType.IPV6 && has(network, IPV6_HEADER) && u8(network) >>> 4 == 6;
    }

    /** Whether it is ARP about IPv4 addresses, RFC 826. */
    boolean isArp() {
        return etherType == EtherType.ARP
                && has(network, ARP_LENGTH)
                && ((long) u16(network) << 32 | u32(network + 2)) == ARP_OF_IPV4;
    }

    /** The source or destination of an IPv4 packet. */
    int ipv4Address(boolean source) {
        return (int) u32(network + (source ? 12 : 16));
    }

    /** The sender's or the target's address in ARP. */
    int arpAddress(boolean sender) {
        return (int) u32(network + (sender ? 14 : 24));
    }

    /** Half of the source or destination of an IPv6 packet. */
    long ipv6Address(boolean source, boolean high) {
        return buffer.getLong(start + network + (source ? 8 : 24) + (high ? 0 : 8));
    }

    /** The source or destination port of TCP, UDP or SCTP; {@link #NONE} if there is none. */
    int port(boolean source) {
        boolean hasPorts = protocol == TCP || protocol == UDP || protocol == SCTP;
        return hasPorts && transport != NONE && has(transport, 4) ? u16(transport + (source ? 0 : 2)) : NONE;
    }

    private boolean has(int at, int bytes) {
        return at + bytes <= length;
    }

    private int u8(int at) {
        return buffer.get(start + at) & 0xff;
    }

    private int u16(int at) {
        return buffer.getShort(start + at) & 0xffff;
    }

    private long u32(int at) {
        return buffer.getInt(start + at) & 0xffff_ffffL;
    }
}
