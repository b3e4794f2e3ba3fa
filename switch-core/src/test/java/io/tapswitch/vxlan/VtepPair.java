package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Two hosts of TapSwitch on loopback addresses, each with a driver of its own; the test is what lies behind their ports. */
final class VtepPair implements AutoCloseable {
    static final int VNI = 77;
    static final String HERE = "127.0.6.1";
    static final String THERE = "127.0.6.2";
    private static final long PATIENCE_SECONDS = 20;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private final List<PortLoop> loops =
            List.of(new PortLoop(0, (IoEventLoop) group.next()), new PortLoop(1, (IoEventLoop) group.next()));
    private final VxlanDriver hereDriver = new VxlanDriver();
    private final VxlanDriver thereDriver = new VxlanDriver();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private final List<End> ends = new ArrayList<>();
    private final int udpPort;

    VtepPair() throws IOException {
        udpPort = VtepPeer.freePort();
    }

    /** The port of one of the two hosts, and what came by it. */
    final class End {
        final PortCounters counters = new PortCounters(2);
        final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
        final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        final BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
        final AtomicInteger changes = new AtomicInteger();
        final Port port;

        private End(String local, String remote, Path secret) throws IOException {
            String file = secret == null ? null : secret.toString();
            VxlanSettings settings =
                    new VxlanSettings(remote, local, udpPort, null, null, null, null, null, null, null, null, file);
            VxlanDriver driver = local.equals(HERE) ? hereDriver : thereDriver;
            port = driver.open(new PortContext(local, counters, loops, 1500), settings);
            ends.add(this);
            port.start(sink(), owner());
        }

        private FrameSink sink() {
            return new FrameSink() {
                @Override
                public void receive(Frame received, Burst turn) {
                    throw new AssertionError("a frame of the overlay has a VNI");
                }

                @Override
                public void receive(int vni, Frame received, Burst turn) {
                    arrived.add(received.toByteArray());
                }

                @Override
                public void answer(int vni, Frame answer, Burst turn) {
                    answers.add(answer.toByteArray());
                }
            };
        }

        private PortOwner owner() {
            return new PortOwner() {
                @Override
                public void failed(Exception cause) {
                    failures.add(cause);
                }

                @Override
                public void changed() {
                    changes.incrementAndGet();
                }
            };
        }

        void send(byte[] bytes) {
            send(VNI, bytes);
        }

        void send(int vni, byte[] bytes) {
            frame.set(bytes);
            port.transmit(vni, frame, burst.begin(System.nanoTime()));
            burst.end();
        }

        byte[] next() throws InterruptedException {
            return arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The UDP port of both hosts. */
    int udpPort() {
        return udpPort;
    }

    /** Opens a port of the host that has the local address. @param secret null for plain frames */
    End end(String local, String remote, Path secret) throws IOException {
        return new End(local, remote, secret);
    }

    /** A port back, on the host that has the local address, which nobody starts. */
    Port open(String local, String remote, Path secret) throws IOException {
        VxlanSettings settings = new VxlanSettings(
                remote, local, udpPort, null, null, null, null, null, null, null, null, secret.toString());
        return hereDriver.open(new PortContext("back", new PortCounters(2), loops, 1500), settings);
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** Makes a file with a secret that is the same for the same content. */
    static Path secret(Path file, String content) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content.repeat(40));
    }

    /** A frame of no protocol, which has a number. */
    static byte[] numbered(int number, int payload) {
        byte[] bytes = Frames.payload(payload);
        bytes[0] = (byte) (number >>> 8);
        bytes[1] = (byte) number;
        return Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x88b5, bytes);
    }

    @Override
    public void close() {
        ends.forEach(end -> end.port.close());
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
