package io.tapswitch.bridge;

import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Messages of ARP and of IPv6 neighbour discovery, written by nothing of the product. */
final class DiscoveryFrames {
    static final int REQUEST = 1;
    static final int REPLY = 2;
    static final int SOLICITATION = 135;
    static final int ADVERTISEMENT = 136;
    static final int SOLICITED = 1 << 30;
    static final int OVERRIDE = 1 << 29;

    private static final long BROADCAST = 0xffff_ffff_ffffL;
    private static final long ALL_NODES = 0x3333_0000_0001L;
    private static final int ICMPV6 = 58;

    private DiscoveryFrames() {}

    static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static int ipv4(String text) {
        return ByteBuffer.wrap(address(text)).getInt();
    }

    static byte[] arp(int operation, long to, long from, int sender, long targetMac, int target) {
        ByteBuffer arp = ByteBuffer.allocate(28).putInt(0x0001_0800).putInt(0x0604_0000 | operation);
        mac(arp, from).putInt(sender);
        mac(arp, targetMac).putInt(target);
        return Frames.ethernet(to, from, EtherType.ARP, arp.array());
    }

    private static ByteBuffer mac(ByteBuffer to, long mac) {
        return to.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    static byte[] request(long from, String sender, String target) {
        return arp(REQUEST, BROADCAST, from, ipv4(sender), 0, ipv4(target));
    }

    static byte[] reply(long from, String sender, long to, String target) {
        return arp(REPLY, to, from, ipv4(sender), to, ipv4(target));
    }

    static byte[] solicitation(long from, String source, String target) {
        byte[] node = address("ff02::1:ff00:0");
        System.arraycopy(address(target), 13, node, 13, 3);
        long group = 0x3333_0000_0000L | ByteBuffer.wrap(node).getInt(12) & 0xffff_ffffL;
        byte[] option = address(source)[15] == 0 && source.equals("::") ? new byte[0] : option(1, from);
        return nd(SOLICITATION, group, from, address(source), node, 255, 0, address(target), option);
    }

    static byte[] advertisement(long from, String source, long to, String destination, int flags) {
        return nd(
                ADVERTISEMENT,
                to,
                from,
                address(source),
                address(destination),
                255,
                flags,
                address(source),
                option(2, from));
    }

    static byte[] unsolicited(long from, String source) {
        return advertisement(from, source, ALL_NODES, "ff02::1", OVERRIDE);
    }

    static byte[] option(int type, long mac) {
        return mac(ByteBuffer.allocate(8).put((byte) type).put((byte) 1), mac).array();
    }

    static byte[] nd(
            int type,
            long to,
            long from,
            byte[] source,
            byte[] destination,
            int hopLimit,
            int flags,
            byte[] target,
            byte[] options) {
        int length = 24 + options.length;
        ByteBuffer ip = ByteBuffer.allocate(40 + length).putInt(6 << 28).putShort((short) length);
        ip.put((byte) ICMPV6).put((byte) hopLimit).put(source).put(destination);
        ip.putInt(type << 24).putInt(flags).put(target).put(options);
        ip.putShort(42, (short) checksum(ip.array(), length));
        return Frames.ethernet(to, from, EtherType.IPV6, ip.array());
    }

    /** RFC 8200, 8.1, word by word. */
    static int checksum(byte[] packet, int length) {
        int sum = length + ICMPV6;
        for (int at = 8; at + 1 < packet.length; at += 2) {
            sum += (packet[at] & 0xff) << 8 | packet[at + 1] & 0xff;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }
}
