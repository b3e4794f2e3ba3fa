package io.tapswitch.api;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Checksum;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/**
 * The fields that a frame to be traced is made of, where it is not given byte by byte.
 *
 * @param destination MAC address of a station, or of a group
 * @param source of the sending station; null for one that is known behind the port
 * @param etherType {@code ip}, {@code ip6}, {@code arp} or a number such as {@code 0x88b5}; default {@code ip}
 * @param vlan of an 802.1Q tag, 0 to 4094; null for none
 * @param length in bytes, header and tag included; default 60, or what the payload needs
 * @param payload in hexadecimal digits; default an empty packet of the type, then zeros
 */
record TracedFrame(String destination, String source, String etherType, Integer vlan, Integer length, String payload) {
    private static final Map<String, Integer> TYPES =
            Map.of("ip", EtherType.IPV4, "ip6", EtherType.IPV6, "arp", EtherType.ARP);
    private static final int SHORTEST = 60;
    private static final int LARGEST_TYPE = 0xffff;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TTL = 64;

    /** For experiments, RFC 3692. */
    private static final int PROTOCOL = 253;

    private static final int NO_NEXT_HEADER = 59;

    /** Checks each field. */
    TracedFrame {
        address("destination", Checks.required("destination", destination));
        if (source != null) {
            address("source", source);
        }
        typeOf(etherType);
        Checks.optionalRange("vlan", vlan, 0, 4094);
        Checks.optionalRange("length", length, Frame.ETHERNET_HEADER, Frame.MAX_LENGTH);
        hex("payload", payload == null ? "" : payload);
    }

    private static long address(String field, String text) {
        try {
            return MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
    }

    private static int typeOf(String text) {
        String type = text == null ? "ip" : text;
        Integer known = TYPES.get(type);
        if (known != null) {
            return known;
        }
        try {
            int number = type.startsWith("0x") ? Integer.decode(type) : -1;
            return Checks.range("etherType", number, 0, LARGEST_TYPE);
        } catch (NumberFormatException | ConfigException e) {
            throw ConfigException.invalid(
                    "etherType", "'" + type + "' is not an EtherType: use ip, ip6, arp or a number such as 0x88b5");
        }
    }

    /** Bytes from hexadecimal digits; spaces and colons between them are skipped. */
    static byte[] hex(String field, String digits) {
        try {
            return HexFormat.of().parseHex(digits.replaceAll("[\\s:]", ""));
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, "must be bytes in hexadecimal digits, such as 0a0b0c");
        }
    }

    /** The frame's bytes. @param station the source, where none is given */
    byte[] bytes(long station) {
        byte[] given = hex("payload", payload == null ? "" : payload);
        int header = Frame.ETHERNET_HEADER + (vlan == null ? 0 : Frame.VLAN_TAG);
        int total = length == null ? Math.max(SHORTEST, header + given.length) : length;
        if (total < header + given.length || total > Frame.MAX_LENGTH) {
            throw ConfigException.invalid(
                    "frame.length",
                    total + " is out of range: header and payload take " + (header + given.length) + ", and "
                            + Frame.MAX_LENGTH + " is the most");
        }
        ByteBuffer frame = ByteBuffer.allocate(total);
        putMac(frame, address("destination", destination));
        putMac(frame, source == null ? station : address("source", source));
        if (vlan != null) {
            frame.putShort((short) EtherType.VLAN).putShort((short) vlan.intValue());
        }
        int type = typeOf(etherType);
        frame.putShort((short) type);
        if (payload == null) {
            putEmptyPacket(frame, type);
        } else {
            frame.put(given);
        }
        return frame.array();
    }

    private static void putMac(ByteBuffer frame, long mac) {
        frame.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    /** Else a frame of the type is none that its receivers would know. */
    private static void putEmptyPacket(ByteBuffer frame, int type) {
        int at = frame.position();
        int room = frame.remaining();
        if (type == EtherType.IPV4 && room >= IPV4_HEADER) {
            frame.put(at, (byte) 0x45)
                    .putShort(at + 2, (short) Math.min(room, 0xffff))
                    .put(at + 8, (byte) TTL)
                    .put(at + 9, (byte) PROTOCOL);
            frame.putShort(at + 10, (short) Checksum.fold(Checksum.sum(frame, at, IPV4_HEADER, 0)));
        } else if (type == EtherType.IPV6 && room >= IPV6_HEADER) {
            frame.put(at, (byte) 0x60)
                    .putShort(at + 4, (short) Math.min(room - IPV6_HEADER, 0xffff))
                    .put(at + 6, (byte) NO_NEXT_HEADER)
                    .put(at + 7, (byte) TTL);
        }
    }
}
