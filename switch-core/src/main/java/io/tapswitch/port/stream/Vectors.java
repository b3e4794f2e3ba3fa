package io.tapswitch.port.stream;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An array of {@code struct iovec} for {@code writev(2)}, reused. The bytes belong to the caller. Not thread-safe. */
final class Vectors {
    /** A MiB in pages. */
    private static final int MAX = 64;

    private static final int VECTOR = 16;

    private final ByteBuffer array = ByteBuffer.allocateDirect(MAX * VECTOR).order(ByteOrder.nativeOrder());
    private final long address = Buffer.memoryAddress(array);
    private int count;
    private long bytes;

    void clear() {
        count = 0;
        bytes = 0;
    }

    /** Adds bytes, which stay where they are; there is room unless the array {@link #isFull}. */
    void add(long at, int length) {
        array.putLong(count * VECTOR, at).putLong(count * VECTOR + 8, length);
        count++;
        bytes += length;
    }

    boolean isFull() {
        return count == MAX;
    }

    long address() {
        return address;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }
}
