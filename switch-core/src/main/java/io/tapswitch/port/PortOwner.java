package io.tapswitch.port;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Who opened a port, and is told what becomes of its far side. Every method may be called on any thread, and returns at once. */
public interface PortOwner {
    /**
     * The far side is lost, for a reason that people understand; the owner closes the port and opens it anew. A port
     * says so once, and never after it was closed.
     */
    void failed(Exception cause);

    /**
     * Whoever was on the far side has left, and the port goes on without: the owner forgets the stations that were
     * learned there. {@link Port#waitsFor} says what comes next.
     */
    default void farSideLeft() {}

    /** What the port says of the way to its far side is another now: {@link Port#pathMtu}, {@link Port#takesFloods}. */
    default void changed() {}

    /**
     * Somebody came who is to have a port of its own, like this one in all but its name. The owner opens it soon, or
     * refuses.
     */
    default void joined(Newcomer newcomer) {
        newcomer.refuse("this port takes nobody in");
    }

    /** The same owner, for a port of which several parts can fail: it hears of the first failure only. */
    default PortOwner failingOnce() {
        PortOwner owner = this;
        AtomicBoolean told = new AtomicBoolean();
        return new PortOwner() {
            @Override
            public void failed(Exception cause) {
                if (told.compareAndSet(false, true)) {
                    owner.failed(cause);
                }
            }

            @Override
            public void farSideLeft() {
                owner.farSideLeft();
            }

            @Override
            public void changed() {
                owner.changed();
            }

            @Override
            public void joined(Newcomer newcomer) {
                owner.joined(newcomer);
            }
        };
    }

    /** A far side on its way to a port of its own. One of the two methods is called, once, on the control thread. */
    interface Newcomer {
        /** Makes the port, which from now on owns what the newcomer held; that is closed if this throws. */
        Port open(PortContext context) throws IOException;

        /** Sends the newcomer away. */
        void refuse(String why);
    }
}
