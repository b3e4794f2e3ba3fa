package io.tapswitch.bridge;

/**
 * The ageing entries of one port, oldest first. Guarded by the lock of its {@link ForwardingTable}.
 *
 * @param <P> the port
 */
final class LearnedList<P> {
    final P port;

    /** At most this many entries; the oldest makes room. */
    int limit;

    int size;

    /** Where the list stands in {@link LargestFirst}; -1 if empty and so absent. */
    int rank = -1;

    private FdbEntry<P> oldest;
    private FdbEntry<P> newest;

    LearnedList(P port, int limit) {
        this.port = port;
        this.limit = limit;
    }

    FdbEntry<P> oldest() {
        return oldest;
    }

    void append(FdbEntry<P> entry) {
        entry.list = this;
        entry.older = newest;
        entry.newer = null;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        size++;
    }

    void remove(FdbEntry<P> entry) {
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
        entry.list = null;
        size--;
    }

    void moveToNewest(FdbEntry<P> entry) {
        remove(entry);
        append(entry);
    }
}
