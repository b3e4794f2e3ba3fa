package io.tapswitch.it.vxlan;

import io.tapswitch.it.TestFrame;
import io.tapswitch.linux.RawSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The UDP datagrams to VXLAN's port that come by one interface of an underlay, in their order. */
public final class Capture implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;
    private static final long LINGER_MILLIS = 20;

    private final RawSocket socket;

    /** @param socket is closed with this */
    public Capture(RawSocket socket) {
        this.socket = socket;
    }

    /** The next datagram, whatever it holds; null if none comes within the time. */
    public Outer next(long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            byte[] frame = frame(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (frame == null) {
                return null;
            }
            Outer outer = Outer.read(frame);
            if (outer != null && outer.destinationPort() == Outer.VXLAN_PORT) {
                return outer;
            }
        }
    }

    private byte[] frame(long millis) {
        try {
            return socket.receive(millis);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The next datagram with a certain frame; fails if it does not come. What comes before it is thrown away. */
    Outer with(TestFrame frame) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            Outer outer = next(100);
            if (outer != null && outer.isVxlan() && Arrays.equals(outer.inner(), frame.bytes())) {
                return outer;
            }
        }
        throw new AssertionError("no datagram with " + frame);
    }

    /**
     * What has come with a {@link TestFrame}: as many as are expected at least, for which this waits, and those of a moment
     * more, lest there be too many.
     */
    List<Outer> frames(int expected) {
        return collect(expected, Capture::holdsTestFrame);
    }

    /** The same of what has come without a VNI. */
    List<Outer> withoutVni(int expected) {
        return collect(expected, outer -> !outer.isVxlan());
    }

    private List<Outer> collect(int expected, Predicate<Outer> wanted) {
        List<Outer> found = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (found.size() < expected && System.nanoTime() < deadline) {
            Stream.ofNullable(next(100)).filter(wanted).forEach(found::add);
        }
        for (Outer outer = next(LINGER_MILLIS); outer != null; outer = next(LINGER_MILLIS)) {
            Stream.of(outer).filter(wanted).forEach(found::add);
        }
        return found;
    }

    private static boolean holdsTestFrame(Outer outer) {
        return outer.isVxlan() && TestFrame.received(outer.inner()).isOfATest();
    }

    /** What has come with a {@link TestFrame} before a certain one, for which this waits; fails if that does not come. */
    List<Outer> before(TestFrame last) {
        List<Outer> frames = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            Outer outer = next(100);
            if (outer != null && outer.isVxlan() && Arrays.equals(outer.inner(), last.bytes())) {
                return frames;
            }
            Stream.ofNullable(outer).filter(Capture::holdsTestFrame).forEach(frames::add);
        }
        throw new AssertionError("no datagram with " + last + ", but " + frames);
    }

    /** Throws away what has come. */
    public void drain() {
        while (next(0) != null) {
            // It is not wanted.
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
