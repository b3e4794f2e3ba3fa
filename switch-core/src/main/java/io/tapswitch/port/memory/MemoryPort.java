package io.tapswitch.port.memory;

import io.tapswitch.frame.Checksum;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A port whose far side is the program: {@link #inject} is the wire into the switch, {@link #take} the wire out of it.
 *
 * <p>The far side knows no offload: checksums that a sender left open are completed here. What the switch sends waits in
 * a bounded queue; when that is full, frames are dropped as {@link DropReason#EGRESS_FULL}.
 */
public final class MemoryPort extends Port {
    private final int capacity;
    private final Queue<byte[]> sent = new ArrayDeque<>();
    private final Frame copy = new Frame();
    private volatile FrameSink sink;
    private final AtomicReference<Consumer<Exception>> failed = new AtomicReference<>();
    private volatile boolean carrier = true;
    private boolean closed;

    /** @param capacity how many frames wait to be taken */
    public MemoryPort(String name, PortCounters counters, int capacity) {
        super(name, counters);
        this.capacity = capacity;
    }

    @Override
    public void start(FrameSink frames, Consumer<Exception> onFailure) {
        failed.set(onFailure);
        sink = frames;
    }

    /** Brings a frame in, as if it had arrived on the burst's loop. Does nothing on a port that is not started. */
    public void inject(Frame frame, Burst burst) {
        FrameSink target = sink;
        if (target != null) {
            target.receive(frame, burst);
        }
    }

    @Override
    public synchronized void transmit(Frame frame, Burst burst) {
        if (closed) {
            counters().dropped(burst.loop(), DropReason.EGRESS_DOWN);
            return;
        }
        if (sent.size() == capacity) {
            counters().dropped(burst.loop(), DropReason.EGRESS_FULL);
            return;
        }
        copy.set(frame);
        if (!Checksum.complete(copy)) {
            counters().dropped(burst.loop(), DropReason.EGRESS_ERROR);
            return;
        }
        sent.add(copy.toByteArray());
        counters().transmitted(burst.loop(), frame.length());
    }

    /** Takes every frame that the switch has sent since the last call, oldest first. */
    public synchronized List<byte[]> take() {
        List<byte[]> frames = new ArrayList<>(sent);
        sent.clear();
        return frames;
    }

    /** Breaks the far side, as a device that disappears does; the second time, and once closed, nobody is told. */
    public void fail(Exception reason) {
        Consumer<Exception> owner = failed.getAndSet(null);
        if (owner != null) {
            owner.accept(reason);
        }
    }

    @Override
    public void carrier(boolean on) {
        carrier = on;
    }

    /** Whether the switch shows the far side a usable port. */
    public boolean hasCarrier() {
        return carrier;
    }

    @Override
    public Info info() {
        return new Info("memory", 1, List.of(), List.of());
    }

    @Override
    public synchronized void close() {
        closed = true;
        sink = null;
        failed.set(null);
    }
}
