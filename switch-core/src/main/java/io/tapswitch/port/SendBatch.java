package io.tapswitch.port;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.MessageBatch;
import java.nio.ByteBuffer;

/**
 * What one event loop has to send by one socket where a frame is a message: small frames wait, copied, until the burst
 * ends and leave by one {@code sendmmsg}; large ones leave at once from where they are.
 *
 * <p>Belongs to one loop; the socket may be shared. Sent and dropped frames are counted here.
 */
public final class SendBatch implements Burst.Batch {
    /** Frames that wait: as many as a burst brings. */
    private static final int MESSAGES = 64;

    /** A copy of a longer one would cost more than the system call that it saves. */
    private static final int LARGEST_COPY = 2048;

    /** What a refused message means for a type of socket. */
    @FunctionalInterface
    public interface Refusal {
        /** The reason to count a frame under. Never throws; on any loop. */
        DropReason reason(int errno);
    }

    private final int fd;
    private final PortCounters counters;
    private final Refusal refusal;
    private final MessageBatch messages = new MessageBatch(MESSAGES, 2, 0);
    private final int[] frameBytes = new int[MESSAGES];
    private int waiting;
    private boolean touched;

    /**
     * @param fd a connected or bound socket, not owned: nothing is sent after its owner closed it
     * @param counters of the port
     */
    public SendBatch(int fd, PortCounters counters, Refusal refusal) {
        this.fd = fd;
        this.counters = counters;
        this.refusal = refusal;
    }

    /**
     * Takes a frame as it is, behind the first bytes of its virtio-net header.
     *
     * @param virtio how many of the header's bytes the socket wants
     */
    public void add(Frame frame, int virtio, Burst burst) {
        int length = frame.length();
        if (virtio + length > LARGEST_COPY) {
            sendWaiting(burst);
            frameBytes[0] = length;
            long header = frame.writeAddress();
            message(0, header, virtio, header + VirtioNetHeader.LENGTH, length);
            send(1, burst);
            return;
        }
        int at = burst.hold(virtio + length);
        burst.held().put(at, frame.buffer(), frame.start() - VirtioNetHeader.LENGTH, virtio);
        burst.held().put(at + virtio, frame.buffer(), frame.start(), length);
        wait(at, virtio + length, length, burst);
    }

    /** Takes the segments of a frame; a frame that is one segment waits like any other. */
    public void add(Segmentation segments, Burst burst) {
        add(segments, 0, burst);
    }

    /**
     * The same, each segment behind the first bytes of a virtio-net header that asks for nothing.
     *
     * @param virtio how many of the header's bytes the socket wants, as the segments were prepared to have room for
     */
    public void add(Segmentation segments, int virtio, Burst burst) {
        int length = segments.length(0);
        if (segments.count() == 1 && virtio + length <= LARGEST_COPY) {
            int at = burst.hold(virtio + length);
            clear(burst.held(), at, virtio);
            segments.copyTo(0, burst.held(), at + virtio);
            wait(at, virtio + length, length, burst);
            return;
        }
        sendWaiting(burst);
        for (int from = 0; from < segments.count(); from += MESSAGES) {
            int count = Math.min(MESSAGES, segments.count() - from);
            for (int i = 0; i < count; i++) {
                int segment = from + i;
                frameBytes[i] = segments.length(segment);
                clear(segments.headers(), segments.headerIndex(segment) - virtio, virtio);
                message(
                        i,
                        segments.headerAddress(segment) - virtio,
                        virtio + segments.headerLength(),
                        segments.payloadAddress(segment),
                        segments.payloadLength(segment));
            }
            send(count, burst);
        }
    }

    private static void clear(ByteBuffer buffer, int at, int count) {
        for (int i = at; i < at + count; i++) {
            buffer.put(i, (byte) 0);
        }
    }

    private void message(int i, long first, int firstLength, long second, int secondLength) {
        messages.vector(i, 0, first, firstLength);
        messages.vector(i, 1, second, secondLength);
    }

    private void wait(int at, int bytes, int length, Burst burst) {
        frameBytes[waiting] = length;
        message(waiting, burst.heldAddress() + at, bytes, 0, 0);
        if (!touched) {
            touched = true;
            burst.touch(this);
        }
        if (++waiting == MESSAGES) {
            sendWaiting(burst);
        }
    }

    @Override
    public void flush(Burst burst) {
        touched = false;
        sendWaiting(burst);
    }

    private void sendWaiting(Burst burst) {
        int count = waiting;
        waiting = 0;
        if (count > 0) {
            send(count, burst);
        }
    }

    private void send(int count, Burst burst) {
        int done = 0;
        while (done < count) {
            int sent = messages.send(fd, done, count - done);
            if (sent > 0) {
                for (int i = done; i < done + sent; i++) {
                    counters.transmitted(burst.loop(), frameBytes[i]);
                }
                done += sent;
            } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                counters.dropped(burst.loop(), DropReason.EGRESS_FULL, count - done);
                return;
            } else if (sent != -Errno.EINTR) {
                counters.dropped(burst.loop(), refusal.reason(-sent));
                done++;
            }
        }
    }
}
