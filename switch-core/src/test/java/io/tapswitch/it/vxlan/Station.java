package io.tapswitch.it.vxlan;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A host behind a VTEP, in a namespace of its own: the kernel's stack with the addresses 10.90.0.{@code number} and
 * fd90::{@code number}, and a packet socket beside it that sends and receives {@link TestFrame}s.
 */
final class Station implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;
    private static final long LINGER_MILLIS = 20;

    private final TestHost host;
    private final String device;
    private final int number;
    private RawSocket socket;

    /** @param device the interface towards the VTEP, which is there already */
    Station(TestHost host, String device, int number) {
        this.host = host;
        this.device = device;
        this.number = number;
        open();
    }

    private void open() {
        host.ip("address add " + v4() + "/24 dev " + device);
        host.ip("address add " + v6() + "/64 dev " + device + " nodad");
        host.ip("link set " + device + " up");
        socket = host.socket(device);
    }

    /** Takes the interface that there is now, after one was gone. */
    void reopen() {
        socket.close();
        open();
    }

    TestHost host() {
        return host;
    }

    String device() {
        return device;
    }

    String v4() {
        return "10.90.0." + number;
    }

    String v6() {
        return "fd90::" + Integer.toHexString(number);
    }

    /** The address that the packet socket sends from; not the interface's. */
    long mac() {
        return 0x0200_0000_5000L + number;
    }

    int mtu() {
        return host.link(device).path("mtu").asInt();
    }

    TestFrame to(Station other) {
        return TestFrame.of(other.mac(), mac());
    }

    TestFrame broadcast() {
        return TestFrame.of(MacAddress.BROADCAST, mac());
    }

    TestFrame send(TestFrame frame) {
        try {
            socket.send(frame.bytes());
            return frame;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Throws away what has come in. */
    void drain() {
        while (next(0) != null) {
            // It is not wanted.
        }
    }

    /**
     * The frames of tests that have come in, as many as are expected at least, for which this waits; and for a moment
     * more, lest there be too many. Those of several flows may overtake one another.
     */
    List<TestFrame> received(int expected) {
        List<TestFrame> frames = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (frames.size() < expected && System.nanoTime() < deadline) {
            take(next(100), frames);
        }
        for (byte[] bytes = next(LINGER_MILLIS); bytes != null; bytes = next(LINGER_MILLIS)) {
            take(bytes, frames);
        }
        return frames;
    }

    private static void take(byte[] bytes, List<TestFrame> frames) {
        TestFrame frame = bytes == null ? null : TestFrame.received(bytes);
        if (frame != null && frame.isOfATest()) {
            frames.add(frame);
        }
    }

    /** Any frame that comes in within the time, null if none does. */
    byte[] next(long millis) {
        try {
            return socket.receive(millis);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Closes the packet socket; the host belongs to the VTEP. */
    @Override
    public void close() {
        socket.close();
    }

    @Override
    public String toString() {
        return "station " + number;
    }
}
