package io.tapswitch.cluster;

import io.tapswitch.cluster.RecordStore.Kind;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Writes this host's records to the store, until the store has them as they are: of a record that changes while it is
 * written, only the last state is written next, and what fails is tried again. Keeps all records, to write them anew.
 *
 * <p>A change is written at once; but a record that changes all the time is written ever more seldom, down to once in two
 * seconds: every host is told of each write, and a station that makes up addresses must not have them all busy.
 *
 * <p>Nothing is written before {@link #release}. The directory's thread.
 */
final class Publisher {
    private static final int MOST_IN_FLIGHT = 32;
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHARED_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Between two writes of a record: at first, and where it changes all the time. */
    private static final long SHORTEST_PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_PACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** After that a write that did not come back is taken for failed. */
    private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A record of this host. */
    private static final class Own {
        private final Kind kind;
        private byte[] content;
        private boolean isDirty;
        private long writtenNanos;
        private long dueNanos;

        /** How long after its last write it is not written again; 0 if it never was. */
        private long paceNanos;

        /** Of its last write, to tell the end of an earlier one that was taken for failed. */
        private long write;

        Own(Kind kind) {
            this.kind = kind;
        }

        boolean isDue(long nowNanos) {
            return isDirty && nowNanos - dueNanos >= 0 && (paceNanos == 0 || nowNanos - writtenNanos >= paceNanos);
        }

        /** Sets the pace by how long ago it was written. */
        void pace(long nowNanos) {
            boolean isBusy = paceNanos != 0 && nowNanos - writtenNanos < 2 * paceNanos;
            paceNanos = isBusy ? Math.min(2 * paceNanos, LONGEST_PACE_NANOS) : SHORTEST_PACE_NANOS;
        }
    }

    private final RecordStore store;
    private final Keyring keyring;
    private final Executor thread;
    private final RandomGenerator random;
    private final Map<String, Own> records = new LinkedHashMap<>();

    /** Those that are being written, the longest first: the first one tells whether any write is lost. */
    private final Set<Own> inFlight = new LinkedHashSet<>();

    private boolean isHeld = true;
    private boolean isSilent;
    private long writes;
    private long bytes;

    /** @param thread runs what follows a write on the directory's thread */
    Publisher(RecordStore store, Keyring keyring, Executor thread, RandomGenerator random) {
        this.store = store;
        this.keyring = keyring;
        this.thread = thread;
        this.random = random;
    }

    /** Writes from now on: it is known what the store has of an earlier life of this host. */
    void release() {
        isHeld = false;
    }

    /** Has a record written soon, unless it is as it was. */
    void publish(Kind kind, String key, byte[] content, long nowNanos) {
        Own own = records.computeIfAbsent(key, absent -> new Own(kind));
        if (!Arrays.equals(content, own.content)) {
            own.content = content;
            own.isDirty = true;
            own.dueNanos = nowNanos;
        }
    }

    /** Takes note of a record that the store has as it is, whoever wrote it. */
    void adopt(Kind kind, String key, byte[] content) {
        Own own = records.computeIfAbsent(key, absent -> new Own(kind));
        own.content = content;
        own.isDirty = false;
    }

    /**
     * Has a record written again though it did not change: the store has lost it, or somebody wrote over it.
     *
     * @param patienceNanos how long somebody else may do so instead
     */
    void repeat(String key, long nowNanos, long patienceNanos) {
        Own own = records.get(key);
        if (own != null && !own.isDirty) {
            own.isDirty = true;
            own.dueNanos = nowNanos + (patienceNanos == 0 ? 0 : random.nextLong(patienceNanos));
        }
    }

    /** The same for all records. Definitions of networks, which all hosts have, are left to others for some time. */
    void repeatAll(long nowNanos) {
        records.forEach((key, own) -> repeat(key, nowNanos, own.kind == Kind.NETWORKS ? SHARED_NANOS : 0));
    }

    /** Forgets a record, and takes it out of the store. */
    void withdraw(String key) {
        Own own = records.remove(key);
        if (own != null) {
            inFlight.remove(own);
            if (!isSilent) {
                store.remove(own.kind, key);
            }
        }
    }

    /** What was last published under a key; null if nothing was. */
    byte[] content(String key) {
        Own own = records.get(key);
        return own == null ? null : own.content;
    }

    /** Writes nothing any more, and takes nothing out: what the store has is another host's. */
    void silence() {
        isSilent = true;
    }

    /** Writes what is due, as far as the store keeps up. */
    void tick(long nowNanos) {
        if (isSilent || isHeld || !store.state().reachable()) {
            return;
        }
        giveUpLost(nowNanos);
        for (Map.Entry<String, Own> entry : records.entrySet()) {
            Own own = entry.getValue();
            if (own.isDue(nowNanos) && !inFlight.contains(own) && inFlight.size() < MOST_IN_FLIGHT) {
                write(entry.getKey(), own, nowNanos);
            }
        }
    }

    private void giveUpLost(long nowNanos) {
        while (!inFlight.isEmpty()) {
            Own longest = inFlight.iterator().next();
            if (nowNanos - longest.writtenNanos < LOST_NANOS) {
                return;
            }
            written(longest, longest.write, true, nowNanos);
        }
    }

    private void write(String key, Own own, long nowNanos) {
        byte[] record = keyring.seal(key, own.content);
        own.isDirty = false;
        own.pace(nowNanos);
        own.writtenNanos = nowNanos;
        inFlight.add(own);
        writes++;
        long write = writes;
        own.write = write;
        bytes += record.length;
        store.write(own.kind, key, record)
                .whenComplete((done, failure) -> thread.execute(() -> written(own, write, failure != null, nowNanos)));
    }

    private void written(Own own, long write, boolean failed, long nowNanos) {
        if (own.write != write || !inFlight.remove(own)) {
            return;
        }
        if (failed && !own.isDirty) {
            own.isDirty = true;
            own.dueNanos = nowNanos + RETRY_NANOS;
        }
    }

    /** Whether the store has everything that it is to have. */
    boolean isDone() {
        return isSilent
                || isHeld
                || inFlight.isEmpty() && records.values().stream().noneMatch(own -> own.isDirty);
    }

    /** Records written so far. */
    long writes() {
        return writes;
    }

    /** Bytes of the records written so far. */
    long bytes() {
        return bytes;
    }
}
