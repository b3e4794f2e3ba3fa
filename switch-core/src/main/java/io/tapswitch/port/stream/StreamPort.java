package io.tapswitch.port.stream;

import io.tapswitch.frame.Frame;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A port whose far side is a stream of frames: a VM of QEMU, passt, gvproxy. There is one peer at a time; while there is
 * none, frames to it are dropped, and the {@link PeerSource} looks for the next.
 *
 * <p>The peer cannot be shown a carrier: a port that is disabled keeps its connection, and the bridge drops what comes.
 */
final class StreamPort extends Port {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PortLoop loop;
    private final Egress egress;
    private final PeerSource peers;
    private final ConnectionLog log;
    private final Events events = new Events();
    private FrameSink sink;
    private PortOwner owner;
    private Connection connection;
    private volatile String peer;
    private volatile String lastEnd = "";
    private volatile boolean started;
    private boolean closed;

    /** @param peers owned from now on */
    StreamPort(PortContext context, PeerSource peers) {
        this(context, peers, PATIENCE_NANOS);
    }

    /** @param patienceNanos how long a peer that takes nothing is thought to be just slow */
    StreamPort(PortContext context, PeerSource peers, long patienceNanos) {
        super(context.name(), context.counters());
        this.peers = peers;
        this.loop = context.loops().get(0);
        this.egress = new Egress(context.loops(), context.counters(), patienceNanos);
        this.log = new ConnectionLog(context.name());
        loop.occupy();
    }

    @Override
    public void start(FrameSink frames, PortOwner whoOpened) {
        sink = frames;
        owner = whoOpened;
        loop.call(() -> peers.start(loop, events));
        started = true;
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        egress.transmit(frame, burst);
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        return egress.refusal(frame, burst);
    }

    /** What happens on the loop. */
    private final class Events implements PeerSource.Taker, Connection.Owner {
        @Override
        public void take(StreamSocket socket) {
            Connection made = new Connection(socket, loop, sink, egress, this);
            try {
                socket.tuneTcp();
                made.start();
            } catch (LinuxException | RuntimeException e) {
                made.end();
                remember(e.getMessage());
                left(e.getMessage());
                return;
            }
            connection = made;
            peer = socket.peer();
            egress.connected(made);
            sayOfMany("connected, " + device());
        }

        @Override
        public void lost(Connection which, String why) {
            if (which == connection) {
                sayOfMany(device() + " is gone: " + why);
                remember(why);
                disconnect();
                left(why);
            }
        }

        /** To be called before the peer is seen to be gone: whoever asks then is told why. */
        private void remember(String why) {
            lastEnd = "; the last one ended: " + why;
        }

        private void left(String why) {
            if (peers.isOnce()) {
                owner.failed(new IOException(why));
            } else {
                peers.next();
                owner.farSideLeft();
            }
        }

        /** Where a peer comes and goes with its port, the owner says so. */
        private void sayOfMany(String what) {
            if (!peers.isOnce()) {
                log.say(what);
            }
        }

        @Override
        public void say(Connection which, String what) {
            log.say(device() + " " + what);
        }

        @Override
        public void say(String what) {
            log.say(what);
        }
    }

    private void disconnect() {
        Connection ended = connection;
        connection = null;
        peer = null;
        if (ended != null) {
            ended.end();
        }
        egress.disconnected();
    }

    private String device() {
        String present = peer;
        return present == null ? peers.address() : peers.address() + " (" + present + ")";
    }

    @Override
    public String waitsFor() {
        if (peer == null) {
            return peers.waitsFor() + lastEnd;
        }
        return egress.isStalled() ? device() + " to take frames again" : null;
    }

    @Override
    public Info info() {
        return new Info(device(), 1, List.of(loop.index()), List.of());
    }

    /** While somebody is connected, nobody else could be. */
    @Override
    public void check() throws IOException {
        if (started && peer == null) {
            peers.check();
        }
    }

    @Override
    public void quiesce() {
        loop.quiesce();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            loop.call(() -> {
                peers.stop();
                disconnect();
            });
            peers.close();
            loop.vacate();
        }
    }
}
