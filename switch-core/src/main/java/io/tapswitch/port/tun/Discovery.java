package io.tapswitch.port.tun;

import io.tapswitch.frame.Checksum;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;

/**
 * One message of ARP (RFC 826) or of IPv6 neighbour discovery (RFC 4861), which say the same: "who has the target?", and
 * "the target is at this MAC address".
 *
 * <pre>
 *  ARP, behind the Ethernet header            | 1 | 0x0800 | 6 | 4 | op | sender MAC, IP | target MAC, IP |
 *  solicitation, behind Ethernet and IPv6     | 135 | 0 | checksum | 0     | target IP | 1 | 1 | sender's MAC |
 *  advertisement                              | 136 | 0 | checksum | R S O | target IP | 2 | 1 | target's MAC |
 * </pre>
 *
 * <p>Reused: {@link #read} fills the fields. For one event loop.
 */
final class Discovery {
    /** The longest message that is read: with more options than anybody sends. */
    static final int MAX_LENGTH = 256;

    private static final int ARP_LENGTH = 42;
    private static final int ARP_ETHERNET_IPV4 = 0x0001_0800;
    private static final int ARP_LENGTHS = 0x0604;
    private static final int ARP_REQUEST = 1;
    private static final int ARP_REPLY = 2;

    private static final int IP = Frame.ETHERNET_HEADER;
    private static final int ICMP = IP + IpHeader.IPV6_LENGTH;
    private static final int OPTIONS = 24;
    private static final int MESSAGE = OPTIONS + 8;
    private static final int HOP_LIMIT = 255;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int SOURCE_OPTION = 1;
    private static final int TARGET_OPTION = 2;
    private static final int SOLICITED = 1 << 30;
    private static final int OVERRIDE = 1 << 29;

    private static final long ALL_NODES_HIGH = 0xff02L << 48;
    private static final long ALL_NODES_MAC = 0x3333_0000_0001L;
    private static final long SOLICITED_NODE = 0x1_ff00_0000L;

    /** Whether the message asks; else it tells. */
    boolean asks;
    /** Who asks; 0, 0 for somebody who has no address yet and looks whether another has it. */
    long sourceHigh;

    long sourceLow;
    /** Whose MAC address is asked for, or told. */
    long targetHigh;

    long targetLow;
    /** Of the one who asks, or of the target; 0 if the message does not say. */
    long mac;
    /** Where the frame came from. */
    long frameSource;
    /** Whether it answers a question of this port. */
    boolean solicited;
    /** Whether it is to replace what was known. */
    boolean override;

    /**
     * Reads a message.
     *
     * @param buffer the Ethernet frame, from index 0
     * @param checked whether the checksum is there to be checked
     * @return false if it is none of these, or breaks a rule of RFC 4861, 7.1
     */
    boolean read(ByteBuffer buffer, int length, boolean checked) {
        if (length < ARP_LENGTH) {
            return false;
        }
        frameSource = buffer.getLong(4) & MacAddress.BROADCAST;
        int type = buffer.getShort(12) & 0xffff;
        return type == EtherType.ARP ? readArp(buffer) : type == EtherType.IPV6 && readNd(buffer, length, checked);
    }

    private boolean readArp(ByteBuffer buffer) {
        int operation = buffer.getShort(20);
        boolean known = buffer.getInt(14) == ARP_ETHERNET_IPV4 && buffer.getShort(18) == ARP_LENGTHS;
        int sender = buffer.getInt(28);
        int target = buffer.getInt(38);
        mac = buffer.getLong(20) & MacAddress.BROADCAST;
        if (!known || operation != ARP_REQUEST && operation != ARP_REPLY || !MacAddress.isValidSource(mac)) {
            return false;
        }
        // A request for the sender's own address is an announcement, RFC 5227, 3.
        asks = operation == ARP_REQUEST && sender != target;
        solicited = operation == ARP_REPLY && !MacAddress.isGroup(buffer.getLong(0) >>> 16);
        override = true;
        sourceHigh = 0;
        sourceLow = sender == 0 ? 0 : IpPrefix.ipv4(sender);
        targetHigh = 0;
        targetLow = IpPrefix.ipv4(asks ? target : sender);
        return isHost(sender) || asks && sender == 0;
    }

