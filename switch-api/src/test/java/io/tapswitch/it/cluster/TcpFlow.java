package io.tapswitch.it.cluster;

import io.tapswitch.it.TestHost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A TCP stream from one guest to another, some kilobytes each few milliseconds, and the longest time in which nothing came. */
final class TcpFlow implements AutoCloseable {
    private static final int PORT = 7100;
    private static final int CHUNK = 4096;
    private static final int PERIOD_MILLIS = 5;
    private static final int PATIENCE_SECONDS = 60;

    private final ServerSocketChannel listener;
    private final SocketChannel client;
    private final CompletableFuture<Long> sent = new CompletableFuture<>();
    private final CompletableFuture<Outcome> received = new CompletableFuture<>();
    private volatile boolean isStopping;

    /** @param bytes that arrived */
    record Outcome(long bytes, long longestGapMillis) {
        @Override
        public String toString() {
            return "TCP stream of " + bytes + " bytes, longest gap " + longestGapMillis + " ms";
        }
    }

    /** Connects, and starts to send. @param address of the receiver */
    TcpFlow(TestHost from, TestHost to, String address) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(address), PORT);
        listener = to.inside(() -> ServerSocketChannel.open().bind(server));
        client = from.inside(() -> SocketChannel.open(server));
        new Thread(() -> run(received, this::receive), "tcp-receiver").start();
        new Thread(() -> run(sent, this::send), "tcp-sender").start();
    }

    private interface Work<T> {
        T get() throws IOException, InterruptedException;
    }

    private static <T> void run(CompletableFuture<T> result, Work<T> work) {
        try {
            result.complete(work.get());
        } catch (IOException | InterruptedException e) {
            result.completeExceptionally(e);
        }
    }

    private long send() throws IOException, InterruptedException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long bytes = 0;
        while (!isStopping) {
            chunk.clear();
            while (chunk.hasRemaining()) {
                bytes += client.write(chunk);
            }
            Thread.sleep(PERIOD_MILLIS);
        }
        client.shutdownOutput();
        return bytes;
    }

    private Outcome receive() throws IOException {
        try (SocketChannel connection = listener.accept()) {
            ByteBuffer in = ByteBuffer.allocate(1 << 16);
            long bytes = 0;
            long longest = 0;
            long last = System.nanoTime();
            for (int length = 0; length >= 0; length = connection.read(in.clear())) {
                long now = System.nanoTime();
                longest = Math.max(longest, now - last);
                last = now;
                bytes += length;
            }
            return new Outcome(bytes, TimeUnit.NANOSECONDS.toMillis(longest));
        }
    }

    /** Ends it; fails unless all that was sent arrives. */
    Outcome stop() throws Exception {
        isStopping = true;
        long bytes = sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        Outcome outcome = received.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (outcome.bytes() != bytes) {
            throw new AssertionError(bytes + " bytes sent, " + outcome);
        }
        return outcome;
    }

    @Override
    public void close() throws IOException {
        isStopping = true;
        client.close();
        listener.close();
    }
}
