package io.tapswitch.daemon;

import io.tapswitch.FdbEvent;
import io.tapswitch.bridge.ForwardingTable.Change;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs changes of the forwarding tables: moves, as they may be a loop or a duplicate address, but only a few each
 * second, as a loop makes very many; everything else for debugging. The thread of events.
 */
final class FdbLog implements Consumer<FdbEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(FdbLog.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_PER_INTERVAL = 5;

    private final LongSupplier nanoTime;
    private long intervalStart;
    private int moves;

    /** @param nanoTime the clock */
    FdbLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.intervalStart = nanoTime.getAsLong();
    }

    @Override
    public void accept(FdbEvent event) {
        if (event.change() == Change.MOVED) {
            moved(event);
        } else {
            LOG.debug("{}", event);
        }
    }

    private void moved(FdbEvent event) {
        long now = nanoTime.getAsLong();
        if (now - intervalStart >= INTERVAL_NANOS) {
            if (moves > MAX_PER_INTERVAL) {
                LOG.info("{} more FDB entries moved", moves - MAX_PER_INTERVAL);
            }
            intervalStart = now;
            moves = 0;
        }
        moves++;
        if (moves <= MAX_PER_INTERVAL) {
            LOG.info("{}", event);
        } else {
            LOG.debug("{}", event);
        }
    }
}