    private static boolean isHost(int address) {
        int first = address >>> 24;
        return first > 0 && first < 224 && first != 127;
    }

    private boolean readNd(ByteBuffer buffer, int length, boolean checked) {
        if (length < ICMP + OPTIONS || IpHeader.version(buffer, IP, length - IP) != 6) {
            return false;
        }
        int payload = buffer.getShort(IP + 4) & 0xffff;
        int type = buffer.get(ICMP) & 0xff;
        boolean whole = payload >= OPTIONS && payload <= length - ICMP;
        boolean direct = (buffer.get(IP + 6) & 0xff) == IpHeader.ICMPV6 && (buffer.get(IP + 7) & 0xff) == HOP_LIMIT;
        boolean known = (type == SOLICITATION || type == ADVERTISEMENT) && buffer.get(ICMP + 1) == 0;
        if (!whole || !direct || !known || checked && !isSound(buffer, payload)) {
            return false;
        }
        asks = type == SOLICITATION;
        sourceHigh = buffer.getLong(IP + 8);
        sourceLow = buffer.getLong(IP + 16);
        targetHigh = buffer.getLong(ICMP + 8);
        targetLow = buffer.getLong(ICMP + 16);
        int flags = asks ? 0 : buffer.getInt(ICMP + 4);
        solicited = (flags & SOLICITED) != 0;
        override = (flags & OVERRIDE) != 0;
        return isUnicast(targetHigh, targetLow) && readOption(buffer, ICMP + payload) && fits(buffer);
    }

    private static boolean isSound(ByteBuffer buffer, int payload) {
        return Checksum.fold(sum(buffer, IP, payload)) == 0;
    }

    /** Of the pseudo header (RFC 8200, 8.1) and the message. */
    private static long sum(ByteBuffer buffer, int ip, int payload) {
        long pseudo = Checksum.sum(buffer, ip + 8, 32, payload + IpHeader.ICMPV6);
        return Checksum.sum(buffer, ip + IpHeader.IPV6_LENGTH, payload, pseudo);
    }

    private static boolean isUnicast(long high, long low) {
        return !IpPrefix.isMulticast(high) && !IpPrefix.isIpv4(high, low) && (high | low) != 0;
    }

    /** Finds the MAC address among the options. False if they are malformed. */
    private boolean readOption(ByteBuffer buffer, int end) {
        int wanted = asks ? SOURCE_OPTION : TARGET_OPTION;
        mac = 0;
        int at = ICMP + OPTIONS;
        while (at + 8 <= end) {
            int length = 8 * (buffer.get(at + 1) & 0xff);
            if (length == 0 || at + length > end) {
                return false;
            }
            if (buffer.get(at) == wanted && length == 8) {
                mac = buffer.getLong(at) & MacAddress.BROADCAST;
                if (!MacAddress.isValidSource(mac)) {
                    return false;
                }
            }
            at += length;
        }
        return at == end;
    }

    /** Whether source and destination are such that the message can be what it says. */
    private boolean fits(ByteBuffer buffer) {
        long high = buffer.getLong(IP + 24);
        long low = buffer.getLong(IP + 32);
        if (!asks) {
            return isUnicast(sourceHigh, sourceLow) && !(solicited && IpPrefix.isMulticast(high));
        }
        if ((sourceHigh | sourceLow) != 0) {
            return isUnicast(sourceHigh, sourceLow);
        }
        boolean solicitedNode = high == ALL_NODES_HIGH && (low & ~0xff_ffffL) == SOLICITED_NODE;
        return solicitedNode && mac == 0;
    }

    /** Whether the one who asks has an address. */
    boolean hasSource() {
        return (sourceHigh | sourceLow) != 0;
    }

    /**
     * Writes a question.
     *
     * @param own the MAC address of the port
     * @param to whom; 0 for everybody who may have the target
     */
    static void ask(Frame frame, long own, long to, long sourceHigh, long sourceLow, long targetHigh, long targetLow) {
        if (IpPrefix.isIpv4(targetHigh, targetLow)) {
            long destination = to == 0 ? MacAddress.BROADCAST : to;
            arp(frame, ARP_REQUEST, destination, own, (int) sourceLow, 0, (int) targetLow);
            return;
        }
        long node = SOLICITED_NODE | targetLow & 0xff_ffff;
        if (to == 0) {
            ip(frame, 0x3333_0000_0000L | node & 0xffff_ffffL, own, sourceHigh, sourceLow, ALL_NODES_HIGH, node);
        } else {
            ip(frame, to, own, sourceHigh, sourceLow, targetHigh, targetLow);
        }
        icmp(frame, SOLICITATION, 0, targetHigh, targetLow, own);
    }

