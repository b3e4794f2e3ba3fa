package io.tapswitch.vxlan;

import java.util.concurrent.TimeUnit;

/**
 * Whether a peer is alive, which only acknowledgements tell: one proves that both directions work. A probe from the peer
 * proves one, and may be a recording. So both ends of a path that is cut in one direction agree that it does not work,
 * whichever it is.
 *
 * <p>Silence counts while this host listens. If it stands still itself, as in a long pause or a suspended machine, that
 * is not the peers' silence: between two ticks no more counts than the time in which a probe is sent anyway.
 *
 * <p>For one thread at a time.
 */
final class Liveness {
    private final long hurryAfter;
    private final long deadAfter;
    private final long longestTurn;
    private PeerState state = PeerState.UNKNOWN;
    private long silenceNanos;
    private long countedUntil;

    Liveness(KeepaliveSettings settings) {
        hurryAfter = settings.hurryAfter().toNanos();
        deadAfter = settings.deadAfter().toNanos();
        longestTurn = Math.max(settings.probeInterval().toNanos(), TimeUnit.MILLISECONDS.toNanos(100));
    }

    PeerState state() {
        return state;
    }

    /** Takes note of an acknowledgement. */
    void heard(long nowNanos) {
        state = PeerState.ALIVE;
        silenceNanos = 0;
        countedUntil = nowNanos;
    }

    /** Lets time go by. @return whether the peer is dead from now on */
    boolean passes(long nowNanos) {
        silenceNanos += Math.max(0, Math.min(longestTurn, nowNanos - countedUntil));
        countedUntil = nowNanos;
        if (state != PeerState.ALIVE || silenceNanos < deadAfter) {
            return false;
        }
        state = PeerState.DEAD;
        return true;
    }

    /** How many probes to send at once out of turn: some if a peer that is alive missed one, more when it is nearly dead. */
    int extraProbes() {
        if (state != PeerState.ALIVE || silenceNanos < hurryAfter) {
            return 0;
        }
        return silenceNanos < deadAfter / 2 ? 1 : 2;
    }
}
