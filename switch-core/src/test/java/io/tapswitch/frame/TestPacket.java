package io.tapswitch.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A large packet by its fields, and the segments that it must become: each is built from the fields, not cut out of the
 * large one, with the sums of RFC 1071 taken word by word.
 */
public record TestPacket(
        boolean ipv4,
        boolean tcp,
        int[] tags,
        byte[] ipOptions,
        byte[] source,
        byte[] destination,
        byte[] finalDestination,
        byte[] tcpOptions,
        int flags,
        int sequence,
        int id,
        int gsoSize,
        byte[] payload,
        int padding) {
    static final int FIN = 1;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int CWR = 128;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;

    /** A packet with every flag that differs between segments. */
    public static TestPacket of(boolean ipv4, boolean tcp, int gsoSize, int payload, int... tags) {
        return random(new Random(1), ipv4, tcp, gsoSize, payload, tags, new byte[0], 0, ACK | PSH | FIN | CWR);
    }

    /** An IPv4 packet of a flow in which data goes one way. */
    public static TestPacket tcp(int gsoSize, int payload) {
        return random(new Random(2), true, true, gsoSize, payload, new int[0], new byte[0], 0, ACK);
    }

    /** Any packet of a kind, with any of the extras that the kind has. */
    static TestPacket random(Random random, boolean ipv4, boolean tcp) {
        int most = random.nextInt(20) == 0 ? 65000 : 4000;
        int payload = random.nextInt(30) == 0 ? 0 : random.nextInt(most);
        int gsoSize = Math.max(1 + random.nextInt(2000), payload / 1000);
        int[] tags = random.ints(random.nextInt(3), 0, 0x10000).toArray();
        byte[] options = ipv4 ? bytes(random, 4 * random.nextInt(4)) : new byte[0];
        int flags = random.nextInt(256) & ~0x26 | (random.nextBoolean() ? 0x100 : 0);
        int padding = random.nextInt(4) == 0 ? random.nextInt(30) : 0;
        TestPacket packet = random(random, ipv4, tcp, gsoSize, payload, tags, options, padding, flags);
        return ipv4 ? packet : packet.withExtensions(random);
    }

    private static TestPacket random(
            Random random,
            boolean ipv4,
            boolean tcp,
            int gsoSize,
            int payload,
            int[] tags,
            byte[] ipOptions,
            int padding,
            int flags) {
        byte[] destination = bytes(random, ipv4 ? 4 : 16);
        return new TestPacket(
                ipv4,
                tcp,
                tags,
                ipOptions,
                bytes(random, destination.length),
                destination,
                destination,
                bytes(random, 4 * random.nextInt(11)),
                flags,
                random.nextInt(),
                random.nextInt(0x10000),
                gsoSize,
                bytes(random, payload),
                padding);
    }

    /** The bytes of an extension chain start with the protocol of its first header, which the IPv6 header holds. */
    private TestPacket withExtensions(Random random) {
        List<byte[]> headers = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        byte[] last = destination;
        for (int type : new int[] {HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING, DESTINATION_OPTIONS}) {
            if (random.nextInt(4) == 0) {
                byte[] header = bytes(random, type == ROUTING ? 40 : 8 + 8 * random.nextInt(3));
                header[1] = (byte) (header.length / 8 - 1);
                if (type == ROUTING) {
                    header[2] = (byte) (random.nextBoolean() ? 2 : 4);
                    header[3] = (byte) random.nextInt(3);
                    last = header[3] == 0 ? last : Arrays.copyOfRange(header, 8, 24);
                }
                headers.add(header);
                types.add(type);
            }
        }
        types.add(tcp ? 6 : 17);
        ByteArrayOutputStream chain = new ByteArrayOutputStream();
        chain.write(types.get(0));
        for (int i = 0; i < headers.size(); i++) {
            headers.get(i)[0] = types.get(i + 1).byteValue();
            chain.writeBytes(headers.get(i));
        }
        return new TestPacket(
                ipv4,
                tcp,
                tags,
                chain.toByteArray(),
                source,
                destination,
                last,
                tcpOptions,
                flags,
                sequence,
                id,
                gsoSize,
                payload,
                padding);
    }

    /** The virtio-net header and the large frame, its checksum open. */
    public byte[] large() {
        byte[] frame = frame(0, payload.length, sequence, flags, id, true);
        int start = frame.length - payload.length - transportLength();
        int type = (tcp ? ipv4 ? 1 : 4 : 5) | (tcp && (flags & CWR) != 0 ? 0x80 : 0);
        ByteBuffer large = ByteBuffer.allocate(12 + frame.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        large.put((byte) 1).put((byte) type).putShort((short) 0xfff0).putShort((short) gsoSize);
        large.putShort((short) start).putShort((short) (tcp ? 16 : 6)).putShort((short) 0);
        return large.put(frame).array();
    }

    /** The frames on the wire. */
    public List<byte[]> segments() {
        List<byte[]> segments = new ArrayList<>();
        int i = 0;
        do {
            int from = i * gsoSize;
            int to = Math.min(payload.length, from + gsoSize);
            int own = flags & ~(i > 0 ? CWR : 0) & ~(to < payload.length ? FIN | PSH : 0);
            segments.add(frame(from, to, sequence + from, own, id + i, false));
            i++;
        } while (i * gsoSize < payload.length);
        return segments;
    }

    private int transportLength() {
        return tcp ? 20 + tcpOptions.length : 8;
    }

    private byte[] frame(int from, int to, int seq, int tcpFlags, int identification, boolean open) {
        byte[] transport = transport(from, to, seq, tcpFlags, open);
        ByteBuffer frame = ByteBuffer.allocate(14 + 4 * tags.length + 40 + ipOptions.length + transport.length);
        frame.putInt(0x02000000).putInt(0x00020200).putInt(0x00000001);
        for (int tci : tags) {
            frame.putInt(0x8100 << 16 | tci);
        }
        frame.putShort((short) (ipv4 ? 0x0800 : 0x86dd));
        if (ipv4) {
            frame.put(ipv4Header(transport.length, identification));
        } else {
            int next = ipOptions.length == 0 ? tcp ? 6 : 17 : ipOptions[0];
            int extensions = Math.max(0, ipOptions.length - 1);
            frame.putInt(0x60212345).putShort((short) (extensions + transport.length));
            frame.put((byte) next).put((byte) 64).put(source).put(destination);
            frame.put(ipOptions, ipOptions.length - extensions, extensions);
        }
        frame.put(transport);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private byte[] ipv4Header(int transport, int identification) {
        int length = 20 + ipOptions.length;
        ByteBuffer header = ByteBuffer.allocate(length);
        header.put((byte) (0x40 | length / 4)).put((byte) 3).putShort((short) (length + transport));
        header.putShort((short) identification)
                .putShort((short) 0x4000)
                .put((byte) 63)
                .put((byte) (tcp ? 6 : 17));
        header.putShort((short) 0).put(source).put(destination).put(ipOptions);
        return header.putShort(10, (short) ~wordSum(header.array())).array();
    }

    private byte[] transport(int from, int to, int seq, int tcpFlags, boolean open) {
        int length = transportLength() + to - from;
        ByteBuffer bytes = ByteBuffer.allocate(length).putShort((short) 40000).putShort((short) 5201);
        if (tcp) {
            bytes.putInt(seq).putInt(0x01020304).putShort((short) (transportLength() / 4 << 12 | tcpFlags));
            bytes.putShort((short) 512).putShort((short) 0).putShort((short) 0).put(tcpOptions);
        } else {
            bytes.putShort((short) length).putShort((short) 0);
        }
        bytes.put(payload, from, to - from);
        ByteBuffer pseudo =
                ByteBuffer.allocate(2 * source.length + 8).put(source).put(finalDestination);
        pseudo.putInt(length).putInt(tcp ? 6 : 17);
        int field = tcp ? 16 : 6;
        if (open) {
            return bytes.putShort(field, (short) wordSum(pseudo.array())).array();
        }
        int sum = 0xffff & ~wordSum(pseudo.array(), bytes.array());
        return bytes.putShort(field, (short) (sum == 0 && !tcp ? 0xffff : sum)).array();
    }

    /** The folded ones' complement sum of parts of which all but the last have even lengths. */
    public static int wordSum(byte[]... parts) {
        int sum = 0;
        for (byte[] part : parts) {
            for (int i = 0; i < part.length; i++) {
                sum += (part[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
                sum = (sum & 0xffff) + (sum >>> 16);
            }
        }
        return sum;
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
