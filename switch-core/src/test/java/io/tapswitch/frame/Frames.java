package io.tapswitch.frame;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Bytes of Ethernet frames for tests. */
public final class Frames {
    private Frames() {}

    /** An untagged frame with a payload of ascending bytes. */
    public static byte[] ethernet(long destination, long source, int payloadLength) {
        return ethernet(destination, source, EtherType.IPV4, payload(payloadLength));
    }

    /** An untagged frame, or a tagged one if the payload says so. */
    public static byte[] ethernet(long destination, long source, int etherType, byte[] payload) {
        return ByteBuffer.allocate(Frame.ETHERNET_HEADER + payload.length)
                .putShort((short) (destination >>> 32))
                .putInt((int) destination)
                .putShort((short) (source >>> 32))
                .putInt((int) source)
                .putShort((short) etherType)
                .put(payload)
                .array();
    }

    /** The same frame with an 802.1Q tag in front of its EtherType. */
    public static byte[] tagged(byte[] untagged, int tci) {
        return ByteBuffer.allocate(untagged.length + Frame.VLAN_TAG)
                .put(untagged, 0, 12)
                .putShort((short) EtherType.VLAN)
                .putShort((short) tci)
                .put(untagged, 12, untagged.length - 12)
                .array();
    }

    /** Ascending bytes from zero. */
    public static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) i;
        }
        return payload;
    }

    /** Bytes from hexadecimal digits; white space is ignored. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    /** Fills a frame as a TAP does: with a virtio-net header, little endian, and the bytes after it. */
    public static void receive(
            Frame frame, int flags, int gsoType, int hdrLen, int gsoSize, int csumStart, int csumOffset, byte[] bytes) {
        frame.set(bytes);
        ByteBuffer buffer = frame.buffer();
        int at = frame.start() - VirtioNetHeader.LENGTH;
        buffer.put(at, (byte) flags).put(at + 1, (byte) gsoType);
        int[] fields = {hdrLen, gsoSize, csumStart, csumOffset, 0};
        for (int i = 0; i < fields.length; i++) {
            buffer.putShort(at + 2 + 2 * i, Short.reverseBytes((short) fields[i]));
        }
    }

    /** Marks a frame as a large one of the given segment size. */
    public static void makeGso(Frame frame, int gsoType, int gsoSize) {
        int at = frame.start() - VirtioNetHeader.LENGTH;
        frame.buffer().put(at + 1, (byte) gsoType).putShort(at + 4, Short.reverseBytes((short) gsoSize));
    }

    /** The virtio-net header of a frame as it stands. */
    public static byte[] header(Frame frame) {
        byte[] header = new byte[VirtioNetHeader.LENGTH];
        frame.buffer().get(frame.start() - VirtioNetHeader.LENGTH, header);
        return header;
    }
}
