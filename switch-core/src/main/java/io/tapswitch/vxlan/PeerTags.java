package io.tapswitch.vxlan;

import java.nio.ByteBuffer;

/**
 * The tags that are taken from a peer, two while one replaces the other, and which of them it has: the one of its last
 * acknowledgement, but the next one rather than the current. Back to that goes only who was not shown the next one for a
 * while.
 *
 * <p>For one thread at a time.
 */
final class PeerTags {
    private final long patienceNanos;
    private ControlTag current;

    /** Null if none is to follow. */
    private ControlTag next;

    private ControlTag inUse;
    private long shownNanos;

    /** @param patienceNanos without the next one, until the current one is enough to go back */
    PeerTags(ControlTag only, long patienceNanos) {
        this.patienceNanos = patienceNanos;
        current = only;
        inUse = only;
    }

    /** @param newNext null if none is to follow */
    void replace(ControlTag newCurrent, ControlTag newNext) {
        current = newCurrent;
        next = newNext;
        if (!takes(inUse)) {
            inUse = current;
        }
    }

    boolean takes(ControlTag tag) {
        return tag.equals(current) || tag.equals(next);
    }

    /** The one that messages are sent with. */
    ControlTag inUse() {
        return inUse;
    }

    /** The one to be tried beside it; null if there is none. */
    ControlTag other() {
        return inUse.equals(next) ? current : next;
    }

    /** The one that a message has; null if it has neither. */
    ControlTag of(ByteBuffer datagram, int at, int length) {
        if (current.verify(datagram, at, length)) {
            return current;
        }
        return next != null && next.verify(datagram, at, length) ? next : null;
    }

    /** Whether it is the next one, which the peer was not known to have. */
    boolean isNews(ControlTag tag) {
        return tag.equals(next) && !tag.equals(inUse);
    }

    /**
     * Takes note that the peer acknowledged with a tag.
     *
     * @param anew whether this is a session of it that was not known
     */
    void shown(ControlTag tag, boolean anew, long nowNanos) {
        if (anew || tag.equals(inUse) || isNews(tag) || nowNanos - shownNanos >= patienceNanos) {
            inUse = tag;
            shownNanos = nowNanos;
        }
    }
}
