package io.tapswitch.port.dgram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.NetworkSettings;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.Segments;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.it.Await;
import io.tapswitch.linux.DatagramPeer;
import io.tapswitch.linux.Privileges;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.DropReason.Side;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.PortOwner;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only datagram ports do: see {@link DgramPortContract} for the rest. */
class DgramPortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final String UDP = "udp:127.0.0.1:17490";
    private static final String UDP_PEER = "udp:127.0.0.1:17491";

    @TempDir
    Path directory;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
    private final PortCounters counters = new PortCounters(1);
    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
    private final AtomicInteger departures = new AtomicInteger();
    private final BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private final List<DatagramPeer> peers = new ArrayList<>();
    private Port port;

    private String local() {
        return "unix:" + directory.resolve("switch");
    }

    private String remote() {
        return "unix:" + directory.resolve("vm");
    }

    private void open(String local, String remote) throws IOException {
        port = new DgramDriver()
                .open(
                        new PortContext("vm", counters, List.of(loop), 1500),
                        new DgramSettings(local, remote, null, null, null));
    }

    private void start(String local, String remote, FrameSink sink) throws IOException {
        open(local, remote);
        start(sink);
    }

    private void start(FrameSink sink) {
        port.start(sink, new PortOwner() {
            @Override
            public void failed(Exception cause) {
                failures.add(cause);
            }

            @Override
            public void farSideLeft() {
                departures.incrementAndGet();
            }
        });
    }

    private void start(String local, String remote) throws IOException {
        start(local, remote, (received, turn) -> arrived.add(received.toByteArray()));
    }

    private DatagramPeer peer(String address) throws IOException {
        DatagramPeer peer = new DatagramPeer(address);
        peers.add(peer);
        return peer;
    }

    @AfterEach
    void close() throws Exception {
        if (port != null) {
            port.close();
        }
        peers.forEach(DatagramPeer::close);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThat(failures).isEmpty();
    }

    private void transmit(byte[] bytes) {
        frame.set(bytes);
        port.transmit(frame, burst.begin(System.nanoTime()));
        burst.end();
    }

    private static byte[] numbered(int number) {
        return Frames.ethernet(2, 4, 0x88b5, new byte[] {(byte) (number >>> 8), (byte) number});
    }

    private byte[] next() throws InterruptedException {
        return arrived.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private long taken(DropReason reason) {
        return counters.drops(reason);
    }

    @Test
    void waitsForAPeerThatIsNotThereYet() throws Exception {
        start(local(), remote());
        assertThat(port.waitsFor()).isEqualTo("somebody at " + remote());
        transmit(numbered(1));
        assertThat(taken(DropReason.EGRESS_DOWN)).isOne();
        DatagramPeer peer = peer(remote());
        Await.until("connected", 1, () -> port.waitsFor() == null);
        transmit(numbered(2));
        assertThat(peer.receive(PATIENCE)).isEqualTo(numbered(2));
        peer.send(local(), numbered(3));
        assertThat(next()).isEqualTo(numbered(3));
        assertThat(departures).hasValue(0);
    }

    @Test
    void connectsAtOnceToAPeerThatSpeaksFirst() throws Exception {
        start(local(), remote());
        DatagramPeer peer = peer(remote());
        peer.send(local(), numbered(1));
        Await.until("connected", 1, () -> port.waitsFor() == null);
        peer.send(local(), numbered(2));
        assertThat(next()).isIn(numbered(1), numbered(2));
        assertThat(taken(DropReason.UNKNOWN_SENDER)).isLessThanOrEqualTo(1);
    }

    @Test
    void findsAPeerThatWasMadeAnewWhetherItSendsOrNot() throws Exception {
        peer(remote());
        start(local(), remote());
        for (boolean sends : new boolean[] {true, false}) {
            peers.get(peers.size() - 1).close();
            DatagramPeer again = peer(remote());
            if (sends) {
                transmit(numbered(1));
                assertThat(taken(DropReason.EGRESS_DOWN)).isOne();
                Await.until("the stations are forgotten", 1, () -> departures.get() == 1);
            }
            Await.until("the new one is heard", 1, () -> {
                try {
                    again.send(local(), numbered(2));
                    return true;
                } catch (IOException refused) {
                    return false;
                }
            });
            assertThat(next()).isEqualTo(numbered(2));
            transmit(numbered(3));
            assertThat(again.receive(PATIENCE)).isEqualTo(numbered(3));
        }
    }

    @Test
    void saysThatThePeerWillNotHaveIt() throws Exception {
        DatagramPeer peer = peer(remote());
        DatagramPeer other = peer("unix:" + directory.resolve("other"));
        peer.connect("unix:" + directory.resolve("other"));
        start(local(), remote());
        assertThat(port.waitsFor()).isEqualTo(remote() + ", which cannot be connected to now (EPERM)");
        assertThat(other.receive(SOON)).isNull();
    }

    @Test
    void namesTheAccountThatDoesNotExistAndLeavesNothingBehind() {
        DgramSettings settings = new DgramSettings(local(), remote(), null, "no-such-user", null);
        PortContext context = new PortContext("vm", counters, List.of(loop), 1500);
        assertThatThrownBy(() -> new DgramDriver().open(context, settings))
                .hasMessageContaining("dgram.owner: ")
                .hasMessageContaining("'no-such-user' does not exist");
        assertThat(directory).isEmptyDirectory();
    }

    /** Other ports of the loop may have frames there at that moment. */
    @Test
    void leavesTheLoopsFramesAloneFromOtherThreads() throws Exception {
        open(local(), remote());
        peer("unix:" + directory.resolve("stranger")).send(local(), numbered(1));
        CompletableFuture<byte[]> kept = new CompletableFuture<>();
        Thread starter = new Thread(() -> start((received, turn) -> arrived.add(received.toByteArray())));
        loop.execute(() -> {
            Frame inUse = loop.frames(1).get(0);
            inUse.set(numbered(2));
            starter.start();
            join(starter, SOON);
            kept.complete(inUse.toByteArray());
        });
        assertThat(kept.get(5, TimeUnit.SECONDS)).isEqualTo(numbered(2));
        join(starter, PATIENCE);
        Await.until("the stranger's is dropped", 1, () -> taken(DropReason.UNKNOWN_SENDER) == 1);
    }

    private static void join(Thread thread, Duration patience) {
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void dropsAndCountsWhatStrangersSendBeforeThePeerIsThere() throws Exception {
        DatagramPeer stranger = peer("unix:" + directory.resolve("stranger"));
        start(local(), remote());
        for (int i = 0; i < 50; i++) {
            stranger.send(local(), numbered(i));
        }
        Await.until("all are counted", 5, () -> taken(DropReason.UNKNOWN_SENDER) == 50);
        assertThat(counters.sum(PortCounters.RX_FRAMES)).isEqualTo(50);
        assertThat(arrived).isEmpty();
    }

    @Test
    void takesNothingFromASecondSender() throws Exception {
        DatagramPeer peer = peer(remote());
        DatagramPeer stranger = peer("unix:" + directory.resolve("stranger"));
        start(local(), remote());
        assertThatThrownBy(() -> stranger.send(local(), numbered(1))).hasMessageContaining("EPERM");
        peer.send(local(), numbered(2));
        assertThat(next()).isEqualTo(numbered(2));
    }

    @Test
    void takesNothingFromASecondSenderByUdp() throws Exception {
        DatagramPeer peer = peer(UDP_PEER);
        DatagramPeer stranger = peer("udp:127.0.0.1:17492");
        DatagramPeer samePort = peer("udp:127.0.0.2:17491");
        start(UDP, UDP_PEER);
        stranger.send(UDP, numbered(1));
        samePort.send(UDP, numbered(1));
        peer.send(UDP, numbered(2));
        assertThat(next()).isEqualTo(numbered(2));
        assertThat(arrived.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void worksByIpv6() throws Exception {
        DatagramPeer peer = peer("udp:[::1]:17491");
        start("udp:[::1]:17490", "udp:[::1]:17491");
        peer.send("udp:[::1]:17490", numbered(1));
        assertThat(next()).isEqualTo(numbered(1));
        transmit(numbered(2));
        assertThat(peer.receive(PATIENCE)).isEqualTo(numbered(2));
    }

    @Test
    void goesOnAfterAUdpPeerWasAway() throws Exception {
        start(UDP, UDP_PEER);
        Await.until("the host says that nobody is there", 5, () -> {
            transmit(numbered(1));
            return taken(DropReason.EGRESS_DOWN) > 0;
        });
        DatagramPeer peer = peer(UDP_PEER);
        Thread.sleep(10);
        transmit(numbered(2));
        assertThat(peer.receive(PATIENCE)).isEqualTo(numbered(2));
        peer.send(UDP, numbered(3));
        assertThat(next()).isEqualTo(numbered(3));
    }

    @Test
    void cutsLargeFramesAndCompletesChecksums() throws Exception {
        DatagramPeer peer = peer(UDP_PEER);
        start(UDP, UDP_PEER);
        for (boolean ipv4 : new boolean[] {true, false}) {
            TestPacket packet = TestPacket.of(ipv4, true, 1000, 60_000);
            port.transmit(Segments.frame(packet.large()), burst.begin(System.nanoTime()));
            burst.end();
            for (byte[] segment : packet.segments()) {
                assertThat(peer.receive(PATIENCE)).isEqualTo(segment);
            }
        }
        Frames.receive(frame, 1, 1, 66, 1448, 34, 16, numbered(1));
        port.transmit(frame, burst);
        assertThat(taken(DropReason.EGRESS_BAD_OFFLOAD)).isOne();
    }

    @Test
    void dropsWhatASlowReaderDoesNotTakeAndGoesOnAtOnce() throws Exception {
        DatagramPeer peer = peer(remote());
        start(local(), remote());
        int sent = 2000;
        for (int i = 0; i < sent; i++) {
            transmit(numbered(i));
        }
        long full = taken(DropReason.EGRESS_FULL);
        assertThat(full).isPositive();
        assertThat(counters.sum(PortCounters.TX_FRAMES) + full).isEqualTo(sent);
        for (int i = 0; i < sent - full; i++) {
            assertThat(peer.receive(PATIENCE)).isEqualTo(numbered(i));
        }
        transmit(numbered(7));
        assertThat(peer.receive(PATIENCE)).isEqualTo(numbered(7));
    }

    @Test
    void dropsAFrameThatIsLongerThanADatagram() throws Exception {
        DatagramPeer peer = peer(UDP_PEER);
        start(UDP, UDP_PEER);
        transmit(Frames.ethernet(2, 4, 65_507 - 14));
        assertThat(peer.receive(PATIENCE)).hasSize(65_507);
        transmit(Frames.ethernet(2, 4, 65_508 - 14));
        assertThat(taken(DropReason.EGRESS_OVERSIZE)).isOne();
    }

    @Test
    void bringsRuntsInAndDropsADatagramThatIsLongerThanAFrame() throws Exception {
        DatagramPeer peer = peer(remote());
        start(local(), remote());
        for (int length : new int[] {0, 1, 13, Frame.MAX_LENGTH}) {
            peer.send(local(), new byte[length]);
            assertThat(next()).hasSize(length);
        }
        peer.send(local(), new byte[Frame.MAX_LENGTH + 1]);
        Await.until("it is counted", 5, () -> taken(DropReason.OVERSIZE) == 1);
        peer.send(local(), numbered(1));
        assertThat(next()).isEqualTo(numbered(1));
    }

    @Test
    void survivesAHostilePeerAndCountsEveryFrame() throws Exception {
        Bridge bridge = new Bridge(
                "n", new NetworkSettings(0, 0, 1500, 1L << 40, 100, false, true, false), (change, entry) -> {});
        DatagramPeer peer = peer(remote());
        BridgePort[] attached = new BridgePort[1];
        start(local(), remote(), (received, turn) -> attached[0].receive(received, turn));
        attached[0] = new BridgePort(port);
        attached[0].attach(PortSettings.DEFAULTS, bridge, null);
        Random random = new Random(20261121);
        int sent = 5000;
        for (int i = 0; i < sent; i++) {
            byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(100)];
            random.nextBytes(bytes);
            peer.send(local(), bytes);
        }
        Await.until("all are counted", 10, () -> counters.sum(PortCounters.RX_FRAMES) == sent);
        Await.until("each has an outcome", 5, () -> counters.drops(Side.INGRESS) == sent);
        assertThat(taken(DropReason.INTERNAL_ERROR)).isZero();
        assertThat(counters.drops()).containsKeys(DropReason.RUNT, DropReason.OVERSIZE, DropReason.NO_EGRESS);
    }

    @Test
    void noticesThatItsFileWasRemoved() throws Exception {
        start(local(), remote());
        port.check();
        Files.delete(directory.resolve("switch"));
        assertThatThrownBy(() -> port.check()).hasMessageContaining(local() + " was removed or replaced");
    }

    @Test
    void leavesNothingOpenWhenItCannotBeOpened() {
        List<String> before = Privileges.openFiles();
        assertThatThrownBy(() -> start("unix:" + directory.resolve("no/a"), remote()))
                .hasMessageContaining("make its directory");
        assertThatThrownBy(() -> start("udp:127.0.0.1:17490", "udp:255.255.255.255:1"))
                .hasMessageContaining("cannot connect to udp:255.255.255.255:1");
        assertThat(Privileges.openFiles()).isEqualTo(before);
    }

    @Test
    void allocatesNothingPerFrame() throws Exception {
        DatagramPeer peer = peer(UDP_PEER);
        AtomicInteger received = new AtomicInteger();
        long[] loopThread = new long[1];
        start(UDP, UDP_PEER, (taken, turn) -> {
            loopThread[0] = Thread.currentThread().getId();
            received.incrementAndGet();
        });
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] bytes = numbered(1);
        int frames = 20_000;
        long own = 0;
        long loops = 0;
        for (int round = 0; round < 3; round++) {
            own = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < frames; i++) {
                transmit(bytes);
            }
            own = threads.getCurrentThreadAllocatedBytes() - own;
            long before = round == 0 ? 0 : threads.getThreadAllocatedBytes(loopThread[0]);
            int target = received.get() + frames;
            for (int i = 0; i < frames; i++) {
                peer.send(UDP, bytes);
                if (i % 100 == 99) {
                    int soFar = target - frames + i;
                    Await.until("they arrive", 5, () -> received.get() > soFar);
                }
            }
            loops = threads.getThreadAllocatedBytes(loopThread[0]) - before;
        }
        assertThat(own).as("to send").isLessThan(frames / 10);
        assertThat(loops).as("to receive").isLessThan(frames * 4L);
    }
}
