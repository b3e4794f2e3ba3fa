package io.tapswitch.port.tun;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The neighbours of one port, at most {@value #SIZE}: an address has its place among {@value #WAYS} entries, and takes
 * that of the least valuable one there when all are taken. So whoever asks for very many addresses displaces other
 * addresses that do not answer, and no neighbour that is in use. All entries are made at once. For one event loop.
 */
final class NeighbourTable {
    static final int SIZE = 1024;
    private static final int WAYS = 8;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private final Neighbour[] entries = new Neighbour[SIZE];

    /** Else a sender could choose addresses that share their place. */
    private final long seed = ThreadLocalRandom.current().nextLong() | 1;

    NeighbourTable() {
        for (int i = 0; i < SIZE; i++) {
            entries[i] = new Neighbour();
        }
    }

    /** All entries, also free ones. */
    Neighbour[] entries() {
        return entries;
    }

    /** The entry of an address, null if it has none. */
    Neighbour find(long high, long low) {
        int first = first(high, low);
        for (int i = first; i < first + WAYS; i++) {
            if (entries[i].is(high, low)) {
                return entries[i];
            }
        }
        return null;
    }

    /** The entry that an address without one may have; what it held before is the caller's to give up. */
    Neighbour roomFor(long high, long low) {
        int first = first(high, low);
        Neighbour least = entries[first];
        for (int i = first + 1; i < first + WAYS; i++) {
            if (isWorthLess(entries[i], least)) {
                least = entries[i];
            }
        }
        return least;
    }

    private static boolean isWorthLess(Neighbour one, Neighbour other) {
        return one.state == other.state ? one.usedNanos - other.usedNanos < 0 : one.state.compareTo(other.state) < 0;
    }

    private int first(long high, long low) {
        long hash = (high ^ seed) * MULTIPLIER;
        hash = (hash ^ hash >>> 32 ^ low) * seed;
        hash = (hash ^ hash >>> 29) * MULTIPLIER;
        return (int) (hash >>> 32) & SIZE - WAYS;
    }
}
