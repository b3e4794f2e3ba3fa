package io.tapswitch;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.ForwardingTable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes of the forwarding tables from the event loops, where they happen, to listeners on a thread of their
 * own: the control thread may be busy with a device for seconds, and other hosts wait to hear where a station is. The
 * queue is bounded: when listeners fall behind, changes are lost and counted, and the frame path notices nothing.
 */
public final class FdbEvents {
    private static final Logger LOG = LoggerFactory.getLogger(FdbEvents.class);
    private static final int CAPACITY = 16_384;
    private static final long DELIVER_MILLIS = 20;
    private static final long CLOSE_SECONDS = 10;

    private final MpscAtomicArrayQueue<FdbEvent> queue = new MpscAtomicArrayQueue<>(CAPACITY);
    private final List<Consumer<FdbEvent>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong lost = new AtomicLong();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-events"));

    /** Tells the listener of each change from now on, on the thread of events; the others wait for it. */
    public void listen(Consumer<FdbEvent> listener) {
        listeners.add(listener);
    }

    /** How many changes did not reach the listeners because the queue was full. Any thread. */
    public long lost() {
        return lost.get();
    }

    ForwardingTable.Listener<BridgePort> of(String network) {
        return (change, entry) -> {
            BridgePort port = entry.port();
            FdbEvent event = new FdbEvent(network, change, entry.mac(), port.name(), entry.type(), port.vtep());
            if (!queue.offer(event)) {
                lost.incrementAndGet();
            }
        };
    }

    /** Begins to tell the listeners, soon after each change. */
    void start() {
        thread.scheduleWithFixedDelay(this::deliver, DELIVER_MILLIS, DELIVER_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Tells the last changes and ends: on this thread, once that of events is gone, as the queue has one reader. */
    synchronized void close() throws InterruptedException {
        thread.shutdown();
        if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            deliver();
        }
    }

    private void deliver() {
        for (FdbEvent event = queue.poll(); event != null; event = queue.poll()) {
            for (Consumer<FdbEvent> listener : listeners) {
                tell(listener, event);
            }
        }
    }

    private static void tell(Consumer<FdbEvent> listener, FdbEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.error("a listener failed at: {}", event, e);
        }
    }
}
