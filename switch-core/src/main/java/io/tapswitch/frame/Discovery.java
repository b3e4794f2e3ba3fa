package io.tapswitch.frame;

import java.nio.ByteBuffer;

/**
 * One message of ARP (RFC 826) or of IPv6 neighbour discovery (RFC 4861), which say the same: "who has the target?", and
 * "the target is at this MAC address".
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |       hardware type (1)       |    protocol type (0x0800)     |  ARP, behind the Ethernet header
 * +---------------+---------------+-------------------------------+
 * | MAC bytes (6) |  IP bytes (4) | 1: request, 2: reply          |
 * +---------------+---------------+-------------------------------+
 * |   sender MAC (48 bits), sender IP (32 bits)                   |
 * |   target MAC (48 bits), target IP (32 bits)                   |
 * +---------------------------------------------------------------+
 *
 * +---------------+---------------+-------------------------------+
 * |   type (135)  |   code (0)    |            checksum           |  solicitation, behind Ethernet and IPv6 headers
 * +---------------+---------------+-------------------------------+
 * |                          reserved (0)                         |
 * +---------------------------------------------------------------+
 * |   target IP (128 bits)                                        |
 * +---------------+---------------+-------------------------------+
 * |   option (1)  |   length (1)  |   sender's MAC (48 bits)      |  length in units of 8 bytes
 * +---------------+---------------+-------------------------------+
 *
 * +---------------+---------------+-------------------------------+
 * |   type (136)  |   code (0)    |            checksum           |  advertisement
 * +-+-+-+---------+---------------+-------------------------------+
 * |R|S|O|                    reserved (0)                         |  router, solicited, override
 * +-+-+-+---------------------------------------------------------+
 * |   target IP (128 bits)                                        |
 * +---------------+---------------+-------------------------------+
 * |   option (2)  |   length (1)  |   target's MAC (48 bits)      |
 * +---------------+---------------+-------------------------------+
 * </pre>
 *
 * <p>IP addresses are two {@code long}s as {@link IpAddress} defines. Reused: {@link #read} fills the fields, which hold
 * nothing that can be relied upon if it gave false. Nothing is allocated. For one event loop.
 */
public final class Discovery {
    /** The longest frame that is read: with more options than anybody sends but with SEND, which nobody can answer for. */
    public static final int MAX_LENGTH = 256;

    private static final int ARP_LENGTH = 42;
    private static final int ARP_ETHERNET_IPV4 = 0x0001_0800;
    private static final int ARP_LENGTHS = 0x0604;
    private static final int ARP_REQUEST = 1;
    private static final int ARP_REPLY = 2;

    private static final int IP = Frame.ETHERNET_HEADER;
    private static final int IPV6_HEADER = PacketLayout.IPV6_HEADER;
    private static final int ICMP = IP + IPV6_HEADER;
    private static final int OPTIONS = 24;
    private static final int MESSAGE = OPTIONS + 8;
    private static final int ICMPV6 = 58;
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

    private boolean asks;
    private boolean asksAll;
    private long sourceHigh;
    private long sourceLow;
    private long targetHigh;
    private long targetLow;
    private long mac;
    private long frameSource;
    private boolean solicited;
    private boolean override;

    /**
     * Whether a frame, of which the Ethernet header is there, may hold a message: true for each that {@link #read} takes,
     * and false for nearly all others at the cost of a compare or two.
     */
    public static boolean isLikely(Frame frame) {
        int type = frame.etherType();
        return type == EtherType.ARP
                || type == EtherType.IPV6
                        && frame.length() >= ICMP
                        && (frame.buffer().getShort(frame.start() + IP + 6) & 0xffff) == (ICMPV6 << 8 | HOP_LIMIT);
    }

    /** Reads the message in a frame. @return as {@link #read(ByteBuffer, int, int, boolean)} */
    public boolean read(Frame frame) {
        return read(frame.buffer(), frame.start(), frame.length(), !frame.isChecksumOpen());
    }

    /**
     * Reads a message. None is read behind a VLAN tag, in a fragment (RFC 6980) or behind another extension header, where
     * nobody puts one.
     *
     * @param at the index of the Ethernet frame
     * @param length of the frame, 14 or more
     * @param checked whether the checksum is there to be checked
     * @return false if it is none of these, or breaks a rule of RFC 4861, 7.1
     */
    public boolean read(ByteBuffer buffer, int at, int length, boolean checked) {
        if (length < ARP_LENGTH || length > MAX_LENGTH) {
            return false;
        }
        frameSource = buffer.getLong(at + 4) & MacAddress.BROADCAST;
        int type = buffer.getShort(at + 12) & 0xffff;
        return type == EtherType.ARP
                ? readArp(buffer, at)
                : type == EtherType.IPV6 && readNd(buffer, at, length, checked);
    }

    private boolean readArp(ByteBuffer buffer, int at) {
        int operation = buffer.getShort(at + 20);
        boolean known = buffer.getInt(at + 14) == ARP_ETHERNET_IPV4 && buffer.getShort(at + 18) == ARP_LENGTHS;
        int sender = buffer.getInt(at + 28);
        int target = buffer.getInt(at + 38);
        long destination = buffer.getLong(at) >>> 16;
        mac = buffer.getLong(at + 20) & MacAddress.BROADCAST;
        if (!known || operation != ARP_REQUEST && operation != ARP_REPLY || !MacAddress.isValidSource(mac)) {
            return false;
        }
        // A request for the sender's own address is an announcement, RFC 5227, 3.
        asks = operation == ARP_REQUEST && sender != target;
        asksAll = asks && destination == MacAddress.BROADCAST;
        solicited = operation == ARP_REPLY && !MacAddress.isGroup(destination);
        override = true;
        sourceHigh = 0;
        sourceLow = sender == 0 ? 0 : IpAddress.ipv4(sender);
        targetHigh = 0;
        targetLow = IpAddress.ipv4(asks ? target : sender);
        return IpAddress.isHost(sender) || asks && sender == 0;
    }

