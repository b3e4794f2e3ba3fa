package io.tapswitch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

/**
 * Stands between two VTEPs on loopback, each of which takes it for the other: what one sends here is sent to the other from
 * the address that it expects. Keeps the last encrypted datagram to the first, for a test to play with.
 */
final class Relay implements AutoCloseable {
    /** The first word of what TapSwitch encrypts. */
    private static final int SEALED = 0x0054_5303;

    private final DatagramChannel toFirst;
    private final DatagramChannel toSecond;
    private final InetSocketAddress first;
    private final InetSocketAddress second;
    private final Thread[] threads = new Thread[2];
    private volatile byte[] recorded;

    /**
     * @param first the address of the first VTEP
     * @param asSecond the address of the second one, as the first sees it
     */
    Relay(String first, String asSecond, String second, String asFirst, int port) throws IOException {
        this.first = address(first, port);
        this.second = address(second, port);
        toFirst = bind(asSecond, port);
        toSecond = bind(asFirst, port);
        threads[0] = start(toFirst, toSecond, this.second);
        threads[1] = start(toSecond, toFirst, this.first);
    }

    static InetSocketAddress address(String text, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(text), port);
    }

    static DatagramChannel bind(String address, int port) throws IOException {
        return DatagramChannel.open(StandardProtocolFamily.INET).bind(address(address, port));
    }

    private Thread start(DatagramChannel from, DatagramChannel by, InetSocketAddress to) {
        Thread thread = new Thread(() -> carry(from, by, to), "relay to " + to);
        thread.start();
        return thread;
    }

    private void carry(DatagramChannel from, DatagramChannel by, InetSocketAddress to) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            while (true) {
                buffer.clear();
                from.receive(buffer);
                buffer.flip();
                if (to.equals(first) && buffer.limit() > 4 && buffer.getInt(0) == SEALED) {
                    byte[] copy = new byte[buffer.limit()];
                    buffer.get(0, copy);
                    recorded = copy;
                }
                by.send(buffer, to);
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    /** The last encrypted datagram to the first VTEP; null if there was none. */
    byte[] recorded() {
        return recorded;
    }

    /** Sends a datagram to the first VTEP, as if the second had. */
    void sendToFirst(byte[] datagram) {
        try {
            toFirst.send(ByteBuffer.wrap(datagram), first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        toFirst.close();
        toSecond.close();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
