package io.tapswitch.port.tun;

import io.tapswitch.frame.Frame;

/** A next hop, and what is known of its MAC address. Belongs to a {@link NeighbourTable}, which reuses it. */
final class Neighbour {
    /** Packets that wait for the MAC address, RFC 4861, 7.2.2. */
    static final int MAX_WAITING = 3;

    /** From what may be forgotten first to what last; RFC 4861, 7.3.2. */
    enum State {
        /** The entry is free. */
        NONE,
        /** Asked for, with no answer yet; packets wait. */
        INCOMPLETE,
        /** Known, but not heard of for a while; asked again when it is used. */
        STALE,
        /** Used, and asked whether it is still there. */
        PROBE,
        /** Known. */
        REACHABLE
    }

    State state = State.NONE;
    long high;
    long low;
    /** Known unless {@link State#INCOMPLETE}. */
    long mac;
    /** When it answered last. */
    long confirmedNanos;
    /** When a packet was sent to it last. */
    long usedNanos;
    /** How often it was asked without an answer. */
    int asked;
    /** When it is to be asked again. */
    long askNanos;

    final Frame[] waiting = new Frame[MAX_WAITING];
    int waitingCount;

    boolean is(long otherHigh, long otherLow) {
        return low == otherLow && high == otherHigh && state != State.NONE;
    }

    void start(State first, long address, long addressLow, long nowNanos) {
        state = first;
        high = address;
        low = addressLow;
        mac = 0;
        usedNanos = nowNanos;
        confirmedNanos = nowNanos;
        asked = 0;
        askNanos = nowNanos;
    }
}
