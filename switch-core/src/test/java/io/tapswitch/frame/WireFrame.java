package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads a frame as its receiver does: lengths must be right, checksums must add up. */
public final class WireFrame {
    private WireFrame() {}

    /** Fails if the frame holds a TCP segment or UDP datagram that a receiver would drop. */
    public static void check(byte[] bytes) {
        int type = ByteBuffer.wrap(bytes).getShort(12) & 0xffff;
        int protocol = type == 0x0800 ? bytes[14 + 9] : type == 0x86dd ? bytes[14 + 6] : 0;
        if (protocol == 6 || protocol == 17) {
            payload(bytes);
        }
    }

    /** The payload of a TCP segment or UDP datagram; fails if a receiver would drop it. */
    public static byte[] payload(byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        int at = 12;
        while (frame.getShort(at) == (short) 0x8100 || frame.getShort(at) == (short) 0x88a8) {
            at += 4;
        }
        int type = frame.getShort(at) & 0xffff;
        byte[] packet = Arrays.copyOfRange(bytes, at + 2, bytes.length);
        return type == 0x0800 ? ipv4(packet) : ipv6(packet);
    }

    private static byte[] ipv4(byte[] packet) {
        ByteBuffer header = ByteBuffer.wrap(packet);
        int length = (packet[0] & 0xf) * 4;
        assertThat(header.getShort(2) & 0xffff).as("total length").isEqualTo(packet.length);
        assertThat(TestPacket.wordSum(Arrays.copyOf(packet, length)))
                .as("header checksum")
                .isEqualTo(0xffff);
        byte[] addresses = Arrays.copyOfRange(packet, 12, 20);
        return transport(addresses, packet[9], Arrays.copyOfRange(packet, length, packet.length));
    }

    private static byte[] ipv6(byte[] packet) {
        ByteBuffer header = ByteBuffer.wrap(packet);
        assertThat(header.getShort(4) & 0xffff).as("payload length").isEqualTo(packet.length - 40);
        byte[] addresses = Arrays.copyOfRange(packet, 8, 40);
        int next = packet[6];
        int at = 40;
        while (next == 0 || next == 43 || next == 60) {
            if (next == 43 && packet[at + 3] != 0) {
                System.arraycopy(packet, at + 8, addresses, 16, 16);
            }
            next = packet[at];
            at += 8 + 8 * (packet[at + 1] & 0xff);
        }
        return transport(addresses, next, Arrays.copyOfRange(packet, at, packet.length));
    }

    private static byte[] transport(byte[] addresses, int protocol, byte[] segment) {
        byte[] length =
                ByteBuffer.allocate(8).putInt(segment.length).putInt(protocol).array();
        assertThat(TestPacket.wordSum(addresses, length, segment))
                .as("checksum")
                .isEqualTo(0xffff);
        if (protocol == 17) {
            ByteBuffer header = ByteBuffer.wrap(segment);
            assertThat(header.getShort(4) & 0xffff).as("UDP length").isEqualTo(segment.length);
            assertThat(header.getShort(6)).as("UDP checksum").isNotZero();
            return Arrays.copyOfRange(segment, 8, segment.length);
        }
        return Arrays.copyOfRange(segment, (segment[12] >>> 4 & 0xf) * 4, segment.length);
    }
}
