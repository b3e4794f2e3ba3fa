package io.tapswitch.port.stream;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortLoop;
import java.io.IOException;

/**
 * One connection to a peer: reads its frames, and writes what the {@link Egress} gives it. Owns the socket. On the port's
 * loop only.
 */
final class Connection implements EpollIoHandle {
    private static final EpollIoOps BOTH = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);

    /** Who is told of a connection's life. */
    interface Owner {
        /** The connection is over; the owner {@linkplain Connection#end ends} it. Maybe more than once. */
        void lost(Connection connection, String why);

        /** Something that people should know. */
        void say(Connection connection, String what);
    }

    private final StreamSocket socket;
    private final FileDescriptor fd;
    private final PortLoop loop;
    private final Workspace work;
    private final FrameReader reader;
    private final Egress egress;
    private final Owner owner;
    private IoRegistration registration;
    private boolean awaitsWritable;

    Connection(StreamSocket socket, PortLoop loop, FrameSink sink, Egress egress, Owner owner) {
        this.socket = socket;
        this.fd = new FileDescriptor(socket.fd());
        this.loop = loop;
        this.work = Egress.workspace(loop);
        this.reader = new FrameReader(sink);
        this.egress = egress;
        this.owner = owner;
    }

    /** Lets frames in. */
    void start() {
        registration = loop.attach(this, EpollIoOps.EPOLLIN);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            EpollIoOps ready = ((EpollIoEvent) event).ops();
            if (ready.contains(EpollIoOps.EPOLLOUT) && awaitsWritable) {
                egress.writable();
            }
            // Whatever else it is, an error or the end, a read tells.
            if (!ready.equals(EpollIoOps.EPOLLOUT)) {
                read();
            }
        } catch (IOException | RuntimeException e) {
            owner.lost(this, reason(e));
        }
    }

    private void read() throws IOException {
        int at = reader.position();
        int bytes = fd.readAddress(work.inputAddress, at, at + Workspace.READ);
        if (bytes > 0) {
            Burst burst = loop.burst().begin(System.nanoTime());
            try {
                reader.take(work, bytes, loop.frame(), burst);
            } finally {
                burst.end();
            }
        } else if (bytes < 0) {
            owner.lost(this, reader.isWithinFrame() ? "it left in the middle of a frame" : "it left");
        }
    }

    private static String reason(Exception e) {
        if (e instanceof Errors.NativeIoException refusal) {
            return LinuxException.of(-refusal.expectedErr(), "reach it").getMessage();
        }
        return String.valueOf(e.getMessage());
    }

    /** Writes what the kernel takes now. */
    long write(Vectors vectors) throws IOException {
        return fd.writevAddresses(vectors.address(), vectors.count());
    }

    /** Has {@link Egress#writable} called once the kernel has room, or no longer. */
    void awaitWritable(boolean on) {
        if (on != awaitsWritable) {
            awaitsWritable = on;
            registration.submit(on ? BOTH : EpollIoOps.EPOLLIN);
        }
    }

    /** Gives the connection up when the loop is done with what it does now, which may be this port's or another's turn. */
    void breakSoon(IOException e) {
        loop.execute(() -> owner.lost(this, reason(e)));
    }

    void say(String what) {
        owner.say(this, what);
    }

    /** Who is on the other side. */
    String peer() {
        return socket.peer();
    }

    /** Ends the connection and closes the socket. */
    void end() {
        if (registration != null) {
            registration.cancel();
        }
        socket.close();
    }

    /** By a loop that shuts down. */
    @Override
    public void close() {
        socket.close();
    }
}
