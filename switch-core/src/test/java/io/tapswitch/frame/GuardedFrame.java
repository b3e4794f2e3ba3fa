package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A frame in a buffer that is otherwise full of one byte. A read behind the frame throws, because the buffer's limit is
 * there; if bytes in front of it were read, the results with two fillings would differ; a write around it is found.
 */
final class GuardedFrame {
    private final byte filler;
    private final Frame frame = new Frame();
    private final ByteBuffer untouched =
            ByteBuffer.allocateDirect(frame.buffer().capacity());

    GuardedFrame(byte filler) {
        this.filler = filler;
        for (int i = 0; i < untouched.capacity(); i++) {
            frame.buffer().put(i, filler);
            untouched.put(i, filler);
        }
    }

    /** The frame, filled with a virtio-net header and the bytes behind it; to be followed by {@link #take}. */
    Frame load(byte[] large) {
        Segments.load(frame, large);
        frame.buffer().limit(frame.start() + frame.length());
        return frame;
    }

    /** The virtio-net header and the frame as they have become; fails if anything else was written to. */
    byte[] take() {
        frame.buffer().clear();
        byte[] bytes = new byte[frame.writeLength()];
        int at = frame.start() - VirtioNetHeader.LENGTH;
        frame.buffer().get(at, bytes);
        byte[] blank = new byte[bytes.length];
        Arrays.fill(blank, filler);
        frame.buffer().put(at, blank);
        assertThat(frame.buffer().mismatch(untouched)).as("a byte outside").isEqualTo(-1);
        return bytes;
    }
}
