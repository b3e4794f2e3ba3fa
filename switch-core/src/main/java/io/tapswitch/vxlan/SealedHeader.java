package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * The 12 bytes in front of a sealed frame, big endian, in the clear but authenticated. {@link Sealing} shows them.
 *
 * <p>The first byte is where plain VXLAN has its flags (RFC 7348, 5). Its I bit is clear, so whoever takes the datagram
 * for plain VXLAN drops it.
 */
final class SealedHeader {
    /** Bytes of the header. */
    static final int LENGTH = 12;

    /** The first four bytes: no VXLAN flags, "TS", and what kind of datagram this is. */
    static final int KIND = VxlanHeader.OWN | VxlanHeader.SEALED;

    /** Streams that there can be: 10 bits. */
    static final int STREAMS = 1 << 10;

    /** Epochs that there can be: 22 bits. */
    static final int EPOCHS = 1 << 22;

    private static final int STREAM_AND_EPOCH = 4;
    private static final int SEQUENCE = 8;

    private SealedHeader() {}

    /** Whether a datagram of at least four bytes says that it is a sealed frame. */
    static boolean isAt(ByteBuffer buffer, int at) {
        return buffer.getInt(at) == KIND;
    }

    static void put(ByteBuffer buffer, int streamAndEpoch, int sequence) {
        buffer.putInt(0, KIND).putInt(STREAM_AND_EPOCH, streamAndEpoch).putInt(SEQUENCE, sequence);
    }

    /** The word that holds both. */
    static int streamAndEpoch(int stream, int epoch) {
        return stream * EPOCHS | epoch;
    }

    static int stream(ByteBuffer buffer, int at) {
        return buffer.getInt(at + STREAM_AND_EPOCH) >>> Integer.numberOfTrailingZeros(EPOCHS);
    }

    static int epoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + STREAM_AND_EPOCH) & EPOCHS - 1;
    }

    /** All of its 32 bits; negative in the upper half. */
    static int sequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + SEQUENCE);
    }
}
