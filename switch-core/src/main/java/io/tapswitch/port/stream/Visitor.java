package io.tapswitch.port.stream;

import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.PortLoop;
import java.util.concurrent.atomic.AtomicBoolean;

/** The one peer of a port that a {@link StreamListener} brought: when it leaves, the port ends. */
final class Visitor implements PeerSource {
    private final StreamSocket socket;
    private final String address;
    private final Runnable gone;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean taken;

    /**
     * @param socket connected; owned until it is taken
     * @param address of the listener
     * @param gone is told once when the port is closed
     */
    Visitor(StreamSocket socket, String address, Runnable gone) {
        this.socket = socket;
        this.address = address;
        this.gone = gone;
    }

    @Override
    public void start(PortLoop loop, Taker taker) {
        taken = true;
        taker.take(socket);
    }

    @Override
    public boolean isOnce() {
        return true;
    }

    @Override
    public void next() {}

    @Override
    public String waitsFor() {
        return "its end, since its peer has left";
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void stop() {}

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (!taken) {
                socket.close();
            }
            gone.run();
        }
    }
}
