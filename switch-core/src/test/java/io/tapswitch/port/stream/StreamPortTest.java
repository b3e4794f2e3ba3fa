package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segments;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.it.Await;
import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.UnixSocketFile;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stream ports with real sockets: what the contract of all ports does not say. */
@Timeout(60)
class StreamPortTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration NOW = Duration.ofMillis(200);
    private static final int LONG = 60_000;

    private final StreamFixture fixture = new StreamFixture();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final PortCounters counters = new PortCounters(2);
    private final Queue<byte[]> arrived = new ConcurrentLinkedQueue<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger departures = new AtomicInteger();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(StreamFixture.TEST_LOOP);
    private Port port;

    @BeforeEach
    void listen() throws IOException {
        port = start(fixture.open("listen: '" + fixture.unix("s") + "'", counters));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        fixture.close();
    }

    private Port start(Port made) {
        opened.add(made);
        FrameSink sink = (received, turn) -> arrived.add(received.toByteArray());
        made.start(sink, new PortOwner() {
            @Override
            public void failed(Exception cause) {
                failures.add(cause);
            }

            @Override
            public void farSideLeft() {
                departures.incrementAndGet();
            }
        });
        return made;
    }

    private StreamPeer connect() throws IOException {
        StreamPeer peer = connect(port);
        StreamFixture.awaitPeer(port);
        return peer;
    }

    private StreamPeer connect(Port to) throws IOException {
        StreamPeer peer = StreamPeer.connect(StreamFixture.address(to));
        opened.add(peer);
        return peer;
    }

    private void transmit(byte[] bytes) {
        frame.set(bytes);
        port.transmit(frame, burst.begin(System.nanoTime()));
        burst.end();
    }

    /** Transmits on the port's own loop, frames of so many bytes in one burst. */
    private void transmitOnItsLoop(List<Frame> frames) {
        fixture.loop.call(() -> {
            Burst own = fixture.loop.burst().begin(System.nanoTime());
            frames.forEach(each -> port.transmit(each, own));
            own.end();
        });
    }

    private long sent() {
        return counters.sum(PortCounters.TX_FRAMES);
    }

    private void awaitAccounted(long offered) throws Exception {
        Await.until("sent + dropped = " + offered, 10, () -> sent() + counters.drops(Side.EGRESS) == offered);
    }

    /** Reads until nothing more comes; every frame must be whole, and each producer's in order. */
    private int readAll(StreamPeer peer, int producers) throws IOException {
        int[] last = new int[producers];
        int count = 0;
        for (byte[] bytes = peer.receive(SOON); bytes != null; bytes = peer.receive(NOW)) {
            int number = Numbered.number(bytes);
            assertThat(number).isGreaterThan(last[Numbered.producer(bytes)]);
            last[Numbered.producer(bytes)] = number;
            count++;
        }
        return count;
    }

    private void fill(int producer, int frames, int length) {
        for (int i = 1; i <= frames; i++) {
            transmit(Numbered.frame(producer, i, length));
        }
    }

    @Nested
    class Readers {
        @ParameterizedTest
        @ValueSource(ints = {60, 1514, LONG})
        void aSlowReaderLosesWholeFramesAndNoOrder(int length) throws Exception {
            StreamPeer peer = connect();
            int frames = 8 * (1 << 20) / length;
            fill(0, frames, length);
            assertThat(counters.drops(DropReason.EGRESS_FULL)).isPositive();
            int read = readAll(peer, 1);
            awaitAccounted(frames);
            assertThat(sent()).isEqualTo(read);
            transmit(Numbered.frame(0, frames + 1, length));
            assertThat(Numbered.number(peer.receive(SOON))).isEqualTo(frames + 1);
        }

        @Test
        void aReaderWithLittleRoomGetsEachFrameInPieces() throws Exception {
            Port tcp = start(fixture.open("listen: 'tcp:127.0.0.1:0'", counters));
            port = tcp;
            StreamPeer peer = StreamPeer.connect(StreamFixture.address(tcp), 2048);
            opened.add(peer);
            StreamFixture.awaitPeer(tcp);
            int count = 0;
            for (int round = 0; round < 20; round++) {
                for (int i = 1; i <= 100; i++) {
                    transmit(Numbered.frame(0, round * 100 + i));
                }
                for (int i = 1; i <= 100; i++) {
                    assertThat(Numbered.number(peer.receive(SOON))).isEqualTo(round * 100 + i);
                    count++;
                }
            }
            awaitAccounted(count);
            assertThat(counters.drops(Side.EGRESS)).isZero();
        }

        @Test
        void aStuckReaderHarmsNobodyElse() throws Exception {
            connect();
            fill(0, 200, LONG);
            long full = counters.drops(DropReason.EGRESS_FULL);
            assertThat(full).isPositive();
            Port other = start(fixture.open("listen: '" + fixture.unix("other") + "'", new PortCounters(2)));
            StreamPeer reader = connect(other);
            StreamFixture.awaitPeer(other);
            for (int i = 1; i <= 1000; i++) {
                frame.set(Numbered.frame(0, i));
                port.transmit(frame, burst.begin(System.nanoTime()));
                other.transmit(frame, burst);
                burst.end();
                assertThat(Numbered.number(reader.receive(SOON))).isEqualTo(i);
            }
            assertThat(other.counters().drops(Side.EGRESS)).isZero();
        }

        /** Each takes what it may, and the pages that are left still do for one who reads. */
        @Test
        void aHundredStuckReadersLeaveRoomForOthers() throws Exception {
            List<Port> stuck = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                stuck.add(start(fixture.open("listen: '" + fixture.unix("s" + i) + "'", new PortCounters(2))));
                connect(stuck.get(i));
                StreamFixture.awaitPeer(stuck.get(i));
            }
            frame.set(Numbered.frame(0, 1, LONG));
            for (int i = 0; i < 5000; i++) {
                stuck.get(i % 100).transmit(frame, burst.begin(System.nanoTime()));
                burst.end();
            }
            StreamPeer reader = connect();
            for (int i = 1; i <= 1000; i++) {
                transmit(Numbered.frame(0, i));
                assertThat(Numbered.number(reader.receive(SOON))).isEqualTo(i);
            }
            assertThat(counters.drops(Side.EGRESS)).isZero();
            for (Port each : stuck) {
                assertThat(each.counters().drops(DropReason.EGRESS_FULL)).isPositive();
            }
        }

        @Test
        void aReaderThatTakesNothingForLongIsShown() throws Exception {
            StreamServer server = StreamServer.open(
                    SocketAddress.ofFile(fixture.directory.resolve("patient")),
                    new UnixSocketFile.Access(0600, null, null));
            port = start(new StreamPort(
                    fixture.context("vm1", counters), new Doorway(server), TimeUnit.MILLISECONDS.toNanos(100)));
            StreamPeer peer = connect();
            fill(0, 200, LONG);
            Await.until("it is shown", 5, () -> port.waitsFor() != null);
            assertThat(port.waitsFor()).contains("to take frames again");
            readAll(peer, 1);
            Await.until("it takes frames again", 5, () -> port.waitsFor() == null);
        }
    }

    @Nested
    class LargeFrames {
        private final TestPacket packet = TestPacket.of(true, true, 1448, 40 * 1448 + 17);

        private void assertSegments(StreamPeer peer, int times) throws IOException {
            for (int i = 0; i < times; i++) {
                for (byte[] segment : packet.segments()) {
                    assertThat(peer.receive(SOON)).isEqualTo(segment);
                }
            }
        }

        @Test
        void areCutOnTheWayFromAnotherLoop() throws Exception {
            StreamPeer peer = connect();
            port.transmit(Segments.frame(packet.large()), burst.begin(System.nanoTime()));
            burst.end();
            assertSegments(peer, 1);
            awaitAccounted(packet.segments().size());
        }

        @Test
        void areCutAndSentAtOnceOnThePortsLoop() throws Exception {
            StreamPeer peer = connect();
            Frame plain = new Frame();
            plain.set(Numbered.frame(0, 1));
            transmitOnItsLoop(List.of(plain, Segments.frame(packet.large()), plain));
            assertThat(Numbered.number(peer.receive(SOON))).isEqualTo(1);
            assertSegments(peer, 1);
            assertThat(Numbered.number(peer.receive(SOON))).isEqualTo(1);
            awaitAccounted(2 + packet.segments().size());
        }

        /** The kernel's buffer fills within a segment: what is left of it comes first once there is room. */
        @ParameterizedTest
        @ValueSource(strings = {"unix", "tcp"})
        void areFinishedWhereTheKernelStopped(String kind) throws Exception {
            port = start(fixture.open(
                    "listen: '" + (kind.equals("tcp") ? "tcp:127.0.0.1:0" : fixture.unix("s2")) + "'", counters));
            StreamPeer peer = StreamPeer.connect(StreamFixture.address(port), kind.equals("tcp") ? 4096 : 0);
            opened.add(peer);
            StreamFixture.awaitPeer(port);
            Frame large = Segments.frame(packet.large());
            int times = 20;
            for (int i = 0; i < times; i++) {
                transmitOnItsLoop(List.of(large));
            }
            assertSegments(peer, times);
            awaitAccounted((long) times * packet.segments().size());
            assertThat(counters.drops(Side.EGRESS)).isZero();
        }

        @Test
        void thatContradictThemselvesAreDropped() throws Exception {
            connect();
            frame.set(Numbered.frame(0, 1, 3000));
            io.tapswitch.frame.Frames.makeGso(frame, 1, 1000);
            port.transmit(frame, burst.begin(System.nanoTime()));
            burst.end();
            assertThat(counters.drops(DropReason.EGRESS_BAD_OFFLOAD)).isEqualTo(1);
        }
    }

    @Nested
    class Loops {
        @Test
        void severalSendAtOnceAndEachKeepsItsOrder() throws Exception {
            StreamPeer peer = connect();
            int each = 20_000;
            CountDownLatch done = new CountDownLatch(2);
            for (PortLoop loop : List.of(fixture.loop, fixture.testLoop)) {
                sendFrom(loop, 1, each, done);
            }
            int[] last = new int[2];
            int count = 0;
            byte[] bytes = peer.receive(SOON);
            for (; bytes != null; bytes = peer.receive(Duration.ofSeconds(1))) {
                int producer = Numbered.producer(bytes);
                int number = Numbered.number(bytes);
                assertThat(number).isGreaterThan(last[producer]);
                last[producer] = number;
                count++;
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            awaitAccounted(2L * each);
            assertThat(sent()).isEqualTo(count);
        }

        /** A burst of some frames, and soon the next one: a loop is never taken for long. */
        private void sendFrom(PortLoop loop, int from, int to, CountDownLatch done) {
            loop.execute(() -> {
                Burst own = loop.burst().begin(System.nanoTime());
                int end = Math.min(to + 1, from + 1 + from % 70);
                for (int i = from; i < end; i++) {
                    loop.frame().set(Numbered.frame(loop.index(), i));
                    port.transmit(loop.frame(), own);
                }
                own.end();
                if (end <= to) {
                    sendFrom(loop, end, to, done);
                } else {
                    done.countDown();
                }
            });
        }

        @Test
        void everyFrameIsAccountedForWhilePeersComeAndGo() throws Exception {
            int each = 20_000;
            CountDownLatch done = new CountDownLatch(2);
            for (PortLoop loop : List.of(fixture.loop, fixture.testLoop)) {
                sendFrom(loop, 1, each, done);
            }
            int read = 0;
            for (int i = 1; i <= 10; i++) {
                StreamPeer peer = connect();
                for (byte[] bytes = peer.receive(NOW); bytes != null && read < i * 500; bytes = peer.receive(NOW)) {
                    Numbered.number(bytes);
                    read++;
                }
                peer.close();
                int expected = i;
                Await.until("it has left", 5, () -> departures.get() == expected);
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            awaitAccounted(2L * each);
            assertThat(sent()).isGreaterThanOrEqualTo(read);
            StreamPeer last = connect();
            transmit(Numbered.frame(0, 1));
            assertThat(Numbered.number(last.receive(SOON))).isEqualTo(1);
        }

        @Test
        void nothingIsAllocatedPerFrameOnTheWayOut() throws Exception {
            StreamPeer peer = connect();
            Thread reader = new Thread(() -> drain(peer));
            reader.setDaemon(true);
            reader.start();
            long[] loopThread = new long[1];
            fixture.loop.call(() -> loopThread[0] = Thread.currentThread().getId());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            frame.set(Numbered.frame(0, 1));
            int bursts = 30_000;
            bursts(bursts);
            long before = threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(loopThread[0]);
            bursts(bursts);
            long after = threads.getCurrentThreadAllocatedBytes() + threads.getThreadAllocatedBytes(loopThread[0]);
            // The executor of the loop makes room for tasks now and then.
            assertThat(after - before).as("bytes in %d frames", 10 * bursts).isLessThan(10 * bursts / 10);
            assertThat(sent()).isPositive();
        }

        private void bursts(int count) {
            for (int i = 0; i < count; i++) {
                burst.begin(System.nanoTime());
                for (int f = 0; f < 10; f++) {
                    port.transmit(frame, burst);
                }
                burst.end();
            }
        }

        private void drain(StreamPeer peer) {
            ByteBuffer waste = ByteBuffer.allocateDirect(1 << 20);
            try {
                while (peer.channel().read(waste.clear()) >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                // The test is over.
            }
        }
    }

    @Nested
    class Connections {
        @Test
        void oneThatBreaksWithinAFrameLeavesNothingToTheNext() throws Exception {
            StreamPeer first = connect();
            byte[] wire = StreamPeer.wire(Numbered.frame(0, 1, 1000));
            first.sendBytes(java.util.Arrays.copyOf(wire, 500));
            first.channel().setOption(StandardSocketOptions.SO_RCVBUF, 1000);
            first.close();
            Await.until("it has left", 5, () -> departures.get() == 1);
            assertThat(port.waitsFor()).contains("a connection to unix:").endsWith("it left in the middle of a frame");
            StreamPeer second = connect();
            second.send(Numbered.frame(0, 2));
            Await.until("a frame is there", 5, () -> !arrived.isEmpty());
            assertThat(Numbered.number(arrived.remove())).isEqualTo(2);
            assertThat(arrived).isEmpty();
        }

        @Test
        void aResetIsSurvived() throws Exception {
            port = start(fixture.open("listen: 'tcp:127.0.0.1:0'", counters));
            StreamPeer first = connect();
            first.sendBytes(new byte[] {0, 0, 0, 60, 1, 2});
            first.channel().setOption(StandardSocketOptions.SO_LINGER, 0);
            first.close();
            Await.until("it has left", 5, () -> departures.get() == 1);
            assertThat(port.waitsFor()).endsWith("Connection reset by peer (ECONNRESET)");
            StreamPeer second = connect();
            transmit(Numbered.frame(0, 1));
            assertThat(Numbered.number(second.receive(SOON))).isEqualTo(1);
        }

        @Test
        void whatASlowReaderLeavesBehindIsCountedAsDropped() throws Exception {
            StreamPeer peer = connect();
            fill(0, 100, LONG);
            peer.close();
            Await.until("it has left", 5, () -> departures.get() == 1);
            awaitAccounted(100);
            assertThat(counters.drops(DropReason.EGRESS_DOWN)).isPositive();
            StreamPeer next = connect();
            transmit(Numbered.frame(0, 101));
            assertThat(Numbered.number(next.receive(SOON))).isEqualTo(101);
        }

        @Test
        void badLengthsCloseOnlyTheirOwn() throws Exception {
            Port other = start(fixture.open("listen: '" + fixture.unix("other") + "'", new PortCounters(2)));
            StreamPeer good = connect(other);
            StreamFixture.awaitPeer(other);
            for (int length : new int[] {0, -1, Frame.MAX_LENGTH + 1}) {
                StreamPeer bad = connect();
                bad.sendBytes(ByteBuffer.allocate(20).putInt(length).array());
                assertThat(bad.isEnded(SOON)).isTrue();
                Await.until("the reason is shown", 5, () -> port.waitsFor() != null);
                assertThat(port.waitsFor()).contains(Integer.toUnsignedString(length) + " bytes");
            }
            good.send(Numbered.frame(0, 1));
            Await.until("a frame is there", 5, () -> arrived.size() == 1);
            assertThat(failures).isEmpty();
        }

        @Test
        void runtsGoToTheSwitchWhichCountsThem() throws Exception {
            StreamPeer peer = connect();
            peer.send(new byte[1]);
            peer.send(new byte[13]);
            peer.send(Numbered.frame(0, 1));
            Await.until("three frames are there", 5, () -> arrived.size() == 3);
            assertThat(arrived).extracting(bytes -> bytes.length).startsWith(1, 13);
        }

        @Test
        void aSecondOneIsSentAwayAndTheFirstGoesOn() throws Exception {
            StreamPeer first = connect();
            StreamPeer second = connect(port);
            assertThat(second.isEnded(SOON)).isTrue();
            transmit(Numbered.frame(0, 1));
            assertThat(Numbered.number(first.receive(SOON))).isEqualTo(1);
            assertThat(departures).hasValue(0);
        }

        @Test
        void aPeerThatReconnectsAllTheTimeIsMadeToWait() throws Exception {
            long start = System.nanoTime();
            int times = 30;
            for (int i = 1; i <= times; i++) {
                StreamPeer peer = connect(port);
                StreamFixture.awaitPeer(port);
                peer.close();
                int expected = i;
                Await.until("it has left", 5, () -> departures.get() == expected);
            }
            // Twenty at once, then one in 50 ms.
            assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50 * (times - 22)));
        }

        @Test
        void itGoesOnDiallingUntilSomebodyAnswers() throws Exception {
            Path path = fixture.directory.resolve("passt");
            port = start(fixture.open("connect: 'unix:" + path + "', reconnectSeconds: 1", counters));
            Await.until("it says why", 5, () -> port.waitsFor().contains("ENOENT"));
            assertThat(port.waitsFor()).startsWith("unix:" + path + " to answer: cannot connect: ");
            try (ServerSocketChannel server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
                for (int i = 1; i <= 3; i++) {
                    try (StreamPeer peer = new StreamPeer(server.accept())) {
                        StreamFixture.awaitPeer(port);
                        transmit(Numbered.frame(0, i));
                        assertThat(Numbered.number(peer.receive(SOON))).isEqualTo(i);
                    }
                }
            }
            Await.until("nobody is there", 5, () -> port.waitsFor() != null);
            Await.until("it says why", 5, () -> port.waitsFor().contains("ECONNREFUSED"));
        }
    }

    @Nested
    class SocketFiles {
        private final Path path = fixture.directory.resolve("vm.sock");

        private Port open(String more) throws IOException {
            return fixture.open("listen: 'unix:" + path + "'" + more, new PortCounters(2));
        }

        @Test
        void areMadeWithTheModeAskedForAndRemovedAtTheEnd() throws Exception {
            try (Port made = start(open(", mode: '0606'"))) {
                assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw----rw-"));
                connect(made);
            }
            assertThat(path).doesNotExist();
            try (Port neverStarted = open("")) {
                assertThat(path).exists();
                assertThat(neverStarted.waitsFor()).isNotBlank();
            }
            assertThat(path).doesNotExist();
        }

        @Test
        void thatACrashLeftBehindAreReplaced() throws Exception {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(path))
                    .close();
            assertThat(path).exists();
            connect(start(open("")));
        }

        @Test
        void ofOthersAreLeftAlone() throws Exception {
            Files.writeString(path, "precious");
            assertThatThrownBy(() -> open("")).hasMessageContaining("is not a socket");
            assertThat(path).hasContent("precious");
            Files.delete(path);
            try (ServerSocketChannel live =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
                live.configureBlocking(false);
                assertThatThrownBy(() -> open("")).hasMessageContaining("another program answers");
                assertThat(live.accept()).isNull();
            }
        }

        @Test
        void thatSomebodyRemovesAreMadeAgain() throws Exception {
            Port made = start(open(""));
            Files.delete(path);
            made.check();
            StreamPeer peer = connect(made);
            StreamFixture.awaitPeer(made);
            Files.delete(path);
            made.check();
            assertThat(path).as("while somebody is connected").doesNotExist();
            peer.send(Numbered.frame(0, 1));
            Await.until("a frame is there", 5, () -> arrived.size() == 1);
        }

        @Test
        void portsThatCannotBeOpenedLeaveNothingBehind() throws Exception {
            assertThatThrownBy(() -> open(", group: no-such-group")).hasMessageContaining("stream.group: ");
            assertThatThrownBy(() -> fixture.open("listen: 'unix:/proc/none/s'", new PortCounters(2)))
                    .isInstanceOf(IOException.class);
            String taken = start(fixture.open("listen: 'tcp:127.0.0.1:0'", counters))
                    .info()
                    .device();
            assertThatThrownBy(() -> fixture.open("listen: '" + taken + "'", counters))
                    .hasMessageContaining("EADDRINUSE");
            assertThat(path).doesNotExist();
        }
    }

    @Nested
    class Closing {
        @Test
        void isSafeWhileFramesComeAndGo() throws Exception {
            for (int round = 0; round < 20; round++) {
                Port each = start(fixture.open("listen: '" + fixture.unix("r" + round) + "'", counters));
                StreamPeer peer = connect(each);
                StreamFixture.awaitPeer(each);
                Thread flood = new Thread(() -> flood(peer));
                flood.start();
                for (int i = 0; i < 50; i++) {
                    frame.set(Numbered.frame(0, i, LONG));
                    each.transmit(frame, burst.begin(System.nanoTime()));
                    burst.end();
                }
                each.close();
                int count = arrived.size();
                flood.join();
                assertThat(arrived).hasSize(count);
                assertThat(peer.isEnded(SOON)).isTrue();
                peer.close();
            }
            awaitAccounted(20 * 50);
        }

        private void flood(StreamPeer peer) {
            try {
                for (int i = 0; i < 10_000; i++) {
                    peer.send(Numbered.frame(1, i, 60));
                }
            } catch (IOException e) {
                // The port has closed the connection, as it should.
            }
        }

        @Test
        void takesTheLoadOffItsLoop() throws Exception {
            int before = fixture.loop.registrations();
            Port each = fixture.open("connect: '" + fixture.unix("none") + "'", new PortCounters(2));
            assertThat(fixture.loop.registrations()).isEqualTo(before + 1);
            start(each);
            each.close();
            assertThat(fixture.loop.registrations()).isEqualTo(before);
        }
    }
}
