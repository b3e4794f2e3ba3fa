package io.tapswitch.port.dgram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.tapswitch.frame.Frame;
import io.tapswitch.linux.DatagramSocket;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.MessageBatch;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving half of a datagram port, on one event loop; it also looks after the {@link Peer}. Owns the socket once it
 * is started.
 */
final class DgramReader implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(DgramReader.class);

    /** Frames of one system call. */
    private static final int BATCH = 32;

    /** System calls per turn; level-triggered epoll calls again for what is left, after the loop's other ports. */
    private static final int BUDGET = 2;

    /** More datagrams than any queue holds that was filled before the socket was connected. */
    private static final int MOST_QUEUED = 1 << 16;

    /** How often the peer is looked for: a peer that was made anew is found within a second. */
    private static final long LOOK_MILLIS = 500;

    private final DatagramSocket socket;
    private final FileDescriptor fd;
    private final Peer peer;
    private final PortLoop loop;
    private final PortCounters counters;
    private final List<Frame> frames;
    private final MessageBatch messages = new MessageBatch(BATCH, 1, 0);
    private FrameSink sink;
    private PortOwner owner;
    private IoRegistration registration;
    private Future<?> looking;

    /** Whether the peer was there when it was looked for last. The loop's thread only. */
    private boolean wasPresent;

    DgramReader(DatagramSocket socket, Peer peer, PortLoop loop, PortCounters counters) {
        this.socket = socket;
        this.fd = new FileDescriptor(socket.fd());
        this.peer = peer;
        this.loop = loop;
        this.counters = counters;
        frames = loop.frames(BATCH);
        for (int i = 0; i < BATCH; i++) {
            messages.vector(i, 0, frames.get(i).plainReadAddress(), Frame.MAX_LENGTH);
        }
    }

    void start(FrameSink frameSink, PortOwner whoOpened) {
        sink = frameSink;
        owner = whoOpened;
        // On the loop, whose frames take what is to be dropped.
        loop.call(this::look);
        registration = loop.register(this);
        looking = loop.every(LOOK_MILLIS, this::look);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        Burst burst = loop.burst().begin(System.nanoTime());
        try {
            // Before the port is connected to it, a peer that has just come is a stranger like any other.
            if (wasPresent && peer.isPresent()) {
                read(burst);
            } else {
                look();
            }
        } catch (IOException | RuntimeException e) {
            // Left to Netty, the exception would put the loop to sleep for a second; left registered, the broken socket
            // would call here again and again.
            source.cancel();
            owner.failed(new IOException("the socket broke (" + e.getMessage() + "); the switch makes it again", e));
        } finally {
            burst.end();
        }
    }

    private void read(Burst burst) throws IOException {
        for (int turn = 0; turn < BUDGET; turn++) {
            int received = receive();
            for (int i = 0; i < received; i++) {
                int length = messages.length(i);
                if (messages.isTruncated(i)) {
                    drop(length, DropReason.OVERSIZE, burst);
                } else {
                    frames.get(i).receivedPlain(length);
                    sink.receive(frames.get(i), burst);
                }
            }
            if (received < BATCH) {
                return;
            }
        }
    }

    /** How many datagrams came; 0 also if the socket had an error to tell, such as that a datagram was refused. */
    private int receive() throws LinuxException {
        int received = messages.receive(socket.fd(), 0);
        if (received == -Errno.ECONNREFUSED) {
            peer.refused(); // The kernel tells once: whoever reads, or whoever sends.
        }
        return switch (-received) {
            case Errno.EBADF, Errno.EFAULT, Errno.EINVAL, Errno.ENOTSOCK ->
                throw LinuxException.of(-received, "receive");
            default -> Math.max(0, received);
        };
    }

    private void drop(int length, DropReason reason, Burst burst) {
        counters.received(burst.loop(), length);
        counters.dropped(burst.loop(), reason);
    }

    /** Connects to whoever is at the remote address now, and tells if that is nobody, or somebody else than before. */
    private void look() {
        boolean stayed = wasPresent && peer.isPresent();
        boolean present = peer.look();
        if (wasPresent && !(stayed && present)) {
            owner.farSideLeft();
        }
        if (!stayed) {
            dropStrangers(present ? MOST_QUEUED : BATCH * BUDGET);
        }
        wasPresent = present;
    }

    /**
     * What came before the socket was connected could be from anybody.
     *
     * @param most all that can be waiting, if nobody but the peer adds to it any more; else a turn's worth
     */
    private void dropStrangers(int most) {
        Burst burst = loop.burst();
        for (int dropped = 0; dropped < most; ) {
            int received = messages.receive(socket.fd(), 0);
            for (int i = 0; i < received; i++) {
                drop(messages.length(i), DropReason.UNKNOWN_SENDER, burst);
            }
            dropped += Math.max(1, received);
            if (received == -Errno.EAGAIN) {
                return;
            }
        }
    }

    /** Stops reading; once this returns the loop has let go of the socket, which is closed. */
    void stop() {
        if (registration == null) {
            close();
        } else {
            looking.cancel(false);
            loop.deregister(registration, this::close);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.warn("a socket's file stays behind: {}", e.toString());
        }
    }
}
