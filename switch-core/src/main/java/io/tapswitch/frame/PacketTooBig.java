package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * Tells a host that a packet of its is too big for a tunnel, as a router on the way would: path MTU discovery of IPv4
 * (RFC 1191) and of IPv6 (RFC 8201). A VTEP must not fragment (RFC 7348, 4.3), and without this message the packet would
 * vanish, and its repetitions after it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |   type (3)    |   code (4)    |            checksum           |  ICMP: destination unreachable, fragmentation needed
 * +---------------+---------------+-------------------------------+
 * |           unused (0)          |         next-hop MTU          |
 * +-------------------------------+-------------------------------+
 * |   type (2)    |   code (0)    |            checksum           |  ICMPv6: packet too big
 * +---------------+---------------+-------------------------------+
 * |                              MTU                              |
 * +---------------------------------------------------------------+
 * |   both: as much of the packet as fits                         |
 * </pre>
 *
 * <p>A switch has no IP address of its own in a guest's network, so the message comes from the station that the packet was
 * for, MAC and IP address, as Linux's bridged tunnels have it. To its network it looks as if that station had sent it.
 *
 * <p>IPv4 packets are answered with and without "don't fragment". A router would cut the latter; a switch does not, so for
 * these, too, the choice is between this message and none. Linux hosts heed it: they cut the packets themselves from then
 * on.
 *
 * <p>Belongs to one event loop. Nothing is allocated but by the constructor. The caller limits how many it sends (RFC
 * 4443, 2.4 f; RFC 1812, 4.3.2.8).
 */
public final class PacketTooBig {
    /** The longest messages, IP header included: RFC 1812, 4.3.2.3 and RFC 4443, 2.4 c. */
    private static final int IPV4_LONGEST = 576;

    private static final int IPV6_LONGEST = 1280;

    /** The least MTU of a link: RFC 791, 3.2 and RFC 8200, 5. A host that is told of less ignores it. */
    private static final int IPV4_LEAST_MTU = 68;

    private static final int IPV6_LEAST_MTU = 1280;

    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int ICMP_HEADER = 8;
    private static final int FRAGMENTATION_NEEDED = 3 << 24 | 4 << 16;
    private static final int PACKET_TOO_BIG = 2 << 24;
    private static final int HOP_LIMIT = 64;

    /** RFC 1812, 4.3.2.5: precedence "internetwork control". */
    private static final int TYPE_OF_SERVICE = 0xc0;

    private static final int DONT_FRAGMENT = 0x4000;

    /** Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 1122, 3.2.2). */
    private static final int ICMP_ERRORS = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12;

    private static final int ICMPV6_LEAST_INFORMATIONAL = 128;
    private static final int ICMPV6_REDIRECT = 137;

    private final PacketLayout layout = new PacketLayout();

    /**
     * Makes the answer to a frame. There is none, and nothing is written, if the frame
     *
     * <ul>
     *   <li>is not from one station to one other, by MAC or by IP address (RFC 1122, 3.2.2). RFC 4443, 2.4 e allows an
     *       answer to IPv6 multicast; but here it would seem to come from the group, and any number of hosts may send it;
     *   <li>holds no IP packet, a malformed one, one that is cut off, or one that is not too big;
     *   <li>is a fragment but not the first, or an ICMP error message or redirect itself;
     *   <li>would be no smaller than IP allows if it fitted: 68 bytes, or 1280 by IPv6.
     * </ul>
     *
     * @param offending not changed. It may be a large frame with an open checksum, one of whose segments would be too big:
     *     hosts look at addresses, ports and sequence number of what is quoted
     * @param mtu the longest payload of an Ethernet frame that the tunnel takes, bytes. Guest tags are part of it: the host
     *     is told of what is left for IP
     * @param answer another frame, to be filled, in its own buffer, with a plain one that goes back to the sender, with the
     *     same guest tags
     * @return whether there is an answer
     */
    public boolean answer(Frame offending, int mtu, Frame answer) {
        if (!layout.findNetwork(offending) || !isAmongStations(offending) || !layout.findFirstTransport()) {
            return false;
        }
        int most = mtu - (layout.network() - Frame.ETHERNET_HEADER);
        boolean tooBig = layout.end() - layout.network() > most;
        boolean helps = most >= (layout.isIpv4() ? IPV4_LEAST_MTU : IPV6_LEAST_MTU);
        if (!tooBig || !helps || isError() || !isAmongHosts(offending)) {
            return false;
        }
        if (layout.isIpv4()) {
            writeIpv4(offending, most, answer);
        } else {
            writeIpv6(offending, most, answer);
        }
        return true;
    }

