package io.tapswitch.bridge;

import io.tapswitch.frame.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Which station has an IP address, as a {@link NeighbourTable} knows it. Read from any thread; changed only by the table,
 * but for the note that the station was asked.
 */
final class Binding {
    /** How long a station that is asked has for its answer: less than hosts wait until they ask again. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    final long high;
    final long low;

    /** Written under the table's lock; a reader that sees an older one asks, or names, the station that was. */
    volatile long mac;

    /** Whether the station said so itself. */
    volatile boolean local;

    volatile long heardNanos;

    /** Whether the station was asked, alone, and not heard since. */
    volatile boolean asked;

    private volatile long askedNanos;

    /** What the directory says, also while a local station has the address; 0 for nothing. Under the table's lock. */
    long remoteMac;

    /** When it said so first. */
    long remoteNanos;

    /** The list that holds the binding; under the table's lock, like the links. */
    BindingList list;

    Binding older;
    Binding newer;

    Binding(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /**
     * Notes that the station alone is asked. Any thread.
     *
     * @return false if it has left an earlier question without an answer: somebody else may have the address by now
     */
    boolean askAlone(long nowNanos) {
        boolean patient = isPatient(nowNanos);
        if (!asked) {
            askedNanos = nowNanos;
            asked = true;
        }
        return patient;
    }

    /** Whether {@link #askAlone} would say yes now. Any thread. */
    boolean isPatient(long nowNanos) {
        return !asked || nowNanos - askedNanos < PATIENCE_NANOS;
    }

    /** Notes that the station was heard; cheap if it was not asked. */
    void answered() {
        if (asked) {
            asked = false;
        }
    }

    /** What is to be shown of it. Any thread. */
    Neighbour neighbour() {
        byte[] address = IpAddress.isIpv4(high, low)
                ? ByteBuffer.allocate(IpAddress.IPV4_LENGTH).putInt((int) low).array()
                : ByteBuffer.allocate(IpAddress.IPV6_LENGTH)
                        .putLong(high)
                        .putLong(low)
                        .array();
        try {
            return new Neighbour(InetAddress.getByAddress(address), mac, local, heardNanos);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
