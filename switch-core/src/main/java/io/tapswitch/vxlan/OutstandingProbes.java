package io.tapswitch.vxlan;

/**
 * Probes that wait for their acknowledgement, the last {@value #SLOTS}. A token says in its low bits which slot its probe
 * has, and is random otherwise: to look one up is one comparison, whatever somebody sends.
 *
 * <p>For one thread at a time.
 */
final class OutstandingProbes {
    /** A power of two; more than are sent in the time that an acknowledgement may take. */
    private static final int SLOTS = 128;

    private final Probe[] slots = new Probe[SLOTS];
    private final long freshNanos;
    private long count;

    /** What a probe is for. */
    enum Purpose {
        /** Sent at the interval: it counts for the loss. */
        KEEPALIVE,
        /** Sent in between, for a quick answer, or beside one that tests a size, or to try another tag. */
        EXTRA,
        /** Padded, to test whether the path carries its size. */
        SIZE
    }

    /** A probe, as long as its slot is not needed for another. */
    static final class Probe {
        private long token;
        private long number;
        private long sentNanos;
        private int length;
        private ControlTag tag;
        private Purpose purpose = Purpose.EXTRA;
        private boolean waiting;
        private boolean counted = true;

        long token() {
            return token;
        }

        /** Counts the probes of this peer from 1. */
        long number() {
            return number;
        }

        long sentNanos() {
            return sentNanos;
        }

        /** Bytes of UDP payload. */
        int length() {
            return length;
        }

        /** That it was sent with, and is to be acknowledged with. */
        ControlTag tag() {
            return tag;
        }

        Purpose purpose() {
            return purpose;
        }

        /** Takes note that nobody is to acknowledge it (any more). */
        void close() {
            waiting = false;
        }

        /** Whether it is to be counted as lost or not, which is true once for each that was sent at the interval. */
        boolean countOnce() {
            boolean first = !counted;
            counted = true;
            return first;
        }
    }

    /** @param freshNanos how long a probe waits */
    OutstandingProbes(long freshNanos) {
        this.freshNanos = freshNanos;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Probe();
        }
    }

    /** @param random nobody can guess it */
    Probe open(long random, int length, Purpose purpose, ControlTag tag, long nowNanos) {
        int slot = (int) (count++ % SLOTS);
        Probe probe = slots[slot];
        probe.token = random & -SLOTS | slot;
        probe.number = count;
        probe.sentNanos = nowNanos;
        probe.length = length;
        probe.tag = tag;
        probe.purpose = purpose;
        probe.waiting = true;
        probe.counted = purpose != Purpose.KEEPALIVE;
        return probe;
    }

    /** The probe that waits for this token; null if there is none, or if it waited too long. */
    Probe find(long token, long nowNanos) {
        Probe probe = slots[(int) (token & SLOTS - 1)];
        boolean found = probe.waiting && probe.token == token && nowNanos - probe.sentNanos <= freshNanos;
        return found ? probe : null;
    }

    /** How many keepalive probes were sent by a time and not counted; they are then. */
    int takeLost(long sentByNanos) {
        int lost = 0;
        for (Probe probe : slots) {
            if (sentByNanos - probe.sentNanos >= 0 && probe.countOnce()) {
                lost++;
            }
        }
        return lost;
    }
}
