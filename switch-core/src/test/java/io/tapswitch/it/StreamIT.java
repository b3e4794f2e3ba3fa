package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.WireFrame;
import io.tapswitch.linux.UdpGsoSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.stream.StreamPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's own TCP and UDP from a TAP to the far side of a stream, which has wire frames only. */
@NeedsTap
class StreamIT {
    private static final long BULK = 16L << 20;
    private static final int LONGEST_WIRE_FRAME = 1514;

    @TempDir
    Path directory;

    private final ConfigReader reader = new ConfigReader(PortDrivers.all());
    private TestSwitch near;
    private TestSwitch far;
    private TestPort a;
    private TestPort b;

    @BeforeEach
    void switches() {
        near = new TestSwitch();
        far = new TestSwitch();
        a = host(near, "a", 1);
        b = host(far, "b", 2);
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    private static TestPort host(TestSwitch where, String name, int number) {
        String addresses = "[10.79.0." + number + "/24, 'fd79::" + number + "/64']";
        return where.port(name, new TestHost().enableIpv6(), "tap: {addresses: " + addresses + "}");
    }

    private void stream(TestSwitch where, String yaml) {
        where.apply(config -> config.with(
                reader.port(ConfigReader.parseYaml("{name: stream, type: stream, stream: {" + yaml + "}}"), "")));
    }

    private static void awaitUp(TestSwitch where) throws Exception {
        Await.until("the stream is up", 5, () -> where.service().port("stream").status() == PortView.Status.UP);
    }

    private static PortCounters counters(TestSwitch where) {
        return where.service().port("stream").counters();
    }

    /** Two switches that are each other's far side, one listening and one connecting. */
    private void join() throws Exception {
        Path path = directory.resolve("s");
        stream(far, "connect: 'unix:" + path + "'");
        stream(near, "listen: 'unix:" + path + "'");
        awaitUp(near);
        awaitUp(far);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.79.0.2", "fd79::2"})
    void carriesTcp(String address) throws Exception {
        join();
        Transfer.tcp(a.host(), b.host(), address, BULK);
        Transfer.tcp(b.host(), a.host(), address.replaceFirst("2$", "1"), BULK);
        assertThat(a.counters().sum(PortCounters.RX_BYTES) / a.counters().sum(PortCounters.RX_FRAMES))
                .as("frames come in whole")
                .isGreaterThan(LONGEST_WIRE_FRAME);
        assertThat(counters(near).sum(PortCounters.RX_FRAMES))
                .isEqualTo(counters(far).sum(PortCounters.TX_FRAMES));
        assertThat(counters(near).drops()).doesNotContainKeys(DropReason.OVERSIZE, DropReason.EGRESS_BAD_OFFLOAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.79.0.2", "fd79::2"})
    void carriesDatagrams(String address) throws Exception {
        join();
        Transfer.udp(a.host(), b.host(), address, 0, 1, 2, 17, 18, 512, 1452);
        Transfer.udp(b.host(), a.host(), address.replaceFirst("2$", "1"), 1, 1452);
        byte[] bytes = new byte[40 * 1200 + 7];
        new Random(1).nextBytes(bytes);
        InetSocketAddress server = new InetSocketAddress(address, 7001);
        try (DatagramChannel receiver = Transfer.receiver(b.host(), server);
                UdpGsoSocket sender = new UdpGsoSocket(a.host().namespace(), server, 1200)) {
            sender.send(bytes);
            for (int at = 0; at < bytes.length; at += 1200) {
                assertThat(Transfer.next(receiver))
                        .isEqualTo(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1200)));
            }
        }
    }

    /** A program between the two switches looks at each frame as a receiver would. */
    @ParameterizedTest
    @ValueSource(strings = {"10.79.0.2", "fd79::2"})
    void everyFrameOnTheWireIsShortAndItsChecksumsAreRight(String address) throws Exception {
        stream(near, "listen: 'unix:" + directory.resolve("near") + "'");
        stream(far, "listen: 'unix:" + directory.resolve("far") + "'");
        Queue<Throwable> troubles = new ConcurrentLinkedQueue<>();
        try (StreamPeer toNear = StreamPeer.connect(UnixDomainSocketAddress.of(directory.resolve("near")), 0);
                StreamPeer toFar = StreamPeer.connect(UnixDomainSocketAddress.of(directory.resolve("far")), 0)) {
            awaitUp(near);
            awaitUp(far);
            Thread there = new Thread(() -> relay(toNear, toFar, troubles));
            Thread back = new Thread(() -> relay(toFar, toNear, troubles));
            there.start();
            back.start();
            Transfer.tcp(a.host(), b.host(), address, BULK / 2);
            Transfer.udp(a.host(), b.host(), address, 1, 2, 3, 1400, 1451, 1452);
            near.stop();
            far.stop();
            there.join();
            back.join();
        }
        assertThat(troubles).isEmpty();
    }

    private static void relay(StreamPeer from, StreamPeer to, Queue<Throwable> troubles) {
        try {
            for (byte[] frame = from.receive(Duration.ofSeconds(20));
                    frame != null;
                    frame = from.receive(Duration.ofSeconds(20))) {
                check(frame);
                to.send(frame);
            }
        } catch (IOException e) {
            // The switches are closed.
        } catch (AssertionError | RuntimeException e) {
            troubles.add(e);
        }
    }

    private static void check(byte[] frame) {
        assertThat(frame.length).isLessThanOrEqualTo(LONGEST_WIRE_FRAME);
        int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
        int protocol = type == 0x0800 ? frame[14 + 9] : type == 0x86dd ? frame[14 + 6] : 0;
        if (protocol == 6 || protocol == 17) {
            WireFrame.payload(frame);
        }
    }

    @Test
    void aStationMovesFromAStreamToATap() throws Exception {
        join();
        b.send(b.broadcast());
        Await.until("it is learned at the stream", 5, () -> near.fdb("default")
                .getOrDefault(b.macText(), "")
                .startsWith("stream"));
        a.send(TestFrame.of(io.tapswitch.frame.MacAddress.BROADCAST, b.mac()));
        Await.until("it has moved", 5, () -> near.fdb("default")
                .getOrDefault(b.macText(), "")
                .startsWith("a "));
        b.send(b.broadcast());
        Await.until("it has moved back", 5, () -> near.fdb("default")
                .getOrDefault(b.macText(), "")
                .startsWith("stream"));
        far.stop();
        Await.until("it is forgotten", 5, () -> !near.fdb("default").containsKey(b.macText()));
    }
}
