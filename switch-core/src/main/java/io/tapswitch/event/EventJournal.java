package io.tapswitch.event;

import io.tapswitch.overlay.HostEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The last events, numbered in the order in which they became known, so that a reader can go on where it ended. There is
 * one sequence for each start of the daemon, and a bound for each {@linkplain Ring class} of events, so that stations that
 * come and go do not push out what an operator looks for. Any thread; nothing waits but for a short lock.
 */
public final class EventJournal {
    /** How many events of each class are kept. */
    public static final int KEPT = 4096;

    /** The kinds of {@link Ring#STATIONS}: one or more for each station. */
    public static final Set<String> STATION_KINDS = Set.of("learned", "moved", "aged", "evicted", "added", "flushed");

    /** Events of one class do not push out those of another. */
    public enum Ring {
        /** What an operator may want to know of this host. */
        OPERATION,
        /** The stations of this host, one by one. */
        STATIONS,
        /** What other hosts told. */
        ELSEWHERE
    }

    /**
     * A part of the journal.
     *
     * @param entries in their order
     * @param position where to go on
     * @param isGap whether events before these are lost
     */
    public record Part(List<JournalEntry> entries, long position, boolean isGap) {}

    private final String host;
    private final Supplier<Instant> clock;
    private final String epoch;
    private final Map<Ring, Deque<JournalEntry>> rings = new EnumMap<>(Ring.class);
    private final Map<Ring, Long> forgotten = new EnumMap<>(Ring.class);
    private volatile long last;

    /** @param host this one, by name */
    public EventJournal(String host, Supplier<Instant> clock) {
        this.host = host;
        this.clock = clock;
        this.epoch = Long.toString(clock.get().toEpochMilli(), Character.MAX_RADIX);
        for (Ring ring : Ring.values()) {
            rings.put(ring, new ArrayDeque<>());
            forgotten.put(ring, 0L);
        }
    }

    /** Names the sequence: another one after each start. Lower case letters and digits. */
    public String epoch() {
        return epoch;
    }

    /** Notes what happened on this host. Arguments are those of {@link HostEvent}. */
    public void add(String kind, String subject, String text) {
        add(kind, subject, text, null);
    }

    /** The same with who caused it. @param by null if nobody did */
    public void add(String kind, String subject, String text, String by) {
        append(Ring.OPERATION, new HostEvent(clock.get(), host, kind, subject, text), by);
    }

    /** Notes what became of a station. @param kind one of {@link #STATION_KINDS} */
    public void station(String kind, String mac, String text) {
        append(Ring.STATIONS, new HostEvent(clock.get(), host, kind, mac, text), null);
    }

    /** Notes what this host's part of the cluster has to tell: with its time and, on another host, that one's name. */
    public void add(HostEvent event) {
        append(event.host().equals(host) ? Ring.OPERATION : Ring.ELSEWHERE, event, null);
    }

    private synchronized void append(Ring ring, HostEvent event, String by) {
        Deque<JournalEntry> entries = rings.get(ring);
        if (entries.size() == KEPT) {
            forgotten.put(ring, entries.removeFirst().sequence());
        }
        entries.addLast(new JournalEntry(last + 1, event, by));
        last++;
    }

    /** The number of the last event; 0 if there was none. */
    public long last() {
        return last;
    }

    /**
     * The events after one.
     *
     * @param sequence of that one; 0 for all
     * @param rings to be looked at
     * @param most how many, at least 1; those that come first
     */
    public Part after(long sequence, Collection<Ring> rings, int most) {
        return sequence >= last ? new Part(List.of(), sequence, false) : newer(sequence, rings, most);
    }

    private synchronized Part newer(long sequence, Collection<Ring> wanted, int most) {
        List<JournalEntry> entries = new ArrayList<>();
        boolean isGap = false;
        for (Ring ring : wanted) {
            isGap |= forgotten.get(ring) > sequence;
            Iterator<JournalEntry> newestFirst = rings.get(ring).descendingIterator();
            while (newestFirst.hasNext()) {
                JournalEntry entry = newestFirst.next();
                if (entry.sequence() <= sequence) {
                    break;
                }
                entries.add(entry);
            }
        }
        entries.sort(Comparator.comparingLong(JournalEntry::sequence));
        if (entries.size() <= most) {
            return new Part(List.copyOf(entries), last, isGap);
        }
        List<JournalEntry> first = List.copyOf(entries.subList(0, most));
        return new Part(first, first.get(most - 1).sequence(), isGap);
    }
}
