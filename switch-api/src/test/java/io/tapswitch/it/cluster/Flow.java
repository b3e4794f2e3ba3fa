package io.tapswitch.it.cluster;

import io.tapswitch.it.TestHost;
import io.tapswitch.it.Transfer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Numbered datagrams from one guest to another at a steady pace, and which of them arrive. */
final class Flow implements AutoCloseable {
    private static final AtomicInteger PORTS = new AtomicInteger(20_000);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final String name;
    private final long periodNanos;
    private final DatagramChannel receiver;
    private final DatagramChannel sender;
    private final InetSocketAddress target;
    private final Thread sending = new Thread(this::send, "flow-sender");
    private final Thread receiving = new Thread(this::receive, "flow-receiver");
    private final BitSet received = new BitSet();
    private volatile boolean isStopping;
    private volatile boolean isStopped;
    private volatile int sent;
    private volatile int refused;
    private long longestGapNanos;

    /**
     * What became of a flow.
     *
     * @param refused how many the sender's own kernel did not take
     * @param longestGapMillis between two datagrams that arrived one after the other
     */
    record Outcome(String name, int sent, int lost, int refused, long longestGapMillis) {
        @Override
        public String toString() {
            return name + ": " + lost + " of " + sent + " lost, longest gap " + longestGapMillis + " ms"
                    + (refused == 0 ? "" : ", " + refused + " refused");
        }
    }

    /** Starts to send. @param address of the receiver */
    Flow(TestHost from, TestHost to, String address, long periodMillis) throws Exception {
        name = from.namespace() + " to " + address;
        periodNanos = TimeUnit.MILLISECONDS.toNanos(periodMillis);
        target = new InetSocketAddress(InetAddress.getByName(address), PORTS.incrementAndGet());
        receiver = Transfer.receiver(to, target);
        receiver.configureBlocking(false);
        sender = from.inside(() -> DatagramChannel.open(StandardProtocolFamily.INET));
        receiving.start();
        sending.start();
    }

    private void send() {
        ByteBuffer datagram = ByteBuffer.allocate(64);
        long next = System.nanoTime();
        while (!isStopping) {
            datagram.clear().putInt(0, sent);
            try {
                sender.send(datagram, target);
            } catch (IOException e) {
                refused++;
            }
            sent++;
            next += periodNanos;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void receive() {
        ByteBuffer datagram = ByteBuffer.allocate(64);
        long last = 0;
        while (!isStopped) {
            try {
                if (receiver.receive(datagram.clear()) == null) {
                    LockSupport.parkNanos(500_000);
                    continue;
                }
            } catch (IOException e) {
                return;
            }
            long now = System.nanoTime();
            longestGapNanos = last == 0 ? 0 : Math.max(longestGapNanos, now - last);
            last = now;
            synchronized (received) {
                received.set(datagram.getInt(0));
            }
        }
    }

    private int arrived() {
        synchronized (received) {
            return received.cardinality();
        }
    }

    /** Sends no more. */
    void end() {
        isStopping = true;
    }

    /** Ends it, and waits for what is still on the way. */
    Outcome stop() throws InterruptedException {
        isStopping = true;
        sending.join();
        long deadline = System.nanoTime() + LINGER_NANOS;
        while (arrived() < sent && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        isStopped = true;
        receiving.join();
        return new Outcome(name, sent, sent - arrived(), refused, TimeUnit.NANOSECONDS.toMillis(longestGapNanos));
    }

    @Override
    public void close() throws IOException {
        isStopping = true;
        isStopped = true;
        LockSupport.unpark(sending);
        sender.close();
        receiver.close();
    }
}
