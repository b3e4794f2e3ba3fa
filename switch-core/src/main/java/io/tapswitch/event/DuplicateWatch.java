package io.tapswitch.event;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Finds stations that move to and fro between ports of this host: most likely two with one address, or a loop. The count is
 * that of EVPN, RFC 7432, 15.1: five moves within 180 seconds. Of moves between hosts the cluster takes care. One thread.
 */
final class DuplicateWatch {
    static final int MOVES = 5;
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(180);

    /** A loop moves every station there is: of more than these, the ones that moved least lately are forgotten. */
    static final int MOST_STATIONS = 1024;

    private record Station(String network, long mac) {}

    private final Map<Station, Deque<Long>> moves = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Station, Deque<Long>> eldest) {
            return size() > MOST_STATIONS;
        }
    };

    /** A station moved from one port of this host to another. @return whether that was the one move too many */
    boolean moved(String network, long mac, long nowNanos) {
        Station station = new Station(network, mac);
        Deque<Long> times = moves.computeIfAbsent(station, key -> new ArrayDeque<>());
        while (!times.isEmpty() && nowNanos - times.peekFirst() >= WINDOW_NANOS) {
            times.removeFirst();
        }
        if (times.size() > MOVES) {
            // Told already; it stays so until it rests.
            times.removeFirst();
        }
        times.addLast(nowNanos);
        return times.size() == MOVES;
    }

    /** It moved from or to another host. */
    void forget(String network, long mac) {
        moves.remove(new Station(network, mac));
    }
}
