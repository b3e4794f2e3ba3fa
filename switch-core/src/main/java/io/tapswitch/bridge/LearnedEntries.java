package io.tapswitch.bridge;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a forwarding table that age, and which of them goes when there are too many. They stand in one list per
 * port, ordered by when they were last heard. Of a full table, the port with most entries loses its oldest (Open vSwitch's
 * rule, {@code lib/mac-learning.c}), so a port that invents addresses pushes out its own; a port over its own limit loses
 * its oldest as well.
 *
 * <p>Under the table's lock, but for what says otherwise. What is to go is only named: the table takes it out.
 *
 * @param <P> the port
 */
final class LearnedEntries<P> {
    private final Map<P, LearnedList<P>> lists = new IdentityHashMap<>();
    private final LargestFirst<P> largestFirst = new LargestFirst<>();
    private volatile int limit;
    private volatile int size;

    /** @param limit of all together, at least 1 */
    LearnedEntries(int limit) {
        this.limit = limit;
    }

    /** How many there are. Any thread. */
    int size() {
        return size;
    }

    /** Limits all together. Any thread. */
    void setLimit(int most) {
        limit = most;
    }

    /** Limits those of a port. */
    void setLimit(P port, int most) {
        // Else each of many ports would have a list in each of many networks, for age() to go through.
        if (most != Integer.MAX_VALUE || lists.containsKey(port)) {
            listOf(port).limit = most;
        }
    }

    private LearnedList<P> listOf(P port) {
        LearnedList<P> list = lists.get(port);
        if (list == null) {
            list = new LearnedList<>(port, Integer.MAX_VALUE);
            lists.put(port, list);
        }
        return list;
    }

    /** Takes an entry in, as the one of its port that was heard last. */
    void add(FdbEntry<P> entry) {
        LearnedList<P> list = listOf(entry.port);
        list.append(entry);
        largestFirst.grown(list);
        size++;
    }

    /** Notes that the station of an entry was heard; nothing if the entry does not age. */
    void heard(FdbEntry<P> entry) {
        if (entry.list != null) {
            entry.list.moveToNewest(entry);
        }
    }

    /** Takes an entry out, before its port changes; nothing if it does not age. */
    void remove(FdbEntry<P> entry) {
        LearnedList<P> list = entry.list;
        if (list != null) {
            list.remove(entry);
            largestFirst.shrunk(list);
            size--;
        }
    }

    /** Forgets a port that has none, and its limit. */
    void forget(P port) {
        lists.remove(port);
    }

    /** A copy of what lists there are. */
    List<LearnedList<P>> lists() {
        return new ArrayList<>(lists.values());
    }

    /** The entry that is to go because its port has too many; null if there is none. */
    FdbEntry<P> excessOf(P port) {
        LearnedList<P> list = lists.get(port);
        return list != null && list.size > list.limit ? list.oldest() : null;
    }

    /** The entry that is to go because there are too many; null if there is none. */
    FdbEntry<P> excess() {
        return size > limit ? largestFirst.largest().oldest() : null;
    }

    /** The entry that would have to go if a port had one more; null if there is room. @param more of all together too */
    FdbEntry<P> makingRoom(P port, boolean more) {
        LearnedList<P> list = lists.get(port);
        if (list != null && list.size + 1 > list.limit) {
            return list.oldest();
        }
        return more && size + 1 > limit ? oldestOfLargest(list) : null;
    }

    /** With one entry more in a list, which {@link LargestFirst} takes for the largest only if no other is as large. */
    private FdbEntry<P> oldestOfLargest(LearnedList<P> grown) {
        LearnedList<P> largest = largestFirst.largest();
        boolean isLargest = grown != null && (largest == null || grown.size + 1 > largest.size);
        LearnedList<P> loser = isLargest ? grown : largest;
        return loser == null ? null : loser.oldest();
    }
}
