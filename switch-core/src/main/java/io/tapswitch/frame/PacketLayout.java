package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * Where the headers of a frame are, found by reading the frame itself and nothing that its sender claims about it.
 *
 * <p>Every position counts from the first byte of the Ethernet header. No byte at or behind the end of the frame is
 * read. Belongs to the one event loop that owns it; a layout is valid until the next {@link #findNetwork}.
 */
final class PacketLayout {
    static final int TCP = 6;
    static final int UDP = 17;

    static final int IPV4_HEADER = 20;
    static final int IPV6_HEADER = 40;

    /** The TPID of a service tag, 802.1Q table 9-1: guests may stack it, the switch itself never reads it. */
    private static final int SERVICE_TAG = 0x88a8;

    /** Two tags of a guest, and one of a trunk. */
    private static final int MAX_TAGS = 3;

    private static final int MAX_EXTENSIONS = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MOBILE_ROUTING = 2;
    private static final int SEGMENT_ROUTING = 4;

    private ByteBuffer buffer;
    private int start;
    private int limit;
    private int etherType;
    private int network;
    private int transport;
    private int protocol;
    private int destination;
    private int end;
    private boolean fragment;

    /** Steps over the Ethernet header and its tags. False if the frame is too short, or has too many tags. */
    boolean findNetwork(Frame frame) {
        buffer = frame.buffer();
        start = frame.start();
        limit = frame.length();
        network = Frame.ETHERNET_HEADER;
        for (int tags = 0; tags <= MAX_TAGS && network <= limit; tags++) {
            etherType = u16(network - 2);
            if (etherType != EtherType.VLAN && etherType != SERVICE_TAG) {
                return true;
            }
            network += Frame.VLAN_TAG;
        }
        return false;
    }

    /** Whether an IP header of the version that the EtherType says is inside the frame, options or extensions aside. */
    boolean isIp() {
        return switch (etherType) {
            case EtherType.IPV4 -> isVersion(4, IPV4_HEADER);
            case EtherType.IPV6 -> isVersion(6, IPV6_HEADER);
            default -> false;
        };
    }

    private boolean isVersion(int version, int header) {
        return network + header <= limit && u8(network) >>> 4 == version;
    }

    /**
     * Steps over the IP header; to be called after {@link #findNetwork}. False unless it is IPv4 or IPv6, whole, not a
     * fragment, and inside the frame. A packet length of 0 stands for the rest of the frame: some systems leave it open
     * in a packet that is to be cut.
     */
    boolean findTransport() {
        return findFirstTransport() && !fragment;
    }

    /** The same, but true also for the first fragment of a packet, which need not hold its whole transport header. */
    boolean findFirstTransport() {
        return switch (etherType) {
            case EtherType.IPV4 -> ipv4();
            case EtherType.IPV6 -> ipv6();
            default -> false;
        };
    }

    /** RFC 791, 3.1. */
    private boolean ipv4() {
        if (!isVersion(4, IPV4_HEADER)) {
            return false;
        }
        int offset = u16(network + 6);
        fragment = (offset & 0x3fff) != 0;
        int header = (u8(network) & 0xf) * 4;
        int total = u16(network + 2);
        transport = network + header;
        protocol = u8(network + 9);
        destination = network + 16;
        end = total == 0 ? limit : network + total;
        return (offset & 0x1fff) == 0 && header >= IPV4_HEADER && transport <= end && end <= limit;
    }

    /** RFC 8200, 3. */
    private boolean ipv6() {
        if (!isVersion(6, IPV6_HEADER)) {
            return false;
        }
        fragment = false;
        int payload = u16(network + 4);
        transport = network + IPV6_HEADER;
        protocol = u8(network + 6);
        destination = network + 24;
        end = payload == 0 ? limit : transport + payload;
        boolean jumbogram = payload == 0 && protocol == HOP_BY_HOP; // RFC 2675: its option would be in each segment
        return !jumbogram && end <= limit && skipExtensions();
    }

    /** RFC 8200, 4. */
    private boolean skipExtensions() {
        for (int i = 0; i < MAX_EXTENSIONS; i++) {
            if (!isExtension()) {
                return true;
            }
            if (transport + 8 > end) {
                return false;
            }
            int length = protocol == FRAGMENT ? 8 : 8 + u8(transport + 1) * 8;
            if (transport + length > end || !accept(length)) {
                return false;
            }
            protocol = u8(transport);
            transport += length;
        }
        return false;
    }

    private boolean isExtension() {
        return switch (protocol) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private boolean accept(int length) {
        return switch (protocol) {
            case ROUTING -> followRoute(length);
            case FRAGMENT -> isFirstFragment();
            default -> true;
        };
    }

    /** RFC 8200, 4.5. What is behind the header of another one than the first is no header. */
    private boolean isFirstFragment() {
        fragment = true;
        return (u16(transport + 2) & 0xfff8) == 0;
    }

    /** The checksum covers the address where the packet ends up, not the next hop (RFC 8200, 8.1). */
    private boolean followRoute(int length) {
        int type = u8(transport + 2);
        int segmentsLeft = u8(transport + 3);
        if (segmentsLeft == 0) {
            return true;
        }
        // RFC 6275, 6.4 has one address; RFC 8754, 2 lists the last segment first. Others are obsolete or compressed.
        destination = transport + 8;
        return (type == MOBILE_ROUTING || type == SEGMENT_ROUTING) && length >= 24;
    }

    /** Where the network header starts, behind all tags. */
    int network() {
        return network;
    }

    boolean isIpv4() {
        return etherType == EtherType.IPV4;
    }

    /** The first byte that a transport header could have: behind an IP header without options, if it is IP. */
    int leastTransport() {
        return switch (etherType) {
            case EtherType.IPV4 -> network + IPV4_HEADER;
            case EtherType.IPV6 -> network + IPV6_HEADER;
            default -> network;
        };
    }

    /** Where the transport header starts. */
    int transport() {
        return transport;
    }

    /** The protocol of the transport header, as IANA assigns it. */
    int protocol() {
        return protocol;
    }

    /** Where the IP packet ends. Bytes from there to the end of the frame are padding. */
    int end() {
        return end;
    }

    /** The unfolded sum of the pseudo header without its length (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1). */
    long pseudoHeaderSum() {
        int size = isIpv4() ? 4 : 16;
        int source = isIpv4() ? network + 12 : network + 8;
        return Checksum.sum(buffer, start + source, size, Checksum.sum(buffer, start + destination, size, protocol));
    }

    /** The unsigned byte at a position inside the frame. */
    int u8(int at) {
        return buffer.get(start + at) & 0xff;
    }

    /** The unsigned big-endian 16-bit word at a position inside the frame. */
    int u16(int at) {
        return buffer.getShort(start + at) & 0xffff;
    }
}
