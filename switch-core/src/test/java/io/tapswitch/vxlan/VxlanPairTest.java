package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two VTEPs of TapSwitch on loopback addresses: they probe each other, and agree on keys. */
class VxlanPairTest {
    private static final int VNI = 77;
    private static final String HERE = "127.0.6.1";
    private static final String THERE = "127.0.6.2";
    private static final long PATIENCE_SECONDS = 20;

    @TempDir
    Path temp;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private final List<PortLoop> loops =
            List.of(new PortLoop(0, (IoEventLoop) group.next()), new PortLoop(1, (IoEventLoop) group.next()));
    private final VxlanDriver hereDriver = new VxlanDriver();
    private final VxlanDriver thereDriver = new VxlanDriver();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private final List<End> ends = new ArrayList<>();
    private int udpPort;

    private final class End {
        final PortCounters counters = new PortCounters(2);
        final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
        final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        final BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
        final AtomicInteger changes = new AtomicInteger();
        final Port port;

        End(String local, String remote, Path secret) throws IOException {
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
            frame.set(bytes);
            port.transmit(VNI, frame, burst.begin(System.nanoTime()));
            burst.end();
        }

        byte[] next() throws InterruptedException {
            return arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void choosePort() throws IOException {
        udpPort = VtepPeer.freePort();
    }

    @AfterEach
    void closeAll() {
        ends.forEach(end -> end.port.close());
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private Path secret(String name) throws IOException {
        Path file = temp.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, name.repeat(40));
        return file;
    }

    private static byte[] numbered(int number, int payload) {
        byte[] bytes = Frames.payload(payload);
        bytes[0] = (byte) (number >>> 8);
        bytes[1] = (byte) number;
        return Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x88b5, bytes);
    }

    @Test
    void hearOfEachOther() throws Exception {
        End here = new End(HERE, THERE, null);
        End there = new End(THERE, HERE, null);
        await(() -> here.port.remote().state().equals("alive")
                && there.port.remote().state().equals("alive"));
        assertThat(here.port.remote().roundTripMicros()).isPositive();
        assertThat(here.port.remote().encrypted()).isFalse();
        assertThat(here.changes).hasPositiveValue();
    }

    @Test
    void leaveTheFloodListsWhileTheOtherIsGoneAndComeBack() throws Exception {
        End here = new End(HERE, THERE, null);
        End there = new End(THERE, HERE, null);
        await(() -> here.port.remote().state().equals("alive"));
        there.port.close();
        await(() -> !here.port.takesFloods());
        assertThat(here.port.remote().state()).isEqualTo("dead");
        assertThat(here.port.waitsFor()).contains(THERE);
        new End(THERE, HERE, null);
        await(here.port::takesFloods);
        assertThat(here.port.waitsFor()).isNull();
    }

    @Test
    void carryFramesEncryptedOnceTheyKnowEachOthersSession() throws Exception {
        Path secret = secret("a");
        End here = new End(HERE, THERE, secret);
        assertThat(here.port.takesFloods()).isFalse();
        assertThat(here.port.waitsFor()).contains("secret");
        here.send(numbered(1, 100));
        assertThat(here.counters.drops(DropReason.EGRESS_NO_KEY)).isOne();
        End there = new End(THERE, HERE, secret);
        await(() -> here.port.waitsFor() == null && there.port.waitsFor() == null);
        assertThat(here.port.remote().encrypted()).isTrue();
        for (int i = 0; i < 300; i++) {
            byte[] sent = numbered(i, 46 + 5 * i);
            here.send(sent);
            assertThat(there.next()).isEqualTo(sent);
            there.send(sent);
            assertThat(here.next()).isEqualTo(sent);
        }
    }

    @Test
    void agreeOnNewKeysWhenOneBeginsAnew() throws Exception {
        Path secret = secret("a");
        End here = new End(HERE, THERE, secret);
        End first = new End(THERE, HERE, secret);
        await(() -> here.port.waitsFor() == null && first.port.waitsFor() == null);
        first.port.close();
        End second = new End(THERE, HERE, secret);
        await(() -> second.port.waitsFor() == null);
        await(() -> {
            here.send(numbered(1, 100));
            return !second.arrived.isEmpty();
        });
        second.send(numbered(2, 100));
        assertThat(here.next()).isEqualTo(numbered(2, 100));
        assertThat(here.failures).isEmpty();
    }

    /** Somebody on the path who leads the probes of one port to another one of the same host. */
    @Test
    void makeNoKeysWithAnotherPortOfTheSameHost() throws Exception {
        Path secret = secret("a");
        End one = new End(HERE, THERE, secret);
        VxlanSettings back = new VxlanSettings(
                HERE, THERE, udpPort, null, null, null, null, null, null, null, null, secret.toString());
        Port other = hereDriver.open(new PortContext("back", new PortCounters(2), loops, 1500), back);
        other.start((received, turn) -> {}, cause -> {});
        try {
            await(() -> one.port.remote().state().equals("alive"));
            TimeUnit.SECONDS.sleep(1);
            assertThat(one.port.takesFloods()).isFalse();
            assertThat(other.takesFloods()).isFalse();
        } finally {
            other.close();
        }
    }

    @Test
    void takeNothingWithAnotherSecretAndNothingPlain() throws Exception {
        End here = new End(HERE, THERE, secret("a"));
        End other = new End(THERE, HERE, secret("b"));
        TimeUnit.SECONDS.sleep(2);
        assertThat(here.port.waitsFor()).contains("answers with another one");
        assertThat(other.port.waitsFor()).contains("answers with another one");
        other.port.close();
        End plain = new End(THERE, HERE, null);
        plain.send(numbered(1, 100));
        await(() -> here.counters.drops(DropReason.NOT_ENCRYPTED) == 1);
        assertThat(here.arrived).isEmpty();
    }

    @Test
    void refuseAFrameThatIsLongerThanThePathAndTellItsSender() throws Exception {
        End here = new End(HERE, THERE, null);
        int most = here.port.pathMtu();
        byte[] packet = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x0800, Frames.payload(most + 1));
        packet[14] = 0x45;
        packet[16] = (byte) (most + 1 >>> 8);
        packet[17] = (byte) (most + 1);
        packet[20] = 0x40;
        packet[21] = 0;
        here.send(packet);
        assertThat(here.counters.drops(DropReason.EGRESS_OVERSIZE)).isOne();
        byte[] answer = here.answers.poll();
        assertThat(answer).isNotNull();
        frame.set(answer);
        assertThat(frame.destination()).isEqualTo(0x0200_0000_0002L);
        assertThat(MacAddress.isGroup(frame.source())).isFalse();
    }
}
