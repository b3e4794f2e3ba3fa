package io.tapswitch.it.vxlan;

import io.tapswitch.frame.TestPacket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A UDP datagram as it crosses an underlay.
 *
 * @param tos DSCP and ECN
 */
public record Outer(
        String source, String destination, int ttl, int tos, int sourcePort, int destinationPort, byte[] payload) {
    /** As assigned by IANA. */
    public static final int VXLAN_PORT = 4789;

    /** The flag I: there is a VNI. */
    static final int HAS_VNI = 0x08;

    private static final int ETHERNET = 14;
    private static final int UDP_HEADER = 8;
    private static final int VXLAN_HEADER = 8;
    private static final int UDP = 17;

    /** Reads a frame; gives null if there is no UDP datagram in it. */
    public static Outer read(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        Family family = family(in.getShort(12) & 0xffff);
        if (family == null || frame[ETHERNET + (family == Family.V4 ? 9 : 6)] != UDP) {
            return null;
        }
        boolean v4 = family == Family.V4;
        int addressLength = v4 ? 4 : 16;
        int addresses = ETHERNET + (v4 ? 12 : 8);
        int udp = ETHERNET + family.ipHeader();
        return new Outer(
                text(Arrays.copyOfRange(frame, addresses, addresses + addressLength)),
                text(Arrays.copyOfRange(frame, addresses + addressLength, addresses + 2 * addressLength)),
                frame[ETHERNET + (v4 ? 8 : 7)] & 0xff,
                v4 ? frame[ETHERNET + 1] & 0xff : in.getInt(ETHERNET) >>> 20 & 0xff,
                in.getShort(udp) & 0xffff,
                in.getShort(udp + 2) & 0xffff,
                Arrays.copyOfRange(frame, udp + UDP_HEADER, udp + (in.getShort(udp + 4) & 0xffff)));
    }

    private static Family family(int etherType) {
        for (Family family : Family.values()) {
            if (family.etherType() == etherType) {
                return family;
            }
        }
        return null;
    }

    private static String text(byte[] address) {
        return inet(address).getHostAddress().replaceFirst("(:0)+:", "::");
    }

    private static InetAddress inet(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** The VXLAN header of RFC 7348, section 5, and a frame behind it. */
    public static byte[] vxlan(int vni, byte[] inner) {
        return vxlan(HAS_VNI, 0, vni, 0, inner);
    }

    /** The same with bits set that are reserved: 24 behind the flags, 8 behind the VNI. */
    static byte[] vxlan(int flags, int reserved, int vni, int lastReserved, byte[] inner) {
        ByteBuffer payload = ByteBuffer.allocate(VXLAN_HEADER + inner.length);
        payload.putInt(flags << 24 | reserved).putInt(vni << 8 | lastReserved);
        return payload.put(inner).array();
    }

    /** Whether there is a frame with a VNI inside. */
    public boolean isVxlan() {
        return payload.length >= VXLAN_HEADER && (payload[0] & HAS_VNI) != 0;
    }

    public int vni() {
        return ByteBuffer.wrap(payload).getInt(4) >>> 8;
    }

    /** The first eight bytes. */
    long header() {
        return ByteBuffer.wrap(payload).getLong(0);
    }

    /** The frame inside. */
    public byte[] inner() {
        return Arrays.copyOfRange(payload, VXLAN_HEADER, payload.length);
    }

    Outer withTos(int value) {
        return new Outer(source, destination, ttl, value, sourcePort, destinationPort, payload);
    }

    Outer withSource(String value) {
        return new Outer(value, destination, ttl, tos, sourcePort, destinationPort, payload);
    }

    Outer withPayload(byte[] value) {
        return new Outer(source, destination, ttl, tos, sourcePort, destinationPort, value);
    }

    /** The Ethernet frame that carries it; by IPv4 without a UDP checksum, as RFC 7348 wants it. */
    public byte[] frame(long destinationMac, long sourceMac) {
        byte[] from = bytes(source);
        byte[] to = bytes(destination);
        Family family = from.length == 4 ? Family.V4 : Family.V6;
        byte[] udp = udp(from, to, family);
        ByteBuffer out = ByteBuffer.allocate(ETHERNET + family.ipHeader() + udp.length);
        out.putLong(0, destinationMac << 16).putLong(6, sourceMac << 16).putShort(12, (short) family.etherType());
        ByteBuffer ip = out.slice(ETHERNET, family.ipHeader());
        if (family == Family.V4) {
            ip.putShort((short) (0x4500 | tos)).putShort((short) (family.ipHeader() + udp.length));
            ip.putInt(0x4000)
                    .put((byte) ttl)
                    .put((byte) UDP)
                    .putShort((short) 0)
                    .put(from)
                    .put(to);
            byte[] header = Arrays.copyOfRange(out.array(), ETHERNET, ETHERNET + family.ipHeader());
            ip.putShort(10, (short) ~TestPacket.wordSum(header));
        } else {
            ip.putInt(6 << 28 | tos << 20)
                    .putShort((short) udp.length)
                    .put((byte) UDP)
                    .put((byte) ttl);
            ip.put(from).put(to);
        }
        return out.position(ETHERNET + family.ipHeader()).put(udp).array();
    }

    private byte[] udp(byte[] from, byte[] to, Family family) {
        ByteBuffer udp = ByteBuffer.allocate(UDP_HEADER + payload.length);
        udp.putShort((short) sourcePort).putShort((short) destinationPort).putShort((short) udp.capacity());
        udp.putShort((short) 0).put(payload);
        if (family == Family.V6) {
            byte[] pseudo =
                    ByteBuffer.allocate(8).putInt(udp.capacity()).putInt(UDP).array();
            int sum = ~TestPacket.wordSum(from, to, pseudo, udp.array()) & 0xffff;
            udp.putShort(6, (short) (sum == 0 ? 0xffff : sum));
        }
        return udp.array();
    }
}
