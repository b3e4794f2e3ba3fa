package io.tapswitch.port.stream;

import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.PortLoop;
import java.io.IOException;

/**
 * Where a port gets its peers from, one after another. Methods run on the port's loop, unless they say otherwise; they
 * never wait.
 */
interface PeerSource extends AutoCloseable {
    /** Who takes the peers. */
    interface Taker {
        /** A peer is there; the socket is the taker's from now on. */
        void take(StreamSocket socket);

        /** Something that people should know. */
        void say(String what);
    }

    /** Begins to look for a peer. */
    void start(PortLoop loop, Taker taker);

    /** Whether there is one peer only, with which the port ends. */
    boolean isOnce();

    /** The peer that was taken is gone, and another one may come. */
    void next();

    /** What it waits for while there is no peer, in words. Any thread. */
    String waitsFor();

    /** Where peers are met, in words. Any thread. */
    String address();

    /** Looks whether peers can still come. Control thread, while there is none. @throws IOException if they cannot */
    default void check() throws IOException {}

    /** Stops looking. */
    void stop();

    /** Frees everything else, after {@link #stop} or where the loop is gone. Control thread; maybe twice. */
    @Override
    void close();
}
