package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.Buffer;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plain frame of the overlay allocates nothing, in or out, small or large. */
class VxlanAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 5_000;
    private static final int VNI = 9;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
    private final PortCounters counters = new PortCounters(1);
    private final Burst burst = new Burst(0);
    private final Frame small = new Frame();
    private final Frame large = new Frame();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(200);
    private final long datagramAddress = Buffer.memoryAddress(datagram);
    private VxlanPort port;
    private long received;

    @TempDir
    Path temp;

    @BeforeEach
    void makeFrames() {
        small.set(Frames.ethernet(1, 2, 0x0800, Frames.payload(100)));
        large.set(Frames.ethernet(1, 2, 0x88b5, Frames.payload(9000)));
        datagram.put(0, VtepPeer.encapsulated(0x0800_0000, VNI << 8, small.toByteArray()));
    }

    private void open(Path secret) throws IOException {
        boolean keepalive = secret != null;
        String file = secret == null ? null : secret.toString();
        VxlanSettings settings = new VxlanSettings(
                "127.0.8.2", "127.0.8.1", VtepPeer.freePort(), null, 9, true, 7, true, null, keepalive, true, file);
        port = (VxlanPort) new VxlanDriver().open(new PortContext("far", counters, List.of(loop), 1500), settings);
        port.start(sink(), cause -> {});
    }

    private FrameSink sink() {
        return new FrameSink() {
            @Override
            public void receive(Frame frame, Burst turn) {
                throw new AssertionError("a frame of the overlay has a VNI");
            }

            @Override
            public void receive(int vni, Frame frame, Burst turn) {
                received += frame.length();
            }
        };
    }

    @AfterEach
    void close() {
        port.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void allocatesNothingPerFrame() throws IOException {
        open(null);
        assertAllocatesNothing();
    }

    @Test
    void allocatesNothingPerFrameOfAPlainNetworkOnAPortThatEncrypts() throws IOException {
        open(VtepPair.secret(temp.resolve("secret"), "secret"));
        port.plainNetworks(new int[] {1, VNI, 77});
        assertAllocatesNothing();
    }

    private void assertAllocatesNothing() {
        rounds(WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        rounds(ROUNDS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(received).isPositive();
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isPositive();
        assertThat(allocated).isZero();
    }

    private void rounds(int rounds) {
        for (int i = 0; i < rounds; i++) {
            burst.begin(i);
            port.transmit(VNI, small, burst);
            port.transmit(VNI, small, burst);
            port.transmit(VNI, large, burst);
            burst.end();
            port.received(datagram, datagramAddress, 0, 8 + 114, 1, loop, burst);
        }
    }
}
