package io.tapswitch.port;

import io.tapswitch.frame.Coalescing;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.MessageBatch;
import java.nio.ByteBuffer;

/**
 * What one event loop has to send by one socket where a frame is a message: small frames wait, copied, until the burst
 * ends and leave by one {@code sendmmsg}; large ones leave at once from where they are. Where messages have virtio-net
 * headers, TCP segments that follow each other leave as one large frame.
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
    private final int[] frameCounts = new int[MESSAGES];
    private final int[] frameBytes = new int[MESSAGES];
    private int waiting;
    private int runVirtio;
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
        Coalescing run = burst.run(this);
        if (run != null) {
            if (run.append(frame)) {
                if (run.isComplete()) {
                    endRun(run, burst);
                }
                return;
            }
            endRun(run, burst);
        }
        runVirtio = virtio;
        boolean begun = virtio > 0 && Coalescing.isCandidate(frame) && burst.beginRun(this, frame);
        if (!begun) {
            put(frame, 1, frame.length(), virtio, burst);
        }
    }

    private void endRun(Coalescing run, Burst burst) {
        int frames = run.count();
        int bytes = run.bytes();
        put(burst.finishRun(), frames, bytes, runVirtio, burst);
    }

    /** Takes a frame that may stand for several. */
    private void put(Frame frame, int count, int bytes, int virtio, Burst burst) {
        int length = frame.length();
        if (virtio + length > LARGEST_COPY) {
            sendWaiting(burst);
            message(0, frame, count, bytes, virtio);
            send(1, burst);
            return;
        }
        int at = burst.hold(virtio + length);
        if (frame.isInPlace()) {
            clear(burst.held(), at, virtio);
        } else {
            burst.held().put(at, frame.buffer(), frame.start() - VirtioNetHeader.LENGTH, virtio);
        }
        burst.held().put(at + virtio, frame.buffer(), frame.start(), length);
        wait(at, virtio + length, count, bytes, burst);
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
            wait(at, virtio + length, 1, length, burst);
            return;
        }
        sendWaiting(burst);
        for (int from = 0; from < segments.count(); from += MESSAGES) {
            int count = Math.min(MESSAGES, segments.count() - from);
            for (int i = 0; i < count; i++) {
                int segment = from + i;
                note(i, 1, segments.length(segment));
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

    private void message(int i, Frame frame, int count, int bytes, int virtio) {
        long header = frame.writeAddress();
        message(i, header, virtio, header + VirtioNetHeader.LENGTH, frame.length());
        note(i, count, bytes);
    }

    private void message(int i, long first, int firstLength, long second, int secondLength) {
        messages.vector(i, 0, first, firstLength);
        messages.vector(i, 1, second, secondLength);
        messages.vectorCount(i, 2);
    }

    private void note(int i, int count, int bytes) {
        frameCounts[i] = count;
        frameBytes[i] = bytes;
    }

    private void wait(int at, int length, int count, int bytes, Burst burst) {
        note(waiting, count, bytes);
        messages.vector(waiting, 0, burst.heldAddress() + at, length);
        messages.vectorCount(waiting, 1);
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
        Coalescing run = burst.run(this);
        if (run != null) {
            // From where it is: the room for copies may be about to be cleared.
            int frames = run.count();
            int bytes = run.bytes();
            message(waiting, burst.finishRun(), frames, bytes, runVirtio);
            waiting++;
        }
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
                countSent(done, done + sent, burst);
                done += sent;
            } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                drop(done, count, DropReason.EGRESS_FULL, burst);
                return;
            } else if (sent != -Errno.EINTR) {
                drop(done, done + 1, refusal.reason(-sent), burst);
                done++;
            }
        }
    }

    private void countSent(int from, int to, Burst burst) {
        int frames = 0;
        int bytes = 0;
        for (int i = from; i < to; i++) {
            frames += frameCounts[i];
            bytes += frameBytes[i];
        }
        counters.add(burst.loop(), PortCounters.TX_FRAMES, frames);
        counters.add(burst.loop(), PortCounters.TX_BYTES, bytes);
    }

    private void drop(int from, int to, DropReason reason, Burst burst) {
        int frames = 0;
        for (int i = from; i < to; i++) {
            frames += frameCounts[i];
        }
        counters.dropped(burst.loop(), reason, frames);
    }
}
