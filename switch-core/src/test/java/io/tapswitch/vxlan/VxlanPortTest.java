package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** VXLAN ports over loopback addresses, without a bridge. */
class VxlanPortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int VNI = 5000;
    private static final String HERE = "127.0.5.1";
    private static final String THERE = "127.0.5.2";
    private static final String ELSEWHERE = "127.0.5.3";
    private static final byte[] FRAME =
            Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x88b5, Frames.payload(46));

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private final List<PortLoop> loops =
            List.of(new PortLoop(0, (IoEventLoop) group.next()), new PortLoop(1, (IoEventLoop) group.next()));
    private final VxlanDriver driver = new VxlanDriver();
    private final List<Port> ports = new ArrayList<>();
    private final BlockingQueue<Arrival> arrived = new LinkedBlockingQueue<>();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private int udpPort;
    private VtepPeer peer;

    /** A frame that came in. */
    private record Arrival(String port, int vni, byte[] frame) {}

    static VxlanSettings settings(String remote, String local, int port) {
        return new VxlanSettings(remote, local, port, null, null, null, null, null, null, false, null, null);
    }

    private VxlanSettings strict() {
        return new VxlanSettings(THERE, HERE, udpPort, null, null, null, null, null, true, false, null, null);
    }

    @BeforeEach
    void makePeer() throws IOException {
        udpPort = VtepPeer.freePort();
        peer = new VtepPeer(THERE, HERE, udpPort);
    }

    @AfterEach
    void closeAll() {
        ports.forEach(Port::close);
        peer.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Port open(String name, VxlanSettings settings) throws IOException {
        Port port = driver.open(new PortContext(name, new PortCounters(2), loops, 1500), settings);
        ports.add(port);
        port.start(new Sink(name), cause -> {});
        return port;
    }

    private final class Sink implements FrameSink {
        private final String name;

        Sink(String name) {
            this.name = name;
        }

        @Override
        public void receive(Frame received, Burst turn) {
            throw new AssertionError("a frame of the overlay has a VNI");
        }

        @Override
        public void receive(int vni, Frame received, Burst turn) {
            arrived.add(new Arrival(name, vni, received.toByteArray()));
        }
    }

    private void transmit(Port port, byte[] bytes) {
        frame.set(bytes);
        port.transmit(VNI, frame, burst.begin(System.nanoTime()));
        burst.end();
    }

    private Arrival next() throws InterruptedException {
        return arrived.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void awaitOne(LongSupplier count) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (count.getAsLong() == 0 && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(count.getAsLong()).isOne();
    }

    @Test
    void writesTheHeaderOfRfc7348() throws Exception {
        transmit(open("far", settings(THERE, HERE, udpPort)), FRAME);
        DatagramPacket packet = peer.receive(PATIENCE);
        assertThat(packet.getData()).startsWith(0x08, 0, 0, 0, 0x00, 0x13, 0x88, 0);
        assertThat(packet.getLength()).isEqualTo(8 + FRAME.length);
        assertThat(packet.getPort()).isBetween(49152, 65535);
    }

    @Test
    void givesEachFrameWithItsVniToThePortOfItsSender() throws Exception {
        open("there", settings(THERE, HERE, udpPort));
        open("elsewhere", settings(ELSEWHERE, HERE, udpPort));
        try (VtepPeer other = new VtepPeer(ELSEWHERE, HERE, udpPort)) {
            peer.send(1, FRAME);
            assertThat(next()).usingRecursiveComparison().isEqualTo(new Arrival("there", 1, FRAME));
            other.send(0xff_ffff, FRAME);
            assertThat(next()).usingRecursiveComparison().isEqualTo(new Arrival("elsewhere", 0xff_ffff, FRAME));
        }
    }

    @Test
    void countsWhatComesFromAnAddressThatIsNoVtepOfItsPorts() throws Exception {
        Port port = open("there", settings(THERE, HERE, udpPort));
        try (VtepPeer stranger = new VtepPeer(ELSEWHERE, HERE, udpPort)) {
            stranger.send(VNI, FRAME);
            SharedEndpoint endpoint = driver.endpoints().get(0);
            awaitOne(() -> endpoint.counters().drops(DropReason.UNKNOWN_VTEP));
            assertThat(endpoint.counters().sum(PortCounters.RX_FRAMES)).isOne();
            assertThat(endpoint.device()).contains(HERE).contains(String.valueOf(udpPort));
        }
        assertThat(port.counters().sum(PortCounters.RX_FRAMES)).isZero();
        assertThat(arrived).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 7})
    void dropsWhatIsShorterThanItsHeader(int length) throws Exception {
        Port port = open("there", settings(THERE, HERE, udpPort));
        byte[] bytes = new byte[length];
        if (length > 0) {
            bytes[0] = 0x08;
        }
        peer.sendBytes(bytes);
        awaitOne(() -> port.counters().drops(DropReason.BAD_VXLAN_HEADER));
        assertThat(port.counters().sum(PortCounters.RX_FRAMES)).isOne();
    }

    @Test
    void dropsWhatHasNoVni() throws Exception {
        Port port = open("there", settings(THERE, HERE, udpPort));
        peer.sendBytes(VtepPeer.encapsulated(0xf700_0000, VNI << 8, FRAME));
        awaitOne(() -> port.counters().drops(DropReason.BAD_VXLAN_HEADER));
        assertThat(arrived).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0x88000000, 0", "0x09000000, 0", "0x08800000, 0", "0x08000001, 0", "0x08000000, 1", "0x08000000, 0x80"
    })
    void ignoresReservedBitsUnlessItIsStrict(String first, String last) throws Exception {
        int second = VNI << 8 | Integer.decode(last);
        byte[] datagram = VtepPeer.encapsulated((int) (long) Long.decode(first), second, FRAME);
        Port lenient = open("there", settings(THERE, HERE, udpPort));
        peer.sendBytes(datagram);
        assertThat(next()).usingRecursiveComparison().isEqualTo(new Arrival("there", VNI, FRAME));
        lenient.close();
        Port strict = open("there", strict());
        peer.sendBytes(datagram);
        awaitOne(() -> strict.counters().drops(DropReason.BAD_VXLAN_HEADER));
        assertThat(arrived).isEmpty();
        peer.send(VNI, FRAME);
        assertThat(next()).isNotNull();
    }

    @Test
    void sendsAFlowFromOnePortAndFlowsFromSeveral() throws Exception {
        Port port = open("there", settings(THERE, HERE, udpPort));
        Set<Integer> sources = new HashSet<>();
        for (int station = 0; station < 64; station++) {
            byte[] bytes = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_1000L + station, 0x88b5, Frames.payload(46));
            transmit(port, bytes);
            int source = peer.receive(PATIENCE).getPort();
            transmit(port, bytes);
            assertThat(peer.receive(PATIENCE).getPort()).isEqualTo(source);
            sources.add(source);
        }
        assertThat(sources).hasSizeBetween(4, VxlanEndpoint.SOURCES);
    }

    @Test
    void sendsFramesOfSeveralLengthsAndVtepsOfOneBurstInOrder() throws Exception {
        Port there = open("there", settings(THERE, HERE, udpPort));
        Port elsewhere = open("elsewhere", settings(ELSEWHERE, HERE, udpPort));
        int[] lengths = {60, 60, 60, 40, 60, 1000, 1000, 46, 46, 1400};
        try (VtepPeer other = new VtepPeer(ELSEWHERE, HERE, udpPort)) {
            burst.begin(System.nanoTime());
            for (int i = 0; i < 500; i++) {
                frame.set(numbered(i, lengths[i % lengths.length]));
                (i % 7 == 0 ? elsewhere : there).transmit(VNI, frame, burst);
            }
            burst.end();
            for (int i = 0; i < 500; i++) {
                byte[] expected = numbered(i, lengths[i % lengths.length]);
                assertThat((i % 7 == 0 ? other : peer).receiveFrame(VNI, PATIENCE))
                        .isEqualTo(expected);
            }
        }
        assertThat(there.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(428);
        assertThat(elsewhere.counters().sum(PortCounters.TX_FRAMES)).isEqualTo(72);
    }

    private static byte[] numbered(int number, int payload) {
        byte[] bytes = Frames.payload(payload);
        bytes[0] = (byte) (number >>> 8);
        bytes[1] = (byte) number;
        return Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 0x88b5, bytes);
    }

    @Test
    void refusesAPortThatAnotherProgramHas() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(HERE), udpPort))) {
            taken.setReuseAddress(true);
            assertThatThrownBy(() -> open("there", settings(THERE, HERE, udpPort)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("UDP port " + udpPort)
                    .hasMessageContaining("another program has it");
        }
        assertThat(driver.endpoints()).isEmpty();
    }

    @Test
    void saysThatPortsHereHaveTheUdpPortWithAnotherLocalAddress() throws Exception {
        open("there", settings(THERE, HERE, udpPort));
        assertThatThrownBy(() -> open("elsewhere", settings(ELSEWHERE, null, udpPort)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(HERE)
                .hasMessageContaining("the same local address, or none");
    }

    @Test
    void closesTheSocketsWithTheLastPort() throws Exception {
        Port there = open("there", settings(THERE, HERE, udpPort));
        Port elsewhere = open("elsewhere", settings(ELSEWHERE, HERE, udpPort));
        assertThat(driver.endpoints()).hasSize(1);
        there.close();
        assertThat(driver.endpoints()).hasSize(1);
        elsewhere.close();
        assertThat(driver.endpoints()).isEmpty();
        new DatagramSocket(new InetSocketAddress(InetAddress.getByName(HERE), udpPort)).close();
    }

    @Test
    void treatsAVtepThatNeverAnswersAsAlive() throws Exception {
        Port port = open("there", settings(THERE, HERE, udpPort));
        assertThat(port.takesFloods()).isTrue();
        assertThat(port.waitsFor()).isNull();
        assertThat(port.remote().state()).isEqualTo("unknown");
        assertThat(port.vtep()).isEqualTo(THERE);
        assertThat(port.pathMtu()).isEqualTo(port.remote().pathMtu() - 50);
    }
}
