package io.tapswitch.port.dgram;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.linux.DatagramSocket;
import io.tapswitch.linux.Errno;
import io.tapswitch.port.Arrival;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.SendBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A port whose far side is a datagram socket: each datagram is one frame. One loop reads; every loop sends, with a batch
 * of its own, since the kernel keeps the datagrams of several senders apart.
 */
final class DgramPort extends Port {
    private final String device;
    private final String remote;
    private final DatagramSocket socket;
    private final Peer peer;
    private final DgramReader reader;
    private final PortLoop loop;

    /** By the index of the loop. */
    private final SendBatch[] batches;

    private volatile boolean closed;

    private DgramPort(PortContext context, DgramSettings settings, DatagramSocket socket, Peer peer) {
        super(context.name(), context.counters());
        this.device = settings.local();
        this.remote = settings.remote();
        this.socket = socket;
        this.peer = peer;
        loop = context.loops().get(0);
        reader = new DgramReader(socket, peer, loop, context.counters());
        batches = new SendBatch[context.loops().size()];
        Arrays.setAll(batches, i -> new SendBatch(socket.fd(), context.counters(), this::refusal));
    }

    static DgramPort open(PortContext context, DgramSettings settings) throws IOException {
        DatagramSocket socket =
                DatagramSocket.open(settings.localAddress(), settings.remoteAddress(), settings.access());
        try {
            Peer peer = new Peer(settings.remoteAddress(), socket);
            peer.requireConnectable();
            return new DgramPort(context, settings, socket, peer);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void start(FrameSink sink, PortOwner owner) {
        reader.start(sink, owner);
    }

    @Override
    public void transmit(Frame frame, Burst burst) {
        if (closed || !peer.listens(burst.nowNanos())) {
            counters().dropped(burst.loop(), DropReason.EGRESS_DOWN);
            return;
        }
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, 0) == Segmentation.REFUSED) {
            counters().dropped(burst.loop(), DropReason.EGRESS_BAD_OFFLOAD);
        } else {
            batches[burst.loop()].add(segments, burst);
        }
    }

    @Override
    public DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        if (closed || !peer.listens(burst.nowNanos())) {
            return DropReason.EGRESS_DOWN;
        }
        boolean refused = burst.segmentation().prepare(frame, 0) == Segmentation.REFUSED;
        return refused ? DropReason.EGRESS_BAD_OFFLOAD : null;
    }

    @Override
    public DropReason ingressRefusal(Arrival arrival, Frame frame, Burst burst) {
        boolean stranger = arrival.sender() != null && !arrival.sender().equals(remote);
        return stranger ? DropReason.UNKNOWN_SENDER : null;
    }

    private DropReason refusal(int errno) {
        return switch (errno) {
            case Errno.ECONNREFUSED, Errno.ECONNRESET, Errno.ENOTCONN -> {
                peer.refused();
                yield DropReason.EGRESS_DOWN;
            }
            case Errno.ENETDOWN, Errno.ENETUNREACH, Errno.EHOSTUNREACH -> DropReason.EGRESS_DOWN;
            case Errno.EMSGSIZE -> DropReason.EGRESS_OVERSIZE;
            default -> DropReason.EGRESS_ERROR;
        };
    }

    @Override
    public String waitsFor() {
        return peer.missing();
    }

    @Override
    public Info info() {
        return new Info(device, 1, List.of(loop.index()), List.of());
    }

    /** Without its file nobody finds the socket; it cannot be given another one, only be made anew. */
    @Override
    public void check() throws IOException {
        if (!socket.isReachable()) {
            throw new IOException(device + " was removed or replaced; the switch makes it again");
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
            reader.stop();
        }
    }
}