    private static boolean isAmongStations(Frame frame) {
        return MacAddress.isValidSource(frame.source()) && MacAddress.isValidSource(frame.destination());
    }

    /** Also true if there is no telling. */
    private boolean isError() {
        if (layout.protocol() != (layout.isIpv4() ? ICMP : ICMPV6)) {
            return false;
        }
        if (layout.transport() == layout.end()) {
            return true;
        }
        int type = layout.u8(layout.transport());
        return layout.isIpv4()
                ? type < Integer.SIZE && (ICMP_ERRORS >>> type & 1) != 0
                : type < ICMPV6_LEAST_INFORMATIONAL || type == ICMPV6_REDIRECT;
    }

    private boolean isAmongHosts(Frame frame) {
        ByteBuffer buffer = frame.buffer();
        int ip = frame.start() + layout.network();
        return layout.isIpv4()
                ? isHost(buffer.getInt(ip + 12)) && isHost(buffer.getInt(ip + 16))
                : isHost(buffer.getLong(ip + 8), buffer.getLong(ip + 16))
                        && isHost(buffer.getLong(ip + 24), buffer.getLong(ip + 32));
    }

    /** Neither this network nor loopback, nor multicast, class E or broadcast. */
    private static boolean isHost(int ipv4) {
        int first = ipv4 >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    /** Neither unspecified nor loopback, nor multicast. */
    private static boolean isHost(long high, long low) {
        boolean special = high == 0 && (low == 0 || low == 1);
        return !special && high >>> 56 != 0xff;
    }

    private void writeIpv4(Frame offending, int mtu, Frame answer) {
        int header = PacketLayout.IPV4_HEADER;
        int total = Math.min(mtu, IPV4_LONGEST);
        begin(offending, header + ICMP_HEADER, total, answer);
        ByteBuffer from = offending.buffer();
        ByteBuffer to = answer.buffer();
        int packet = offending.start() + layout.network();
        int ip = answer.start() + layout.network();
        int icmp = ip + header;
        to.putInt(ip, (0x4500 | TYPE_OF_SERVICE) << 16 | total).putInt(ip + 4, DONT_FRAGMENT);
        to.putInt(ip + 8, HOP_LIMIT << 24 | ICMP << 16);
        to.putInt(ip + 12, from.getInt(packet + 16)).putInt(ip + 16, from.getInt(packet + 12));
        to.putShort(ip + 10, (short) Checksum.fold(Checksum.sum(to, ip, header, 0)));
        to.putInt(icmp, FRAGMENTATION_NEEDED).putInt(icmp + 4, Math.min(mtu, 0xffff));
        to.putShort(icmp + 2, (short) Checksum.fold(Checksum.sum(to, icmp, total - header, 0)));
    }

    private void writeIpv6(Frame offending, int mtu, Frame answer) {
        int header = PacketLayout.IPV6_HEADER;
        int message = IPV6_LONGEST - header;
        begin(offending, header + ICMP_HEADER, IPV6_LONGEST, answer);
        ByteBuffer to = answer.buffer();
        int packet = offending.start() + layout.network();
        int ip = answer.start() + layout.network();
        int icmp = ip + header;
        to.putInt(ip, 6 << 28).putInt(ip + 4, message << 16 | ICMPV6 << 8 | HOP_LIMIT);
        to.put(ip + 8, offending.buffer(), packet + 24, 16).put(ip + 24, offending.buffer(), packet + 8, 16);
        to.putInt(icmp, PACKET_TOO_BIG).putInt(icmp + 4, mtu);
        // The pseudo header's addresses, in front of the message, and its length and protocol (RFC 8200, 8.1).
        long sum = Checksum.sum(to, ip + 8, 32 + message, message + ICMPV6);
        to.putShort(icmp + 2, (short) Checksum.fold(sum));
    }

    /**
     * Writes what is around the headers: Ethernet, and the quoted packet, of which there is enough: it is longer than the
     * MTU, and the message is not.
     */
    private void begin(Frame offending, int overhead, int total, Frame answer) {
        int network = layout.network();
        int quoted = total - overhead;
        answer.receivedPlain(network + total);
        ByteBuffer from = offending.buffer();
        ByteBuffer to = answer.buffer();
        int at = answer.start();
        long destination = offending.source();
        long source = offending.destination();
        to.putLong(at, destination << 16 | source >>> 32).putInt(at + 8, (int) source);
        to.put(at + 12, from, offending.start() + 12, network - 12);
        to.put(at + network + overhead, from, offending.start() + network, quoted);
    }
}