    /**
     * Writes the answer to this question.
     *
     * @param own the MAC address of the port
     * @param replace whether nobody else has the target
     */
    void answer(Frame frame, long own, boolean replace) {
        long asker = mac == 0 ? frameSource : mac;
        if (IpPrefix.isIpv4(targetHigh, targetLow)) {
            arp(frame, ARP_REPLY, asker, own, (int) targetLow, asker, (int) sourceLow);
            return;
        }
        int flags = (replace ? OVERRIDE : 0) | (hasSource() ? SOLICITED : 0);
        if (hasSource()) {
            ip(frame, asker, own, targetHigh, targetLow, sourceHigh, sourceLow);
        } else {
            ip(frame, ALL_NODES_MAC, own, targetHigh, targetLow, ALL_NODES_HIGH, 1);
        }
        icmp(frame, ADVERTISEMENT, flags, targetHigh, targetLow, own);
    }

    /** Writes what tells everybody that an address is at the port. */
    static void announce(Frame frame, long own, long high, long low) {
        if (IpPrefix.isIpv4(high, low)) {
            arp(frame, ARP_REQUEST, MacAddress.BROADCAST, own, (int) low, 0, (int) low);
        } else {
            ip(frame, ALL_NODES_MAC, own, high, low, ALL_NODES_HIGH, 1);
            icmp(frame, ADVERTISEMENT, OVERRIDE, high, low, own);
        }
    }

    private static void arp(Frame frame, int operation, long to, long sender, int senderIp, long target, int targetIp) {
        frame.receivedPlain(ARP_LENGTH - Frame.ETHERNET_HEADER);
        int at = frame.start();
        ByteBuffer buffer = frame.buffer();
        buffer.putInt(at, ARP_ETHERNET_IPV4).putInt(at + 4, ARP_LENGTHS << 16 | operation);
        putMac(buffer, at + 8, sender);
        buffer.putInt(at + 14, senderIp);
        putMac(buffer, at + 18, target);
        buffer.putInt(at + 24, targetIp);
        frame.pushEthernet(to, sender, EtherType.ARP);
    }

    private static void putMac(ByteBuffer buffer, int at, long mac) {
        buffer.putShort(at, (short) (mac >>> 32)).putInt(at + 2, (int) mac);
    }

    private static void ip(
            Frame frame, long to, long from, long sourceHigh, long sourceLow, long targetHigh, long targetLow) {
        frame.receivedPlain(IpHeader.IPV6_LENGTH + MESSAGE);
        int at = frame.start();
        ByteBuffer buffer = frame.buffer();
        buffer.putInt(at, 6 << 28).putInt(at + 4, MESSAGE << 16 | IpHeader.ICMPV6 << 8 | HOP_LIMIT);
        buffer.putLong(at + 8, sourceHigh).putLong(at + 16, sourceLow);
        buffer.putLong(at + 24, targetHigh).putLong(at + 32, targetLow);
        frame.pushEthernet(to, from, EtherType.IPV6);
    }

    private static void icmp(Frame frame, int type, int flags, long targetHigh, long targetLow, long mac) {
        int at = frame.start() + ICMP;
        ByteBuffer buffer = frame.buffer();
        buffer.putInt(at, type << 24).putInt(at + 4, flags);
        buffer.putLong(at + 8, targetHigh).putLong(at + 16, targetLow);
        buffer.put(at + OPTIONS, (byte) (type == SOLICITATION ? SOURCE_OPTION : TARGET_OPTION));
        buffer.put(at + OPTIONS + 1, (byte) 1);
        putMac(buffer, at + OPTIONS + 2, mac);
        buffer.putShort(at + 2, (short) Checksum.fold(sum(buffer, frame.start() + IP, MESSAGE)));
    }
}
