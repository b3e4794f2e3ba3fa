package io.tapswitch.port.stream;

import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.TokenBucket;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Peers that connect to the switch, one at a time: a second one is sent away while the first is there. */
final class Doorway implements PeerSource {
    /** Who connects again and again may do so as often at once, and then so soon again. */
    private static final int BURST = 20;

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final StreamServer server;
    private Acceptor acceptor;
    private Taker taker;
    private boolean occupied;

    /** @param server owned from now on */
    Doorway(StreamServer server) {
        this.server = server;
    }

    @Override
    public void start(PortLoop loop, Taker whoTakes) {
        taker = whoTakes;
        acceptor = new Acceptor(server, loop, TokenBucket.every(AGAIN_NANOS, BURST), this::came, taker::say);
        acceptor.start();
    }

    private void came(StreamSocket socket) {
        if (occupied) {
            taker.say(socket.peer() + " connected to " + address()
                    + " and was sent away, since another peer is there; set stream.maxConnections to serve several");
            socket.close();
        } else {
            occupied = true;
            taker.take(socket);
        }
    }

    @Override
    public boolean isOnce() {
        return false;
    }

    @Override
    public void next() {
        occupied = false;
    }

    @Override
    public String waitsFor() {
        return "a connection to " + address();
    }

    @Override
    public String address() {
        return server.address().toString();
    }

    @Override
    public void check() throws IOException {
        acceptor.check();
    }

    @Override
    public void stop() {
        if (acceptor != null) {
            acceptor.stop();
        }
    }

    @Override
    public void close() {
        if (acceptor != null) {
            acceptor.close();
        }
        server.close();
    }
}
