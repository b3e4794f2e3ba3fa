package io.tapswitch;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.ForwardingTable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes of the forwarding tables from the event loops, where they happen, to listeners on the control thread.
 * The queue is bounded: when listeners fall behind, changes are lost and counted, and the frame path notices nothing.
 */
public final class FdbEvents {
    private static final Logger LOG = LoggerFactory.getLogger(FdbEvents.class);
    private static final int CAPACITY = 16_384;

    private final MpscAtomicArrayQueue<FdbEvent> queue = new MpscAtomicArrayQueue<>(CAPACITY);
    private final List<Consumer<FdbEvent>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong lost = new AtomicLong();

    /** Tells the listener of each change from now on, on the control thread. */
    public void listen(Consumer<FdbEvent> listener) {
        listeners.add(listener);
    }

    /** How many changes did not reach the listeners because the queue was full. Any thread. */
    public long lost() {
        return lost.get();
    }

    ForwardingTable.Listener<BridgePort> of(String network) {
        return (change, entry) -> {
            FdbEvent event =
                    new FdbEvent(network, change, entry.mac(), entry.port().name(), entry.type());
            if (!queue.offer(event)) {
                lost.incrementAndGet();
            }
        };
    }

    /** Hands over what has come. Control thread. */
    void deliver() {
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
