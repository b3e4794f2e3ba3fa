package io.tapswitch.bridge;

import java.util.Locale;

/**
 * One station in a {@link ForwardingTable}: where frames for its address go. Read from any thread; changed only by the
 * table.
 *
 * @param <P> the port, as the table's owner defines it
 */
public final class FdbEntry<P> {
    /** How an entry came about, in iproute2's words, and so what may change it. */
    public enum Type {
        /** Learned from traffic: ages, roams, counts against the limits. */
        DYNAMIC(true, true),
        /** Set by an operator: neither ages nor roams; traffic does not change it. */
        STATIC(false, false),
        /** A learned address pinned to its port: ages, does not roam. */
        STICKY(true, false),
        /** Put in by a control plane: does not age, may roam. */
        EXTERN(false, true);

        final boolean ages;
        final boolean roams;

        Type(boolean ages, boolean roams) {
            this.ages = ages;
            this.roams = roams;
        }

        /** The name in REST, CLI and events. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    final long mac;

    /** Written under the table's lock; a reader that sees an older port sends one frame more the old way. */
    volatile P port;

    volatile Type type;

    /** When the station was last heard, {@code System.nanoTime}, to about a second. */
    volatile long seenNanos;

    /** The list that holds the entry, null for a type that does not age; under the table's lock, like the links. */
    LearnedList<P> list;

    FdbEntry<P> older;
    FdbEntry<P> newer;

    FdbEntry(long mac, P port, Type type, long seenNanos) {
        this.mac = mac;
        this.port = port;
        this.type = type;
        this.seenNanos = seenNanos;
    }

    /** The station's address. */
    public long mac() {
        return mac;
    }

    /** The port behind which the station is. */
    public P port() {
        return port;
    }

    /** How the entry came about. */
    public Type type() {
        return type;
    }

    /** When the station was last heard, on the clock of {@code System.nanoTime}, to about a second. */
    public long seenNanos() {
        return seenNanos;
    }
}
