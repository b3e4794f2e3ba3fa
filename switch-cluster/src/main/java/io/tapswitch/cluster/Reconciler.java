package io.tapswitch.cluster;

import io.tapswitch.cluster.RecordStore.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads the store, one reading after the other: the leases, then what differs from what is known, then the definitions of
 * networks if somebody knows others. The directory's thread.
 */
final class Reconciler {
    /** After that a reading that did not come back is taken for lost. */
    private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int BATCH = 256;

    /** What becomes of what was read. */
    interface Target {
        /** Takes in a record, as a hint. */
        void take(String key, byte[] record);

        /** Keys to be read, once all leases have been taken in. */
        List<String> missing();

        /** Whether the definitions of networks are to be read. */
        boolean wantsNetworks();

        /** All definitions have been taken in. @param keys of those that the store has */
        void tookNetworks(Collection<String> keys);

        /** Some keys were asked for. @param found what the store has of them */
        void took(Collection<String> asked, Map<String, byte[]> found);

        /** A reading came to its end. */
        void tookAll();
    }

    private final RecordStore store;
    private final Executor thread;
    private final Target target;
    private boolean isReading;
    private long begunNanos;
    private long readings;
    private long records;
    private long bytes;

    /** @param thread runs what follows a reading on the directory's thread */
    Reconciler(RecordStore store, Executor thread, Target target) {
        this.store = store;
        this.thread = thread;
        this.target = target;
    }

    /** Begins to read, unless it does already. */
    void begin(long nowNanos) {
        if (isReading && nowNanos - begunNanos < LOST_NANOS) {
            return;
        }
        isReading = true;
        begunNanos = nowNanos;
        long reading = ++readings;
        then(reading, store.readAll(Kind.LEASES), leases -> {
            leases.forEach(target::take);
            readNetworks(reading, target.missing());
        });
    }

    /** Goes on with what was read, unless it came too late; ends the reading where it failed. */
    private void then(long reading, CompletionStage<Map<String, byte[]>> read, Consumer<Map<String, byte[]>> next) {
        read.whenComplete((found, failure) -> thread.execute(() -> {
            if (reading != readings) {
                return;
            }
            if (failure != null) {
                isReading = false;
            } else {
                records += found.size();
                bytes +=
                        found.values().stream().mapToLong(value -> value.length).sum();
                next.accept(found);
            }
        }));
    }

    private void readNetworks(long reading, List<String> missing) {
        if (!target.wantsNetworks()) {
            readRecords(reading, missing, 0);
            return;
        }
        then(reading, store.readAll(Kind.NETWORKS), networks -> {
            networks.forEach(target::take);
            target.tookNetworks(networks.keySet());
            readRecords(reading, missing, 0);
        });
    }

    private void readRecords(long reading, List<String> keys, int from) {
        if (from >= keys.size()) {
            isReading = false;
            target.tookAll();
            return;
        }
        List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
        then(reading, store.read(Kind.RECORDS, batch), found -> {
            found.forEach(target::take);
            target.took(batch, found);
            readRecords(reading, keys, from + BATCH);
        });
    }

    /** Records read so far. */
    long records() {
        return records;
    }

    /** Bytes of the records read so far. */
    long bytes() {
        return bytes;
    }
}
