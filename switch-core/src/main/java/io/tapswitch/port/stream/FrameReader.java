package io.tapswitch.port.stream;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import java.io.IOException;

/**
 * Finds the frames in the bytes of one connection, however they are cut into reads.
 *
 * <pre>
 *  | length of frame 0 (4, big endian) | frame 0 | length of frame 1 (4) | frame 1 | ...
 * </pre>
 *
 * <p>Frames are handed over where they were read. What is left of an incomplete one is kept aside until the rest comes,
 * so that the buffer is free for the loop's other ports. A frame is 1 to {@link Frame#MAX_LENGTH} bytes; one shorter than
 * an Ethernet header goes to the switch, which counts it.
 *
 * <p>One event loop.
 */
final class FrameReader {
    /** Bytes of the length in front of each frame. */
    static final int PREFIX = 4;

    private static final int FIRST_REST = 2048;

    private final FrameSink sink;
    private byte[] rest = new byte[0];
    private int restLength;
    /** Bytes of the incomplete frame with its length, once that is known. */
    private int needed = PREFIX;

    FrameReader(FrameSink sink) {
        this.sink = sink;
    }

    /** Where in the workspace's input the next bytes belong. */
    int position() {
        return Workspace.START + restLength;
    }

    /** Whether the connection is within a frame. */
    boolean isWithinFrame() {
        return restLength > 0;
    }

    /**
     * Takes bytes that were read at {@link #position}, and hands over the frames that are complete.
     *
     * @param frame to be used as a view
     * @throws IOException if the bytes cannot be frames; nothing more is to be taken then
     */
    void take(Workspace work, int count, Frame frame, Burst burst) throws IOException {
        int end = position() + count;
        if (restLength >= PREFIX && end - Workspace.START < needed) {
            keep(work, position(), count);
            return;
        }
        work.input.put(Workspace.START, rest, 0, restLength);
        restLength = 0;
        int at = Workspace.START;
        needed = PREFIX;
        while (end - at >= PREFIX) {
            int length = work.input.getInt(at);
            needed = PREFIX + checked(length);
            if (end - at < needed) {
                break;
            }
            frame.view(work.input, work.inputAddress, at + PREFIX, length);
            sink.receive(frame, burst);
            at += needed;
            needed = PREFIX;
        }
        keep(work, at, end - at);
    }

    private static int checked(int length) throws IOException {
        if (length < 1 || length > Frame.MAX_LENGTH) {
            throw new IOException("it sent a frame of " + Integer.toUnsignedLong(length) + " bytes, where 1 to "
                    + Frame.MAX_LENGTH + " are possible: it does not speak this protocol");
        }
        return length;
    }

    private void keep(Workspace work, int at, int count) {
        if (restLength + count > rest.length) {
            byte[] larger = new byte[Math.max(FIRST_REST, Math.min(needed, 2 * (restLength + count)))];
            System.arraycopy(rest, 0, larger, 0, restLength);
            rest = larger;
        }
        work.input.get(at, rest, restLength, count);
        restLength += count;
    }
}
