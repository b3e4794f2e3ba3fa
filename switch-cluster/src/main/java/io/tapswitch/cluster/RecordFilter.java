package io.tapswitch.cluster;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through what is a record by its types: a text for a key and bytes for a value. Anybody who reaches a member can put
 * something else into the maps; that is counted, and does not stand in the way of the rest. Any thread.
 */
final class RecordFilter {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFilter.class);
    private static final long COMPLAINT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong complaint = new AtomicLong(System.nanoTime() - COMPLAINT_NANOS);

    /** Where a record goes. */
    interface Sink {
        void accept(String key, byte[] value);
    }

    /** Hands a record on, if it is one. @param record fails if Hazelcast cannot make objects of it */
    void pass(Supplier<? extends Map.Entry<?, ?>> record, Sink sink) {
        Map.Entry<?, ?> taken;
        try {
            taken = record.get();
        } catch (RuntimeException | LinkageError e) {
            refuse(e);
            return;
        }
        if (taken.getKey() instanceof String key && taken.getValue() instanceof byte[] value) {
            sink.accept(key, value);
        } else {
            refuse("neither text nor bytes");
        }
    }

    /** Counts what could not be made an object. Its message is not logged: others can write into that. */
    void refuse(Throwable failure) {
        refuse(failure.getClass().getSimpleName());
    }

    private void refuse(String why) {
        long count = refused.incrementAndGet();
        long last = complaint.get();
        long now = System.nanoTime();
        if (now - last >= COMPLAINT_NANOS && complaint.compareAndSet(last, now)) {
            LOG.warn("Something other than a record is in the cluster's maps, {} times so far: {}", count, why);
        }
    }

    /** How often something was no record. */
    long refused() {
        return refused.get();
    }
}
