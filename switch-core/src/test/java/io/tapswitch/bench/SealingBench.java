package io.tapswitch.bench;

import io.tapswitch.vxlan.Opening;
import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.RekeyLimits;
import io.tapswitch.vxlan.Sealing;
import io.tapswitch.vxlan.Session;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What encryption costs each frame of the overlay: {@code 8 * length / ns} are Gbit/s of inner frames on a core. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SealingBench {
    private static final int BATCH = 32;
    private static final int VXLAN = 8;
    private static final int ETHERNET = 14;

    /** Bytes of the inner frame. */
    @Param({"64", "1450", "8950"})
    public int length;

    private final OverlaySecret secret = OverlaySecret.of(new byte[32]);
    private final Session near = new Session();
    private final Session far = new Session();
    private final Sealing sealing =
            near.pair(secret, far.id(), 1, RekeyLimits.DEFAULT).sealing();
    private final Opening opening =
            far.pair(secret, near.id(), 1, RekeyLimits.DEFAULT).opening();
    private final ByteBuffer head = ByteBuffer.allocateDirect(VXLAN + ETHERNET);
    private final ByteBuffer frame = ByteBuffer.allocateDirect(9000);
    private final ByteBuffer[] datagrams = new ByteBuffer[BATCH];
    private final ByteBuffer target = ByteBuffer.allocateDirect(9100);

    /** Buffers for a burst, and the stream's first frame, by which the receiver knows it. */
    @Setup
    public void begin() {
        for (int i = 0; i < BATCH; i++) {
            datagrams[i] = ByteBuffer.allocateDirect(9100);
        }
        seal(datagrams[0]);
        requireOpened(VXLAN + length, opened(datagrams[0]));
    }

    /** Sealed frames for {@link #open}, which takes each only once. */
    @Setup(Level.Invocation)
    public void burst() {
        for (ByteBuffer datagram : datagrams) {
            seal(datagram);
        }
    }

    private int seal(ByteBuffer datagram) {
        return sealing.seal(0, head, 0, VXLAN + ETHERNET, frame, ETHERNET, length - ETHERNET, datagram, 0, 0);
    }

    /** A burst encrypted. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int seal() {
        int sum = 0;
        for (ByteBuffer datagram : datagrams) {
            sum += seal(datagram);
        }
        return sum;
    }

    /** A burst decrypted. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int open() {
        int sum = 0;
        for (ByteBuffer datagram : datagrams) {
            sum += opened(datagram);
        }
        requireOpened(BATCH * (VXLAN + length), sum);
        return sum;
    }

    /** A burst of datagrams that somebody changed on the way. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int refuseForged() {
        int sum = 0;
        for (ByteBuffer datagram : datagrams) {
            datagram.put(VXLAN + length, (byte) ~datagram.get(VXLAN + length));
            sum += opened(datagram);
        }
        requireOpened(BATCH * Opening.NOT_AUTHENTIC, sum);
        return sum;
    }

    private int opened(ByteBuffer datagram) {
        return opening.open(datagram, 0, VXLAN + length + Sealing.OVERHEAD, target, 0, 0);
    }

    private static void requireOpened(int expected, int sum) {
        if (sum != expected) {
            throw new IllegalStateException("opened " + sum + " and not " + expected);
        }
    }
}
