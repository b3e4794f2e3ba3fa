package io.tapswitch.it.vxlan;

import io.tapswitch.frame.TestPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** An IP packet in an Ethernet frame, of a protocol that no host answers, with a number that tells it from others. */
final class InnerPacket {
    private static final int ETHERNET = 14;
    private static final int PAYLOAD = 46;

    /** RFC 3692: for experiments and testing. */
    private static final int PROTOCOL = 253;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private InnerPacket() {}

    /** @param tos DSCP and ECN */
    static byte[] of(Family family, long destination, long source, int tos, int ttl) {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + family.ipHeader() + PAYLOAD);
        frame.putLong(0, destination << 16).putLong(6, source << 16).putShort(12, (short) family.etherType());
        ByteBuffer ip = frame.slice(ETHERNET, family.ipHeader());
        if (family == Family.V4) {
            ip.putShort((short) (0x4500 | tos))
                    .putShort((short) (family.ipHeader() + PAYLOAD))
                    .putInt(0);
            ip.put((byte) ttl)
                    .put((byte) PROTOCOL)
                    .putShort((short) 0)
                    .putInt(0x0a5a0063)
                    .putInt(0x0a5a0064);
            ip.putShort(10, (short) ~TestPacket.wordSum(header(frame.array())));
        } else {
            ip.putInt(6 << 28 | tos << 20)
                    .putShort((short) PAYLOAD)
                    .put((byte) PROTOCOL)
                    .put((byte) ttl);
            ip.putLong(0xfd90L << 48).putLong(0x63).putLong(0xfd90L << 48).putLong(0x64);
        }
        return frame.putInt(frame.capacity() - Integer.BYTES, NUMBERS.incrementAndGet())
                .array();
    }

    private static byte[] header(byte[] frame) {
        return Arrays.copyOfRange(frame, ETHERNET, ETHERNET + Family.V4.ipHeader());
    }

    /** DSCP and ECN of a frame with an IP packet. */
    static int tos(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        boolean v4 = in.getShort(12) == (short) Family.V4.etherType();
        return v4 ? frame[ETHERNET + 1] & 0xff : in.getInt(ETHERNET) >>> 20 & 0xff;
    }

    /** Whether two frames have the same number. */
    static boolean isSame(byte[] one, byte[] other) {
        return Arrays.equals(tail(one), tail(other));
    }

    private static byte[] tail(byte[] frame) {
        return Arrays.copyOfRange(frame, frame.length - Integer.BYTES, frame.length);
    }

    /** Whether the IPv4 header's checksum is right; true without IPv4. */
    static boolean isSound(byte[] frame) {
        return ByteBuffer.wrap(frame).getShort(12) != (short) Family.V4.etherType()
                || TestPacket.wordSum(header(frame)) == 0xffff;
    }
}
