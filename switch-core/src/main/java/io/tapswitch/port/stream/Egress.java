package io.tapswitch.port.stream;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way out of a port: an {@link Outbox} for each event loop, and the port's own loop, which sends what is in them. A
 * frame counts as sent when the kernel has taken its last byte, and as dropped if it will not be: so frames in = sent +
 * dropped + waiting, also across connections.
 *
 * <p>{@link #transmit} may be called on any loop, the other methods on the port's.
 */
final class Egress {
    private final PortLoop loop;
    private final PortCounters counters;
    private final long patienceNanos;
    private final Vectors vectors;
    private final Outbox[] outboxes;
    private final List<Outbox> inUse;
    private final Runnable sendAll = this::sendScheduled;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean open;
    private Connection connection;
    private boolean blocked;
    private int turn;
    private boolean watched;
    private long stalledNanos;
    private volatile boolean stalled;

    /**
     * @param loops every event loop; the first is the port's own
     * @param patienceNanos how long a peer that takes nothing is thought to be just slow
     */
    Egress(List<PortLoop> loops, PortCounters counters, long patienceNanos) {
        this.patienceNanos = patienceNanos;
        this.loop = loops.get(0);
        this.counters = counters;
        vectors = workspace(loop).vectors;
        outboxes = new Outbox[1 + loops.stream().mapToInt(PortLoop::index).max().orElseThrow()];
        for (PortLoop each : loops) {
            outboxes[each.index()] = new Outbox(this, workspace(each).pages);
        }
        inUse = loops.stream().map(each -> outboxes[each.index()]).toList();
    }

    static Workspace workspace(PortLoop loop) {
        return loop.shared(Workspace.class, Workspace::new);
    }

    /** Takes a frame out, or counts why not. Any loop. */
    void transmit(Frame frame, Burst burst) {
        DropReason refusal = refusal(frame, burst);
        if (refusal == null) {
            outboxes[burst.loop()].add(burst.segmentation(), burst);
        } else {
            drop(1, refusal, burst);
        }
    }

    /** Why a frame cannot be taken out now; null if it can, and its segments are prepared. The loop of the burst. */
    DropReason refusal(Frame frame, Burst burst) {
        if (!open) {
            return DropReason.EGRESS_DOWN;
        }
        if (!outboxes[burst.loop()].fits(FrameReader.PREFIX + frame.length())) {
            return DropReason.EGRESS_FULL; // before the work of cutting it
        }
        boolean refused = burst.segmentation().prepare(frame, 0) == Segmentation.REFUSED;
        return refused ? DropReason.EGRESS_BAD_OFFLOAD : null;
    }

    void drop(int frames, DropReason reason, Burst burst) {
        counters.dropped(burst.loop(), reason, frames);
    }

    /** Counts a frame that an outbox is done with. */
    void done(int length, boolean taken) {
        if (taken) {
            counters.transmitted(loop.index(), length);
        } else {
            counters.dropped(loop.index(), DropReason.EGRESS_DOWN);
        }
    }

    /** An outbox has something to be sent. The outbox's producing loop. */
    void published(Outbox outbox) {
        if (outbox == outboxes[loop.index()]) {
            send(outbox);
        } else if (!scheduled.get() && !scheduled.getAndSet(true)) {
            loop.execute(sendAll);
        }
    }

    private void sendScheduled() {
        scheduled.set(false);
        send();
    }

    /** Sends what each outbox has at present, one after another, from the one at which the kernel had no more room. */
    private void send() {
        for (int i = 0; i < inUse.size() && !blocked; i++) {
            send(inUse.get(turn));
            turn = blocked ? turn : (turn + 1) % inUse.size();
        }
    }

    private void send(Outbox outbox) {
        if (connection == null) {
            outbox.advance(outbox.waiting(), false);
            return;
        }
        if (blocked) {
            return;
        }
        for (long waiting = outbox.waiting(); waiting > 0; ) {
            vectors.clear();
            outbox.gather(vectors, waiting);
            long written = write();
            outbox.advance(written, true);
            waiting -= written;
            if (blocked) {
                // Maybe within a frame, which is then to be finished before anything else.
                turn = inUse.indexOf(outbox);
                return;
            }
        }
        outbox.advance(0, true);
    }

    /** Sends what the vectors hold, or as much of it as the kernel takes now. */
    private long write() {
        try {
            long written = connection.write(vectors);
            if (written < vectors.bytes()) {
                block();
            }
            return written;
        } catch (IOException e) {
            blocked = true;
            connection.breakSoon(e);
            return 0;
        }
    }

    private void block() {
        blocked = true;
        stalledNanos = System.nanoTime();
        connection.awaitWritable(true);
        watch();
    }

    /** The kernel has room again. */
    void writable() {
        if (stalled) {
            stalled = false;
            connection.say("takes frames again");
        }
        blocked = false;
        send();
        if (!blocked) {
            connection.awaitWritable(false);
        }
    }

    private void watch() {
        if (!watched) {
            watched = true;
            loop.schedule(this::look, patienceNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        watched = false;
        if (blocked && connection != null) {
            long nanos = System.nanoTime() - stalledNanos;
            if (nanos >= patienceNanos && !stalled) {
                stalled = true;
                connection.say("has taken nothing for " + TimeUnit.NANOSECONDS.toSeconds(nanos)
                        + " s; frames to it are dropped");
            }
            watch();
        }
    }

    /** Whether the peer has taken nothing for long. Any thread. */
    boolean isStalled() {
        return stalled;
    }

    /** From now on frames go to this connection. */
    void connected(Connection to) {
        connection = to;
        blocked = false;
        open = true;
    }

    /** From now on frames are dropped, those that wait as well. */
    void disconnected() {
        open = false;
        connection = null;
        blocked = false;
        stalled = false;
        inUse.forEach(outbox -> outbox.advance(outbox.waiting(), false));
    }
}
