package io.tapswitch.capture;

import io.netty.util.NetUtil;
import io.tapswitch.capture.FrameFilter.Condition;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The words in front of a value in a {@link FrameFilter}.
 *
 * @param protocol that the frame is to have; null for any that has such a value
 * @param kind of the value: host, net, port, portrange or proto
 */
record FilterTerm(String protocol, Way way, String kind) {
    /** Which end of a packet a value is of. */
    enum Way {
        SOURCE,
        DESTINATION,
        EITHER,
        BOTH
    }

    /** Whether one end of a packet has a value. */
    private interface End {
        boolean has(Packet packet, boolean source);
    }

    private static final Map<String, Integer> ETHER_TYPES =
            Map.of("ip", EtherType.IPV4, "ip6", EtherType.IPV6, "arp", EtherType.ARP);
    private static final Map<String, Integer> IP_PROTOCOLS = Map.of(
            "icmp", Packet.ICMP, "tcp", Packet.TCP, "udp", Packet.UDP, "icmp6", Packet.ICMP6, "sctp", Packet.SCTP);

    /** Whether a frame is of a protocol, by EtherType or by IP protocol. */
    static Condition isProtocol(String name) {
        Integer etherType = ETHER_TYPES.get(name);
        if (etherType != null) {
            int type = etherType;
            return packet -> packet.etherType() == type;
        }
        int number = IP_PROTOCOLS.get(name);
        return packet -> packet.protocol() == number;
    }

    /** @throws IllegalArgumentException saying what would be right */
    static int number(String text, int least, int most) {
        try {
            int value = Integer.decode(text);
            if (value >= least && value <= most && !text.startsWith("+")) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number that is out of range.
        }
        throw new IllegalArgumentException("a number from " + least + " to " + most);
    }

    /** What the value is to be, in words. */
    String wanted() {
        return switch (kind) {
            case "host" -> isEther() ? "a MAC address such as 02:00:00:00:00:01" : "an IP address such as 10.0.0.1";
            case "net" -> "an IP prefix such as 10.0.0.0/8";
            case "port" -> "a port number from 0 to 65535";
            case "portrange" -> "two port numbers such as 5000-5010";
            default -> isEther() ? "an EtherType such as 0x88cc" : "an IP protocol number from 0 to 255";
        };
    }

    private boolean isEther() {
        return "ether".equals(protocol);
    }

    /** @throws IllegalArgumentException saying what would be right */
    Condition condition(String value) {
        return switch (kind) {
            case "host" -> isEther() ? ofMac(value) : inPrefix(value, false);
            case "net" -> inPrefix(value, true);
            case "port" -> {
                int port = number(value, 0, 65535);
                yield ofPorts(port, port);
            }
            case "portrange" -> portRange(value);
            default -> proto(value);
        };
    }

    private Condition toward(End end) {
        return switch (way) {
            case SOURCE -> packet -> end.has(packet, true);
            case DESTINATION -> packet -> end.has(packet, false);
            case EITHER -> packet -> end.has(packet, true) || end.has(packet, false);
            case BOTH -> packet -> end.has(packet, true) && end.has(packet, false);
        };
    }

    private Condition ofMac(String value) {
        long mac;
        try {
            mac = MacAddress.parse(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wanted(), e);
        }
        return toward((packet, source) -> source ? packet.isSource(mac) : packet.isDestination(mac));
    }

    private Condition inPrefix(String value, boolean prefixAllowed) {
        int slash = prefixAllowed ? value.indexOf('/') : -1;
        String address = slash < 0 ? value : value.substring(0, slash);
        byte[] bytes = address.contains("%") ? null : NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            throw new IllegalArgumentException(wanted());
        }
        int bits = bytes.length * 8;
        int prefix = slash < 0 ? bits : number(value.substring(slash + 1), 0, bits);
        return bytes.length == 4 ? inIpv4(ByteBuffer.wrap(bytes).getInt(), prefix) : inIpv6(bytes, prefix);
    }

    private Condition inIpv4(int address, int prefix) {
        boolean ip = protocol == null || protocol.equals("ip");
        boolean arp = protocol == null || protocol.equals("arp");
        if (!ip && !arp) {
            throw notWith("an IPv4 address");
        }
        int mask = prefix == 0 ? 0 : -1 << (32 - prefix);
        int wanted = address & mask;
        return toward((packet, source) -> ip && packet.isIpv4() && (packet.ipv4Address(source) & mask) == wanted
                || arp && packet.isArp() && (packet.arpAddress(source) & mask) == wanted);
    }

    private Condition inIpv6(byte[] address, int prefix) {
        if (protocol != null && !protocol.equals("ip6")) {
            throw notWith("an IPv6 address");
        }
        long highMask = prefix == 0 ? 0 : -1L << (64 - Math.min(64, prefix));
        long lowMask = prefix <= 64 ? 0 : -1L << (128 - prefix);
        long high = ByteBuffer.wrap(address).getLong(0) & highMask;
        long low = ByteBuffer.wrap(address).getLong(8) & lowMask;
        return toward((packet, source) -> packet.isIpv6()
                && (packet.ipv6Address(source, true) & highMask) == high
                && (packet.ipv6Address(source, false) & lowMask) == low);
    }

    private IllegalArgumentException notWith(String what) {
        return new IllegalArgumentException("something else behind '" + protocol + "' than " + what);
    }

    private Condition portRange(String value) {
        int dash = value.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException(wanted());
        }
        int first = number(value.substring(0, dash), 0, 65535);
        int last = number(value.substring(dash + 1), first, 65535);
        return ofPorts(first, last);
    }

    private Condition ofPorts(int first, int last) {
        Condition ports = toward((packet, source) -> {
            int port = packet.port(source);
            return port >= first && port <= last;
        });
        if (protocol == null) {
            return ports;
        }
        if (isEther() || protocol.equals("arp") || protocol.startsWith("icmp")) {
            throw notWith("a port");
        }
        Condition rightProtocol = isProtocol(protocol);
        return packet -> rightProtocol.holds(packet) && ports.holds(packet);
    }

    private Condition proto(String value) {
        if (isEther()) {
            int type = ETHER_TYPES.containsKey(value) ? ETHER_TYPES.get(value) : number(value, 0, 0xffff);
            return packet -> packet.etherType() == type;
        }
        if (protocol != null && !protocol.startsWith("ip")) {
            throw notWith("'proto'");
        }
        int number = IP_PROTOCOLS.containsKey(value) ? IP_PROTOCOLS.get(value) : number(value, 0, 255);
        Condition version = protocol == null ? packet -> true : isProtocol(protocol);
        return packet -> packet.protocol() == number && version.holds(packet);
    }
}
