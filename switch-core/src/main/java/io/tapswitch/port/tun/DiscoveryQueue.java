package io.tapswitch.port.tun;

import io.tapswitch.frame.Discovery;
import io.tapswitch.frame.Frame;
import java.nio.ByteBuffer;
import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * Messages of neighbour discovery on their way to the loop that owns the neighbours: copies, in slots that are made once
 * and go round. Any loop offers, one polls.
 */
final class DiscoveryQueue {
    private static final int SLOTS = 128;

    private final MpmcAtomicArrayQueue<Message> free = new MpmcAtomicArrayQueue<>(SLOTS);
    private final MpscAtomicArrayQueue<Message> filled = new MpscAtomicArrayQueue<>(SLOTS);

    /** A copy of a frame. */
    static final class Message {
        private final ByteBuffer buffer = ByteBuffer.allocate(Discovery.MAX_LENGTH);
        private int length;
        private boolean checked;

        /** The frame, from index 0. */
        ByteBuffer buffer() {
            return buffer;
        }

        int length() {
            return length;
        }

        /** Whether the frame has its checksum; else its sender left it to the hardware. */
        boolean checked() {
            return checked;
        }
    }

    DiscoveryQueue() {
        for (int i = 0; i < SLOTS; i++) {
            free.offer(new Message());
        }
    }

    /** Copies a frame of at most {@link Discovery#MAX_LENGTH} bytes. @return false if there is no room */
    boolean offer(Frame frame) {
        Message message = free.poll();
        if (message == null) {
            return false;
        }
        message.length = frame.length();
        message.buffer.put(0, frame.buffer(), frame.start(), frame.length());
        message.checked = !frame.isChecksumOpen();
        return filled.offer(message);
    }

    /** The next one, null if there is none; to be given back. */
    Message poll() {
        return filled.poll();
    }

    void release(Message message) {
        free.offer(message);
    }

    boolean isEmpty() {
        return filled.isEmpty();
    }
}
