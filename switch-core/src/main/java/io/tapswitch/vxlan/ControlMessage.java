package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * The two messages by which VTEPs that run TapSwitch watch the path between them: a probe, and the acknowledgement that
 * answers it. They travel on the VXLAN port, between the same addresses as the frames.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+---------------+---------------+
 *  |0 0 0 0 0 0 0 0|   'T'  0x54   |   'S'  0x53   |     kind      |
 *  +---------------+---------------+---------------+---------------+
 *  |   version 1   |    flags 0    |        length of the probe    |
 *  +---------------+---------------+-------------------------------+
 *  |                           token (8)                           |
 *  +---------------------------------------------------------------+
 *  |                    session of the sender (16)                 |
 *  +---------------------------------------------------------------+
 *  |                             tag (16)                          |
 *  +---------------------------------------------------------------+
 *  |                  zeros, in a probe of a size ...              |
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The first byte is where VXLAN has its flags (RFC 7348, 5). The I flag is clear, so a VTEP of another make drops the
 * message: "the I flag MUST be set to 1 for a valid VXLAN Network ID".
 *
 * <p>The length is that of the whole probe, padding included, in bytes of UDP payload. An acknowledgement has no padding,
 * and the length of the probe that it answers. So an answer is never longer than the question: nobody can use a VTEP to
 * multiply traffic. The token is random and comes back in the acknowledgement: only who got the probe can answer it. The
 * session is random and stays until the sender starts anew. The tag is the {@link ControlTag}'s.
 *
 * <p>Receivers ignore the flags and the padding. Buffers are big endian. Nothing here allocates.
 */
final class ControlMessage {
    static final int PROBE = 1;
    static final int ACKNOWLEDGEMENT = 2;

    /** Bytes of a message without padding. */
    static final int LENGTH = 48;
    /** Bytes of UDP payload that the length can tell. */
    static final int MAX_LENGTH = 0xffff;

    static final int TAG = 32;

    private static final int MARK = 0x00_5453_00;
    private static final int VERSION = 1;
    private static final int PROBE_LENGTH = 6;
    private static final int TOKEN = 8;
    private static final int SESSION = 16;

    private ControlMessage() {}

    /**
     * Whether a datagram is one of these messages, whole. Whatever else it says is to be checked.
     *
     * @param at where the UDP payload begins; it lies within the buffer
     */
    static boolean isValid(ByteBuffer datagram, int at, int length) {
        if (length < LENGTH || datagram.get(at + 4) != VERSION) {
            return false;
        }
        return switch (datagram.getInt(at)) {
            case MARK | PROBE -> probeLength(datagram, at) == length;
            case MARK | ACKNOWLEDGEMENT -> length == LENGTH && probeLength(datagram, at) >= LENGTH;
            default -> false;
        };
    }

    /** {@link #PROBE} or {@link #ACKNOWLEDGEMENT}. */
    static int kind(ByteBuffer message, int at) {
        return message.get(at + 3);
    }

    static int probeLength(ByteBuffer message, int at) {
        return message.getShort(at + PROBE_LENGTH) & 0xffff;
    }

    static long token(ByteBuffer message, int at) {
        return message.getLong(at + TOKEN);
    }

    static long sessionHigh(ByteBuffer message, int at) {
        return message.getLong(at + SESSION);
    }

    static long sessionLow(ByteBuffer message, int at) {
        return message.getLong(at + SESSION + 8);
    }

    /** Writes a message at index 0, its tag as zero, and leaves the padding as it is. */
    static void write(ByteBuffer message, int kind, int probeLength, long token, SessionId session) {
        message.putInt(0, MARK | kind).put(4, (byte) VERSION).put(5, (byte) 0);
        message.putShort(PROBE_LENGTH, (short) probeLength).putLong(TOKEN, token);
        message.putLong(SESSION, session.high()).putLong(SESSION + 8, session.low());
        message.putLong(TAG, 0).putLong(TAG + 8, 0);
    }
}
