package io.tapswitch.port.tun;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** IP packets for tests, of a protocol for experiments (RFC 3692). */
public final class Packets {
    /** The protocol number. */
    public static final int EXPERIMENT = 253;

    private Packets() {}

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A packet of a length, headers included, that its number tells from others. */
    public static byte[] of(String source, String destination, int number, int length) {
        byte[] from = address(source);
        byte[] to = address(destination);
        ByteBuffer packet = ByteBuffer.allocate(length);
        if (from.length == 4) {
            packet.putInt(0x4500 << 16 | length).putInt(number << 16 | 0x4000);
            packet.put((byte) 64)
                    .put((byte) EXPERIMENT)
                    .putShort((short) 0)
                    .put(from)
                    .put(to);
            packet.putShort(10, (short) ~sum(packet.array()));
        } else {
            packet.putInt(6 << 28)
                    .putShort((short) (length - 40))
                    .put((byte) EXPERIMENT)
                    .put((byte) 64);
            packet.put(from).put(to).putInt(number);
        }
        return packet.array();
    }

    /** RFC 1071 over an IPv4 header of 20 bytes. */
    private static int sum(byte[] header) {
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += (header[i] & 0xff) << 8 | header[i + 1] & 0xff;
        }
        return (sum >>> 16) + (sum & 0xffff);
    }

    /** The packet in an Ethernet frame. */
    public static byte[] framed(long destination, long source, byte[] packet) {
        return Frames.ethernet(destination, source, packet[0] >>> 4 == 4 ? 0x0800 : 0x86dd, packet);
    }

    /** The packet of an Ethernet frame. */
    public static byte[] unframed(byte[] frame) {
        return Arrays.copyOfRange(frame, Frame.ETHERNET_HEADER, frame.length);
    }
}
