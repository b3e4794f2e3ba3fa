package io.tapswitch.port.stream;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.port.PortLoop;
import java.util.concurrent.TimeUnit;

/**
 * A peer that the switch connects to, again and again: each attempt that fails, and each connection that is soon over,
 * doubles the pause before the next one.
 */
final class Dialer implements PeerSource, EpollIoHandle {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long ANSWER_SECONDS = 10;
    private static final long LASTING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SocketAddress address;
    private final long longestPauseMillis;
    private PortLoop loop;
    private Taker taker;
    private StreamSocket socket;
    private FileDescriptor fd;
    private IoRegistration registration;
    private Future<?> timer;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private long connectedNanos;
    private volatile String trouble = "";

    Dialer(SocketAddress address, int longestPauseSeconds) {
        this.address = address;
        this.longestPauseMillis = TimeUnit.SECONDS.toMillis(longestPauseSeconds);
    }

    @Override
    public void start(PortLoop onLoop, Taker whoTakes) {
        loop = onLoop;
        taker = whoTakes;
        dial();
    }

    private void dial() {
        try {
            socket = StreamSocket.connect(address);
            fd = new FileDescriptor(socket.fd());
            registration = loop.attach(this, EpollIoOps.EPOLLOUT);
            timer = loop.schedule(
                    () -> failed("no answer within " + ANSWER_SECONDS + " s"), ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (LinuxException | RuntimeException e) {
            failed(e.getMessage());
        }
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        try {
            if (socket.finishConnect()) {
                StreamSocket connected = socket;
                socket = null;
                letGo();
                trouble = "";
                connectedNanos = System.nanoTime();
                taker.take(connected);
            }
        } catch (LinuxException | RuntimeException e) {
            failed(e.getMessage());
        }
    }

    private void failed(String why) {
        letGo();
        trouble = ": " + why;
        redial();
    }

    private void redial() {
        timer = loop.schedule(this::dial, pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = Math.min(longestPauseMillis, 2 * pauseMillis);
    }

    /** Ends an attempt, whatever has come of it. */
    private void letGo() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    @Override
    public boolean isOnce() {
        return false;
    }

    @Override
    public void next() {
        if (System.nanoTime() - connectedNanos > LASTING_NANOS) {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        redial();
    }

    @Override
    public String waitsFor() {
        return address + " to answer" + trouble;
    }

    @Override
    public String address() {
        return address.toString();
    }

    @Override
    public void stop() {
        letGo();
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
