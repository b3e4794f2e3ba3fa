package io.tapswitch.cli;

import io.netty.util.NetUtil;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** A frame in one line of words: when, which way, from whom to whom, what it holds, why it was dropped. */
final class FrameText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final Map<Integer, String> PROTOCOLS =
            Map.of(1, "ICMP", 2, "IGMP", 6, "TCP", 17, "UDP", 47, "GRE", 50, "ESP", 58, "ICMPv6", 132, "SCTP");

    private final ByteBuffer bytes;
    private final StringBuilder line = new StringBuilder();

    private FrameText(ByteBuffer bytes) {
        this.bytes = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /** @param packet of which any number of bytes may be there */
    static String of(PcapngReader.Packet packet) {
        FrameText text = new FrameText(packet.bytes());
        long nanos = packet.epochNanos();
        text.line.append(TIME.format(Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)));
        text.line
                .append(packet.ingress() ? " in  " : " out ")
                .append(packet.port())
                .append(' ');
        text.ethernet();
        text.line.append(" length ").append(packet.length());
        if (packet.comment() != null) {
            text.line.append(" [").append(packet.comment()).append(']');
        }
        return Text.clean(text.line.toString());
    }

    private boolean has(int end) {
        return end <= bytes.limit();
    }

    private int u16(int at) {
        return bytes.getShort(at) & 0xffff;
    }

    private void ethernet() {
        if (!has(14)) {
            line.append("no Ethernet header");
            return;
        }
        line.append(MacAddress.format(bytes.getLong(4) & MacAddress.BROADCAST))
                .append(" > ")
                .append(MacAddress.format(bytes.getLong(0) >>> 16));
        int type = 12;
        while (u16(type) == EtherType.VLAN && has(type + 6)) {
            line.append(" vlan ").append(u16(type + 2) & 0xfff);
            type += 4;
        }
        network(u16(type), type + 2);
    }

    private void network(int etherType, int at) {
        switch (etherType) {
            case EtherType.IPV4 -> ipv4(at);
            case EtherType.IPV6 -> ipv6(at);
            case EtherType.ARP -> arp(at);
            default -> line.append(String.format(" EtherType 0x%04x", etherType));
        }
    }

    private void ipv4(int at) {
        if (!has(at + 20)) {
            line.append(" IPv4");
            return;
        }
        int offset = u16(at + 6) & 0x1fff;
        int transport = offset == 0 ? at + (bytes.get(at) & 0xf) * 4 : Integer.MAX_VALUE - 4;
        line.append(offset == 0 ? " IPv4 " : " IPv4 fragment ");
        packet(address(at + 12, 4), address(at + 16, 4), bytes.get(at + 9) & 0xff, transport);
    }

    private void ipv6(int at) {
        if (!has(at + 40)) {
            line.append(" IPv6");
            return;
        }
        line.append(" IPv6 ");
        packet(address(at + 8, 16), address(at + 24, 16), bytes.get(at + 6) & 0xff, at + 40);
    }

    private void packet(String source, String destination, int protocol, int transport) {
        boolean ports = (protocol == 6 || protocol == 17 || protocol == 132) && has(transport + 4);
        line.append(source).append(ports ? " port " + u16(transport) : "");
        line.append(" > ").append(destination).append(ports ? " port " + u16(transport + 2) : "");
        line.append(' ').append(PROTOCOLS.getOrDefault(protocol, "protocol " + protocol));
    }

    private void arp(int at) {
        if (!has(at + 28) || u16(at + 2) != EtherType.IPV4) {
            line.append(" ARP");
        } else if (u16(at + 6) == 1) {
            line.append(" ARP who has ").append(address(at + 24, 4)).append(", tell ");
            line.append(address(at + 14, 4));
        } else {
            line.append(" ARP ").append(address(at + 14, 4)).append(" is at ");
            line.append(MacAddress.format(bytes.getLong(at + 6) & MacAddress.BROADCAST));
        }
    }

    private String address(int at, int length) {
        byte[] address = new byte[length];
        bytes.get(at, address);
        return NetUtil.bytesToIpAddress(address);
    }
}
