package io.tapswitch.port.memory;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortOwner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A port whose far side is the program: {@link #inject} is the wire into the switch, {@link #take} the wire out of it.
 *
 * <p>The far side takes large frames and open checksums as they are, or has them cut and completed here. What the switch
 * sends waits in a bounded queue; when that is full, frames are dropped as {@link DropReason#EGRESS_FULL}.
 */
public final class MemoryPort extends Port {
    private final int capacity;
    private final boolean offload;
    private final Queue<byte[]> sent = new ArrayDeque<>();
    private volatile FrameSink sink;
    private final AtomicReference<PortOwner> owner = new AtomicReference<>();
    private volatile boolean carrier = true;
    private boolean closed;

    /**
     * @param capacity how many frames wait to be taken
     * @param offload whether the far side takes large frames and open checksums
     */
    public MemoryPort(String name, PortCounters counters, int capacity, boolean offload) {
        super(name, counters);
        this.capacity = capacity;
        this.offload = offload;
    }

    @Override
    public void start(FrameSink frames, PortOwner whoOpened) {
        owner.set(whoOpened);
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
        } else if (offload) {
            queue(frame.toByteArray(), burst);
        } else {
            queueSegments(frame, burst);
        }
    }

    @Override
    public synchronized DropReason egressRefusal(int vni, Frame frame, Burst burst) {
        if (closed) {
            return DropReason.EGRESS_DOWN;
        }
        int count = offload ? 1 : burst.segmentation().prepare(frame, 0);
        if (count == Segmentation.REFUSED) {
            return DropReason.EGRESS_BAD_OFFLOAD;
        }
        return sent.size() + count > capacity ? DropReason.EGRESS_FULL : null;
    }

    private void queueSegments(Frame frame, Burst burst) {
        Segmentation segments = burst.segmentation();
        if (segments.prepare(frame, 0) == Segmentation.REFUSED) {
            counters().dropped(burst.loop(), DropReason.EGRESS_BAD_OFFLOAD);
            return;
        }
        for (int i = 0; i < segments.count(); i++) {
            byte[] bytes = new byte[segments.length(i)];
            segments.copyTo(i, ByteBuffer.wrap(bytes), 0);
            queue(bytes, burst);
        }
    }

    private void queue(byte[] bytes, Burst burst) {
        if (sent.size() == capacity) {
            counters().dropped(burst.loop(), DropReason.EGRESS_FULL);
        } else {
            sent.add(bytes);
            counters().transmitted(burst.loop(), bytes.length);
        }
    }

    /** Takes every frame that the switch has sent since the last call, oldest first. */
    public synchronized List<byte[]> take() {
        List<byte[]> frames = new ArrayList<>(sent);
        sent.clear();
        return frames;
    }

    /** Breaks the far side, as a device that disappears does; the second time, and once closed, nobody is told. */
    public void fail(Exception reason) {
        PortOwner told = owner.getAndSet(null);
        if (told != null) {
            told.failed(reason);
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
        owner.set(null);
    }
}
