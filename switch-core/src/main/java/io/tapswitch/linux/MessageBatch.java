package io.tapswitch.linux;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Messages for one call of {@code sendmmsg(2)} or {@code recvmmsg(2)}: an array of {@code struct mmsghdr}, prepared once
 * and reused, so that a call converts nothing and allocates nothing.
 *
 * <pre>
 *  struct mmsghdr, 64 bytes on every 64-bit Linux:
 *  | name 8 | namelen 4, pad 4 | iov 8 | iovlen 8 | control 8 | controllen 8 | flags 4, pad 4 | len 4, pad 4 |
 * </pre>
 *
 * <p>The bytes that the vectors and names point to belong to the caller, who keeps them reachable. Not thread-safe.
 */
public final class MessageBatch {
    private static final int HEADER = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTORS = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int LENGTH = 56;
    private static final int VECTOR = 16;

    private final int messages;
    private final int vectors;
    private final int controlBytes;
    private final ByteBuffer headers;
    private final ByteBuffer iovecs;
    private final ByteBuffer control;
    private final long headersAddress;
    private final long iovecsAddress;

    /**
     * @param messages in one call, at most 1024
     * @param vectors of each message
     * @param controlBytes room for each message's control messages; 0 for none
     */
    public MessageBatch(int messages, int vectors, int controlBytes) {
        this.messages = messages;
        this.vectors = vectors;
        this.controlBytes = controlBytes;
        headers = allocate(messages * HEADER);
        iovecs = allocate(messages * vectors * VECTOR);
        control = allocate(messages * controlBytes);
        headersAddress = Buffer.memoryAddress(headers);
        iovecsAddress = Buffer.memoryAddress(iovecs);
        for (int i = 0; i < messages; i++) {
            headers.putLong(i * HEADER + VECTORS, iovecsAddress + (long) i * vectors * VECTOR);
            headers.putLong(i * HEADER + VECTOR_COUNT, vectors);
            if (controlBytes > 0) {
                headers.putLong(i * HEADER + CONTROL, Buffer.memoryAddress(control) + (long) i * controlBytes);
            }
        }
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** How many messages there are. */
    public int messages() {
        return messages;
    }

    /** Says where a vector of a message reads or writes. */
    public void vector(int message, int vector, long address, int length) {
        int at = (Objects.checkIndex(message, messages) * vectors + Objects.checkIndex(vector, vectors)) * VECTOR;
        iovecs.putLong(at, address).putLong(at + 8, length);
    }

    /** Says how many of its vectors a message uses. */
    public void vectorCount(int message, int count) {
        headers.putLong(message * HEADER + VECTOR_COUNT, Objects.checkIndex(count, vectors + 1));
    }

    /** Says where a message's socket address is, to be sent to or to be received into. */
    public void name(int message, long address, int length) {
        headers.putLong(message * HEADER + NAME, address).putInt(message * HEADER + NAME_LENGTH, length);
    }

    /** How long the socket address is that a received message came from; 0 if it has none. */
    public int nameLength(int message) {
        return headers.getInt(message * HEADER + NAME_LENGTH);
    }

    /** Native-endian; a message's control messages start at {@code message * controlBytes}. */
    public ByteBuffer control() {
        return control;
    }

    /** How many bytes of control messages a message has; set it before sending, read it after receiving. */
    public int controlLength(int message) {
        return (int) headers.getLong(message * HEADER + CONTROL_LENGTH);
    }

    /** Says how many bytes of control messages are to be sent with a message. */
    public void controlLength(int message, int bytes) {
        headers.putLong(message * HEADER + CONTROL_LENGTH, Objects.checkIndex(bytes, controlBytes + 1));
    }

    /** The bytes of a message that were sent or received. */
    public int length(int message) {
        return headers.getInt(message * HEADER + LENGTH);
    }

    /** Whether a received message was longer than its vectors, which hold its beginning. */
    public boolean isTruncated(int message) {
        return (headers.getInt(message * HEADER + FLAGS) & LibC.MSG_TRUNC) != 0;
    }

    /**
     * Sends messages, in order, until one is refused; never waits.
     *
     * @return how many were sent, at least 1, or the error number of the first one, negated
     */
    public int send(int fd, int from, int count) {
        Objects.checkFromIndexSize(from, count, messages);
        long first = headersAddress + (long) from * HEADER;
        int sent = LibC.sendmmsg(fd, first, count, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
        return sent >= 0 ? sent : -LibC.errno();
    }

    /**
     * Receives what is there; never waits.
     *
     * @param nameBytes room for each socket address; 0 if none is wanted
     * @return how many messages, or the error number negated: {@link Errno#EAGAIN} if there is none
     */
    public int receive(int fd, int nameBytes) {
        for (int i = 0; i < messages; i++) {
            headers.putInt(i * HEADER + NAME_LENGTH, nameBytes);
            headers.putLong(i * HEADER + CONTROL_LENGTH, controlBytes);
        }
        int received = LibC.recvmmsg(fd, headersAddress, messages, LibC.MSG_DONTWAIT, 0);
        return received >= 0 ? received : -LibC.errno();
    }
}
