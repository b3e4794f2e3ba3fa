package io.tapswitch.linux;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Datagrams for one call of {@code sendmmsg(2)}, each gathered from several places, to different receivers, and each
 * perhaps several at once: the kernel cuts one that has a {@linkplain #segment segment size} into datagrams of that size
 * (UDP_SEGMENT, udp(7)), and takes it through its network stack in one piece before.
 *
 * <p>The messages share one pool of vectors. The bytes that vectors and names point to belong to the caller, who keeps them
 * reachable. Not thread-safe; allocates nothing but in the constructor.
 */
public final class DatagramBatch {
    /** The most segments that every kernel with UDP_SEGMENT takes in one message. */
    public static final int MAX_SEGMENTS = 64;

    /** The most bytes of one message, whether it is cut or not: a UDP payload over IPv4; over IPv6 it would be 20 more. */
    public static final int MAX_BYTES = 65_507;

    private static final int HEADER = 64;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int VECTOR = 16;

    /** A control message's header, and the room of one whose value is an int. */
    private static final int CONTROL_HEADER = 16;

    private static final int CONTROL_SPACE = 24;
    private static final int MAX_CONTROLS = 3;

    private final int capacity;
    private final int vectorCapacity;
    private final ByteBuffer headers;
    private final ByteBuffer vectors;
    private final ByteBuffer controls;
    private final long headersAddress;
    private final long vectorsAddress;
    private final long controlsAddress;
    private int count;
    private int vectorCount;

    /** @param capacity how many messages, at most 1024 @param vectorCapacity how many vectors, for all of them */
    public DatagramBatch(int capacity, int vectorCapacity) {
        this.capacity = capacity;
        this.vectorCapacity = vectorCapacity;
        headers = allocate(capacity * HEADER);
        vectors = allocate(vectorCapacity * VECTOR);
        controls = allocate(capacity * MAX_CONTROLS * CONTROL_SPACE);
        headersAddress = Buffer.memoryAddress(headers);
        vectorsAddress = Buffer.memoryAddress(vectors);
        controlsAddress = Buffer.memoryAddress(controls);
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** How many messages there are. */
    public int count() {
        return count;
    }

    /** Whether another message with this many vectors fits. */
    public boolean hasRoom(int moreVectors) {
        return count < capacity && hasVectors(moreVectors);
    }

    /** Whether this many vectors more fit. */
    public boolean hasVectors(int more) {
        return vectorCount + more <= vectorCapacity;
    }

    /** Begins a message, which has no bytes yet. */
    public void begin(Sockaddr to) {
        Objects.checkIndex(count, capacity);
        int at = count * HEADER;
        headers.putLong(at, to.address())
                .putInt(at + NAME_LENGTH, to.length())
                .putLong(at + VECTORS, vectorsAddress + (long) vectorCount * VECTOR)
                .putLong(at + VECTOR_COUNT, 0)
                .putLong(at + CONTROL, 0)
                .putLong(at + CONTROL_LENGTH, 0);
        count++;
    }

    /** Adds bytes to the message that was begun last; those that follow the last ones in memory cost no vector. */
    public void add(long address, int length) {
        int header = (count - 1) * HEADER;
        long own = headers.getLong(header + VECTOR_COUNT);
        int last = (vectorCount - 1) * VECTOR;
        if (own > 0 && vectors.getLong(last) + vectors.getLong(last + 8) == address) {
            vectors.putLong(last + 8, vectors.getLong(last + 8) + length);
            return;
        }
        vectors.putLong(Objects.checkIndex(vectorCount, vectorCapacity) * VECTOR, address)
                .putLong(vectorCount * VECTOR + 8, length);
        vectorCount++;
        headers.putLong(header + VECTOR_COUNT, own + 1);
    }

    /** Has the kernel cut a message into datagrams of this many bytes each, the last one perhaps shorter. */
    public void segment(int message, int bytes) {
        control(message, UdpSocket.SOL_UDP, UdpSocket.UDP_SEGMENT, Short.BYTES);
        controls.putShort(controlAt(message) - CONTROL_SPACE + CONTROL_HEADER, (short) bytes);
    }

    /** Gives the message that was begun last a field of the IP header. @param tos the whole byte, ECN included */
    public void tos(boolean ipv6, int tos) {
        option(ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP, ipv6 ? UdpSocket.IPV6_TCLASS : UdpSocket.IP_TOS, tos);
    }

    /** Gives the message that was begun last a time to live, or hop limit, of its own. */
    public void ttl(boolean ipv6, int ttl) {
        option(ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP, ipv6 ? UdpSocket.IPV6_HOPLIMIT : UdpSocket.IP_TTL, ttl);
    }

    private void option(int level, int type, int value) {
        int message = count - 1;
        control(message, level, type, Integer.BYTES);
        controls.putInt(controlAt(message) - CONTROL_SPACE + CONTROL_HEADER, value);
    }

    private void control(int message, int level, int type, int bytes) {
        int at = controlAt(message);
        int header = message * HEADER;
        controls.putLong(at, CONTROL_HEADER + bytes).putInt(at + 8, level).putInt(at + 12, type);
        long length = headers.getLong(header + CONTROL_LENGTH) + CONTROL_SPACE;
        headers.putLong(header + CONTROL, controlsAddress + (long) message * MAX_CONTROLS * CONTROL_SPACE)
                .putLong(header + CONTROL_LENGTH, length);
    }

    /** Where the next control message of a message goes. */
    private int controlAt(int message) {
        return message * MAX_CONTROLS * CONTROL_SPACE + (int) headers.getLong(message * HEADER + CONTROL_LENGTH);
    }

    /**
     * Sends messages, in order, until one is refused; never waits.
     *
     * @return how many were sent, at least 1, or the error number of the first one, negated
     */
    public int send(int fd, int from) {
        Objects.checkIndex(from, count);
        long first = headersAddress + (long) from * HEADER;
        int sent = LibC.sendmmsg(fd, first, count - from, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
        return sent >= 0 ? sent : -LibC.errno();
    }

    /** Forgets all messages. */
    public void clear() {
        count = 0;
        vectorCount = 0;
    }
}
