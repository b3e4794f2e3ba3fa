package io.tapswitch.vxlan;

import io.tapswitch.vxlan.PeerMonitor.Listener;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Tells a listener what changed, without a lock: one thread at a time, in order, each change once. What changes while the
 * listener is busy is told when it is done, by the thread that is in it; of several changes of one thing, the last.
 *
 * <p>Thread-safe.
 */
final class PeerEvents {
    private final Listener listener;
    private boolean telling;
    private ControlTag tag;
    private ControlTag toldTag;
    private SessionId session;
    private SessionId toldSession;
    private PeerState state = PeerState.UNKNOWN;
    private PeerState toldState = PeerState.UNKNOWN;
    private int pathMtu;
    private int toldPathMtu;

    /** @param tag that the listener takes to be in use */
    PeerEvents(Listener listener, ControlTag tag) {
        this.listener = listener;
        this.tag = tag;
        toldTag = tag;
    }

    /** Takes note of which tag is in use. */
    synchronized void uses(ControlTag newTag) {
        tag = newTag;
    }

    /** Takes note of how things are. */
    synchronized void are(SessionId newSession, PeerState newState, int newPathMtu) {
        session = newSession;
        state = newState;
        pathMtu = newPathMtu;
    }

    /** Tells what changed, unless another thread is at it, which then tells it. */
    void deliver() {
        boolean mine = false;
        try {
            for (Consumer<Listener> change = next(false); change != null; change = next(true)) {
                mine = true;
                change.accept(listener);
            }
            mine = false;
        } finally {
            if (mine) {
                release();
            }
        }
    }

    private synchronized Consumer<Listener> next(boolean mine) {
        if (telling && !mine) {
            return null;
        }
        Consumer<Listener> change = change();
        telling = change != null;
        return change;
    }

    /**
     * The tag comes first, then the session: whoever hears of a session knows by what to encrypt for it, and whoever hears
     * that a peer is alive can.
     */
    private Consumer<Listener> change() {
        if (!Objects.equals(tag, toldTag)) {
            ControlTag now = tag;
            toldTag = now;
            return to -> to.tagChanged(now);
        }
        if (!Objects.equals(session, toldSession)) {
            SessionId now = session;
            toldSession = now;
            return to -> to.sessionChanged(now.bytes());
        }
        if (state != toldState) {
            PeerState now = state;
            toldState = now;
            return to -> to.stateChanged(now);
        }
        if (pathMtu != toldPathMtu) {
            int now = pathMtu;
            toldPathMtu = now;
            return to -> to.pathMtuChanged(now);
        }
        return null;
    }

    private synchronized void release() {
        telling = false;
    }
}
