package io.tapswitch.port.stream;

import io.tapswitch.frame.Frame;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.TokenBucket;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listening socket for many peers, each of which gets a {@link StreamPort} of its own. It carries no frames itself.
 */
final class StreamListener extends Port {
    /** All peers may come at once, and as many again; then one so soon after the other, since each is some work. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final PortLoop loop;
    private final StreamServer server;
    private final Acceptor acceptor;
    private final ConnectionLog log;
    private final int most;
    /** Connections with a port of their own, and those on their way to one. */
    private final AtomicInteger present = new AtomicInteger();

    private PortOwner owner;
    private boolean closed;

    /**
     * @param server owned from now on
     * @param most how many connections at a time
     */
    StreamListener(PortContext context, StreamServer server, int most) {
        super(context.name(), context.counters());
        this.loop = context.loops().get(0);
        this.server = server;
        this.most = most;
        this.log = new ConnectionLog(context.name());
        this.acceptor = new Acceptor(server, loop, TokenBucket.every(AGAIN_NANOS, 2 * most), this::came, log::say);
        loop.occupy();
    }

    @Override
    public boolean isListener() {
        return true;
    }

    @Override
    public void start(FrameSink sink, PortOwner whoOpened) {
        owner = whoOpened;
        loop.call(acceptor::start);
    }

    private void came(StreamSocket socket) {
        if (present.incrementAndGet() > most) {
            log.say(socket.peer() + " connected to " + acceptor.address() + " and was sent away, since " + most
                    + " peers are there; raise stream.maxConnections to serve more");
            socket.close();
            present.decrementAndGet();
        } else {
            owner.joined(new Arrival(socket));
        }
    }

    /** A connection on its way to a port of its own. */
    private final class Arrival implements PortOwner.Newcomer {
        private final StreamSocket socket;

        Arrival(StreamSocket socket) {
            this.socket = socket;
        }

        @Override
        public Port open(PortContext context) {
            Visitor visitor = new Visitor(socket, acceptor.address(), present::decrementAndGet);
            try {
                return new StreamPort(context, visitor);
            } catch (RuntimeException | Error e) {
                visitor.close();
                throw e;
            }
        }

        @Override
        public void refuse(String why) {
            log.say(socket.peer() + " was sent away: " + why);
            socket.close();
            present.decrementAndGet();
        }
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        counters().dropped(burst.loop(), DropReason.EGRESS_DOWN);
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        return DropReason.EGRESS_DOWN;
    }

    @Override
    public Info info() {
        String connections = " (" + present.get() + " of " + most + " connections)";
        return new Info(acceptor.address() + connections, 1, List.of(loop.index()), List.of());
    }

    @Override
    public void check() throws IOException {
        acceptor.check();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            loop.call(acceptor::stop);
            acceptor.close();
            server.close();
            loop.vacate();
        }
    }
}
