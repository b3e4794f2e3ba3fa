package io.tapswitch.bridge;

import io.tapswitch.bridge.FdbEntry.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The forwarding table (FDB) of one network: which port each station is behind.
 *
 * <p><b>Concept.</b> {@link #learn} is called with the source of each frame, {@link #lookup} with the destination. Both
 * are lock-free for a station that is known and stays where it is; that is every frame of steady traffic. Something new
 * (a station appears, moves, or was last noted over a second ago) takes the table's lock for a few steps. An event loop
 * only <em>tries</em> the lock: if the control plane has it, the loop goes on and the next frame teaches the table.
 *
 * <p><b>Bounded and fair.</b> {@link LearnedEntries} has those that age, ordered by when they were last heard, and names
 * the one that goes when there are too many. Ageing takes from the head of each port's list: there is no timer per entry
 * and no scan.
 *
 * <p>The table does no I/O, knows nothing of ports but their identity, and never reads a clock: {@code nowNanos} is
 * {@code System.nanoTime} of the caller's burst, or a test's.
 *
 * @param <P> the port; compared by identity
 */
public final class ForwardingTable<P> {
    /** How precisely an entry remembers when it was heard; steady traffic takes the lock once in this time. */
    static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many entries a bulk operation changes before it lets event loops have the lock. */
    private static final int BATCH = 256;

    private static final int LOCK_ATTEMPTS = 1000;

    /** What happened to an entry; the words of events and logs. */
    public enum Change {
        /** A station appeared. */
        LEARNED,
        /** A station was heard on another port. */
        MOVED,
        /** A station was not heard for the ageing time. */
        AGED,
        /** A station made room in a full table. */
        EVICTED,
        /** An operator or control plane put an entry in. */
        ADDED,
        /** An operator, a control plane or the removal of its port took the entry out. */
        FLUSHED
    }

    /** Is told of changes, under the table's lock and often on an event loop: it must only note and return. */
    @FunctionalInterface
    public interface Listener<P> {
        /** An entry changed; its fields may change again once this returns. */
        void changed(Change change, FdbEntry<P> entry);
    }

    private final StationIndex<P> index = new StationIndex<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final LearnedEntries<P> learned;
    private final Listener<P> listener;

    /**
     * @param maxLearned at most this many ageing entries, at least 1
     * @param listener told of each change
     */
    public ForwardingTable(int maxLearned, Listener<P> listener) {
        learned = new LearnedEntries<>(maxLearned);
        this.listener = listener;
    }

    /** The entry of an address, null if it is unknown. Any thread, no lock. */
    public FdbEntry<P> lookup(long mac) {
        return index.get(mac);
    }

    /**
     * Notes that a station was heard on a port. Any thread; never waits.
     *
     * @param mac a valid source address
     * @param nowNanos the time of the burst
     */
    public void learn(long mac, P port, long nowNanos) {
        FdbEntry<P> entry = index.get(mac);
        boolean nothingNew =
                entry != null && (entry.port == port ? nowNanos - entry.seenNanos < REFRESH_NANOS : !entry.type.roams);
        if (!nothingNew && tryLock()) {
            try {
                learnLocked(mac, port, nowNanos);
            } finally {
                lock.unlock();
            }
        }
    }

    /** What {@link #learn} would do to the entry of a station. */
    enum Lesson {
        /** Make one. */
        NEW,
        /** Move it to the port. */
        MOVE,
        /** Note that it was heard. */
        REFRESH,
        /** Nothing: it is pinned to another port. */
        NONE
    }

    /** What {@link #learn} would do; nothing is learned. Any thread, no lock. */
    Lesson lesson(long mac, P port) {
        FdbEntry<P> entry = index.get(mac);
        if (entry == null) {
            return Lesson.NEW;
        }
        if (entry.port == port) {
            return Lesson.REFRESH;
        }
        return entry.type.roams ? Lesson.MOVE : Lesson.NONE;
    }

    /** The entry that would make room if {@link #learn} took in one more for a port; null if there is room. Never waits. */
    FdbEntry<P> makingRoom(long mac, P port) {
        if (!tryLock()) {
            return null;
        }
        try {
            FdbEntry<P> entry = index.get(mac);
            return learned.makingRoom(port, entry == null || entry.list == null);
        } finally {
            lock.unlock();
        }
    }

    private boolean tryLock() {
        for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
            if (lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void learnLocked(long mac, P port, long nowNanos) {
        FdbEntry<P> entry = index.get(mac);
        if (entry == null) {
            insert(new FdbEntry<>(mac, port, Type.DYNAMIC, nowNanos), Change.LEARNED);
            return;
        }
        if (entry.port != port && !entry.type.roams) {
            return;
        }
        entry.seenNanos = nowNanos;
        if (entry.port != port) {
            move(entry, port);
        } else {
            learned.heard(entry);
        }
    }

    private void move(FdbEntry<P> entry, P port) {
        learned.remove(entry);
        entry.port = port;
        entry.type = Type.DYNAMIC;
        enlist(entry);
        listener.changed(Change.MOVED, entry);
    }

    private void insert(FdbEntry<P> entry, Change change) {
        index.add(entry);
        if (entry.type.ages) {
            enlist(entry);
        }
        listener.changed(change, entry);
    }

    private void enlist(FdbEntry<P> entry) {
        learned.add(entry);
        evict(learned.excessOf(entry.port));
        // Not more than one: when the limit was lowered, setMaxLearned takes the rest out in batches.
        evict(learned.excess());
    }

    private boolean evict(FdbEntry<P> excess) {
        if (excess != null) {
            remove(excess, Change.EVICTED);
        }
        return excess != null;
    }

    private void remove(FdbEntry<P> entry, Change change) {
        index.remove(entry);
        learned.remove(entry);
        listener.changed(change, entry);
    }

    /** Puts an entry in, in place of any that the address had. Control thread. */
    public void put(long mac, P port, Type type, long nowNanos) {
        inBatches(1, i -> putLocked(index.get(mac), mac, port, type, nowNanos));
    }

    private boolean putLocked(FdbEntry<P> old, long mac, P port, Type type, long nowNanos) {
        if (old == null) {
            insert(new FdbEntry<>(mac, port, type, nowNanos), Change.ADDED);
        } else {
            replace(old, port, type, nowNanos);
        }
        return true;
    }

    /** Never out of the index meanwhile, or a frame to the station would flood. */
    private void replace(FdbEntry<P> entry, P port, Type type, long nowNanos) {
        learned.remove(entry);
        entry.port = port;
        entry.type = type;
        entry.seenNanos = nowNanos;
        if (type.ages) {
            enlist(entry);
        }
        listener.changed(Change.ADDED, entry);
    }

    /**
     * Puts an entry in for each of many addresses, unless there is one that is to stay. An equal one stays as it is.
     * Control thread.
     *
     * @param replaceable whether a present entry may go; asked under the table's lock
     * @return how many of the addresses have the entry now
     */
    public int put(long[] macs, P port, Type type, long nowNanos, Predicate<FdbEntry<P>> replaceable) {
        return inBatches(macs.length, i -> putUnless(macs[i], port, type, nowNanos, replaceable));
    }

    /** Takes the lock for a batch of steps at a time. @return how many of them said yes */
    private int inBatches(int steps, IntPredicate step) {
        int done = 0;
        for (int from = 0; from < steps; from += BATCH) {
            lock.lock();
            try {
                for (int i = from; i < Math.min(steps, from + BATCH); i++) {
                    done += step.test(i) ? 1 : 0;
                }
            } finally {
                lock.unlock();
            }
        }
        return done;
    }

    private boolean putUnless(long mac, P port, Type type, long nowNanos, Predicate<FdbEntry<P>> replaceable) {
        FdbEntry<P> old = index.get(mac);
        if (old != null && old.port == port && old.type == type) {
            return true;
        }
        return (old == null || replaceable.test(old)) && putLocked(old, mac, port, type, nowNanos);
    }

    /** Takes an entry out. Control thread. @return whether there was one */
    public boolean remove(long mac) {
        return inBatches(1, i -> removeIf(index.get(mac), entry -> true)) == 1;
    }

    /** Takes out every entry that the filter accepts. Control thread. @return how many */
    public int removeIf(Predicate<FdbEntry<P>> filter) {
        List<FdbEntry<P>> doomed = entries(filter);
        return inBatches(doomed.size(), i -> removeIf(doomed.get(i), filter));
    }

    /** Takes out the entries of these addresses that the filter accepts. Control thread. @return how many */
    public int removeIf(long[] macs, Predicate<FdbEntry<P>> filter) {
        return inBatches(macs.length, i -> removeIf(index.get(macs[i]), filter));
    }

    /** @param entry null if there is none, or one that may have left the table */
    private boolean removeIf(FdbEntry<P> entry, Predicate<FdbEntry<P>> filter) {
        if (entry == null || index.get(entry.mac) != entry || !filter.test(entry)) {
            return false;
        }
        remove(entry, Change.FLUSHED);
        return true;
    }

    /** Forgets a port and all its entries, whatever their type. Control thread, once the port learns no more. */
    public void removePort(P port) {
        removeIf(entry -> entry.port == port);
        lock.lock();
        try {
            learned.forget(port);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes ageing entries that were not heard for the ageing time. Control thread, about once a second. Since an entry
     * remembers when it was heard to about a second, it may stay a second longer, but goes not a moment earlier.
     *
     * @return how many aged out
     */
    public int age(long nowNanos, long ageingNanos) {
        int aged = 0;
        for (LearnedList<P> list : snapshotOfLists()) {
            int batch;
            do {
                batch = ageBatch(list, nowNanos, ageingNanos);
                aged += batch;
            } while (batch == BATCH);
        }
        return aged;
    }

    private List<LearnedList<P>> snapshotOfLists() {
        lock.lock();
        try {
            return learned.lists();
        } finally {
            lock.unlock();
        }
    }

    private int ageBatch(LearnedList<P> list, long nowNanos, long ageingNanos) {
        lock.lock();
        try {
            int aged = 0;
            FdbEntry<P> oldest = list.oldest();
            while (aged < BATCH && oldest != null && nowNanos - oldest.seenNanos >= ageingNanos + REFRESH_NANOS) {
                remove(oldest, Change.AGED);
                oldest = list.oldest();
                aged++;
            }
            return aged;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the limit of the table; entries over it go at once, by the rule of a full table. Control thread. */
    public void setMaxLearned(int limit) {
        learned.setLimit(limit);
        evictAll(learned::excess);
    }

    /** Limits the ageing entries of one port; its oldest over the limit go at once. Control thread. */
    public void setMaxLearned(P port, int limit) {
        lock.lock();
        try {
            learned.setLimit(port, limit);
        } finally {
            lock.unlock();
        }
        evictAll(() -> learned.excessOf(port));
    }

    private void evictAll(Supplier<FdbEntry<P>> excess) {
        while (inBatches(BATCH, i -> evict(excess.get())) == BATCH) {
            Thread.onSpinWait();
        }
    }

    /** How many entries age, and so count against the limit. Any thread. */
    public int learned() {
        return learned.size();
    }

    /** How many entries of any type the table holds. Any thread. */
    public int size() {
        return index.size();
    }

    /** A copy of the entries in no order; those that come or go meanwhile may be missed. Control thread. */
    public List<FdbEntry<P>> entries() {
        return entries(entry -> true);
    }

    /** Takes the lock for one segment at a time, so that an entry that stays is neither missed nor seen twice. */
    private List<FdbEntry<P>> entries(Predicate<FdbEntry<P>> filter) {
        List<FdbEntry<P>> entries = new ArrayList<>();
        for (int segment = 0; segment < StationIndex.SEGMENTS; segment++) {
            lock.lock();
            try {
                index.forEach(segment, entry -> {
                    if (filter.test(entry)) {
                        entries.add(entry);
                    }
                });
            } finally {
                lock.unlock();
            }
        }
        return entries;
    }
}
