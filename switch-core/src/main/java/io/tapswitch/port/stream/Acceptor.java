package io.tapswitch.port.stream;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.TokenBucket;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes connections in at a {@link StreamServer}, which it owns. Those who come again and again are made to wait, since
 * each costs the control thread some work.
 */
final class Acceptor implements EpollIoHandle {
    private static final int TURN = 16;
    private static final long PAUSE_MILLIS = 50;
    private static final long NO_ROOM_MILLIS = 1000;

    private final PortLoop loop;
    private final Consumer<StreamSocket> visitors;
    private final Consumer<String> trouble;
    private final TokenBucket pace;
    private volatile StreamServer server;
    private FileDescriptor fd;
    private IoRegistration registration;

    /**
     * @param pace how many may come, and how soon again
     * @param visitors take the connections, on the loop
     * @param trouble is told why nobody can be taken in for a while, on the loop
     */
    Acceptor(
            StreamServer server,
            PortLoop loop,
            TokenBucket pace,
            Consumer<StreamSocket> visitors,
            Consumer<String> trouble) {
        this.server = server;
        this.loop = loop;
        this.visitors = visitors;
        this.trouble = trouble;
        this.pace = pace;
    }

    /** Begins to take connections in. The loop's thread. */
    void start() {
        fd = new FileDescriptor(server.socket().fd());
        registration = loop.attach(this, EpollIoOps.EPOLLIN);
    }

    /** Where it listens. Any thread. */
    String address() {
        return server.address().toString();
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            for (int i = 0; i < TURN; i++) {
                long now = System.nanoTime();
                if (!pace.hasRoom(now)) {
                    pause(PAUSE_MILLIS);
                    return;
                }
                StreamSocket visitor = server.socket().accept();
                if (visitor == null) {
                    return;
                }
                pace.admits(now);
                visitors.accept(visitor);
            }
        } catch (IOException | RuntimeException e) {
            trouble.accept(e.getMessage() + "; it tries again in a second");
            pause(NO_ROOM_MILLIS);
        }
    }

    /** Those who wait keep the socket readable, and would have the loop do nothing else. */
    private void pause(long millis) {
        IoRegistration paused = registration;
        paused.submit(EpollIoOps.EPOLLERR);
        loop.schedule(
                () -> {
                    if (paused == registration) {
                        paused.submit(EpollIoOps.EPOLLIN);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    /**
     * Makes a socket file that somebody has removed again. Control thread.
     *
     * @throws IOException if it cannot be made
     */
    void check() throws IOException {
        StreamServer old = server;
        if (!old.isInPlace()) {
            StreamServer again = old.again();
            try {
                loop.call(() -> {
                    stop();
                    server = again;
                    start();
                });
            } catch (IllegalStateException e) {
                throw new IOException("the socket file " + old.address() + " is gone: " + e.getMessage(), e);
            } finally {
                (server == again ? old : again).close();
            }
            trouble.accept("the socket file " + old.address() + " was gone and has been made again");
        }
    }

    /** Takes nobody in any more. The loop's thread. */
    void stop() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    /** Closes the socket and removes its file. */
    @Override
    public void close() {
        server.close();
    }
}
