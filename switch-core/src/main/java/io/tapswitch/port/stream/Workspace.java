package io.tapswitch.port.stream;

import io.netty.channel.unix.Buffer;
import io.tapswitch.frame.Frame;
import java.nio.ByteBuffer;

/**
 * What the stream ports of one event loop share: where they read to, what they call {@code writev} with, and the pages
 * for what the loop has to send, to ports of any loop.
 */
final class Workspace {
    /** Bytes of one read: a turn of some hundred frames, after which the loop's other ports have theirs. */
    static final int READ = 128 * 1024;

    /** Where the first frame's length is in {@link #input}: the switch may write over what is in front of a frame. */
    static final int START = Frame.HEADROOM - FrameReader.PREFIX;

    /** Big endian; valid during one turn. */
    final ByteBuffer input = ByteBuffer.allocateDirect(Frame.HEADROOM + Frame.MAX_LENGTH + READ);

    final long inputAddress = Buffer.memoryAddress(input);
    final Vectors vectors = new Vectors();
    final PagePool pages = new PagePool();
}