    private boolean readNd(ByteBuffer buffer, int at, int length, boolean checked) {
        if (length < ICMP + OPTIONS || (buffer.get(at + IP) & 0xf0) != 6 << 4) {
            return false;
        }
        int payload = buffer.getShort(at + IP + 4) & 0xffff;
        int type = buffer.get(at + ICMP) & 0xff;
        boolean whole = payload >= OPTIONS && payload <= length - ICMP;
        boolean direct = (buffer.getShort(at + IP + 6) & 0xffff) == (ICMPV6 << 8 | HOP_LIMIT);
        boolean known = (type == SOLICITATION || type == ADVERTISEMENT) && buffer.get(at + ICMP + 1) == 0;
        if (!whole || !direct || !known || checked && Checksum.fold(sum(buffer, at + IP, payload)) != 0) {
            return false;
        }
        asks = type == SOLICITATION;
        sourceHigh = buffer.getLong(at + IP + 8);
        sourceLow = buffer.getLong(at + IP + 16);
        targetHigh = buffer.getLong(at + ICMP + 8);
        targetLow = buffer.getLong(at + ICMP + 16);
        int flags = asks ? 0 : buffer.getInt(at + ICMP + 4);
        solicited = (flags & SOLICITED) != 0;
        override = (flags & OVERRIDE) != 0;
        return isUnicast(targetHigh, targetLow) && readOption(buffer, at + ICMP, payload) && fits(buffer, at);
    }

    /** Of the pseudo header (RFC 8200, 8.1) and the message. */
    private static long sum(ByteBuffer buffer, int ip, int payload) {
        long pseudo = Checksum.sum(buffer, ip + 8, 2 * IpAddress.IPV6_LENGTH, payload + ICMPV6);
        return Checksum.sum(buffer, ip + IPV6_HEADER, payload, pseudo);
    }

    private static boolean isUnicast(long high, long low) {
        return !IpAddress.isIpv4(high, low) && IpAddress.isHost(high, low);
    }

    /** Finds the MAC address among the options. False if they are malformed. */
    private boolean readOption(ByteBuffer buffer, int icmp, int payload) {
        int wanted = asks ? SOURCE_OPTION : TARGET_OPTION;
        int end = icmp + payload;
        mac = 0;
        int at = icmp + OPTIONS;
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
    private boolean fits(ByteBuffer buffer, int at) {
        long high = buffer.getLong(at + IP + 24);
        long low = buffer.getLong(at + IP + 32);
        boolean solicitedNode = high == ALL_NODES_HIGH && (low & ~0xff_ffffL) == SOLICITED_NODE;
        asksAll = asks && solicitedNode && MacAddress.isGroup(buffer.getLong(at) >>> 16);
        if (!asks) {
            return isUnicast(sourceHigh, sourceLow) && !(solicited && IpAddress.isMulticast(high));
        }
        return hasSource() ? isUnicast(sourceHigh, sourceLow) : solicitedNode && mac == 0;
    }

    /** Whether the message asks; else it tells. */
    public boolean asks() {
        return asks;
    }

    /** Whether the message asks everybody who may have the target: by broadcast, or the target's solicited-node group. */
    public boolean asksAll() {
        return asksAll;
    }

    /** Whether the one who asks has an address; else he looks whether another has the one that he would like. */
    public boolean hasSource() {
        return (sourceHigh | sourceLow) != 0;
    }

    /** Who asks; 0, 0 without a {@linkplain #hasSource source}. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** The low half of it. */
    public long sourceLow() {
        return sourceLow;
    }

    /** Whose MAC address is asked for, or told. */
    public long targetHigh() {
        return targetHigh;
    }

    /** The low half of it. */
    public long targetLow() {
        return targetLow;
    }

    /** Of the one who asks, or of the target; 0 if the message does not say. */
    public long mac() {
        return mac;
    }

    /** Where the frame came from. */
    public long frameSource() {
        return frameSource;
    }

    /** Whether it answers a question of the one whom it is sent to. */
    public boolean solicited() {
        return solicited;
    }

    /** Whether it is to replace what was known. */
    public boolean override() {
        return override;
    }

    /**
     * Writes a question.
     *
     * @param own the MAC address of the one who asks
     * @param to whom; 0 for everybody who may have the target
     */
    public static void ask(
            Frame frame, long own, long to, long sourceHigh, long sourceLow, long targetHigh, long targetLow) {
        if (IpAddress.isIpv4(targetHigh, targetLow)) {
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
     * Writes the answer to this question, without the flag of a router.
     *
     * @param own the MAC address of the one who has the target
     * @param replace whether nobody else has it
     */
    public void answer(Frame frame, long own, boolean replace) {
        long asker = mac == 0 ? frameSource : mac;
        if (IpAddress.isIpv4(targetHigh, targetLow)) {
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

    /** Writes what tells everybody that an address is at a MAC address. */
    public static void announce(Frame frame, long own, long high, long low) {
        if (IpAddress.isIpv4(high, low)) {
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
        frame.receivedPlain(IPV6_HEADER + MESSAGE);
        int at = frame.start();
        ByteBuffer buffer = frame.buffer();
        buffer.putInt(at, 6 << 28).putInt(at + 4, MESSAGE << 16 | ICMPV6 << 8 | HOP_LIMIT);
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
