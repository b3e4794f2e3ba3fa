package io.tapswitch.port.packet;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An interface port without a switch: what it counts, and what it costs. */
@NeedsTap
class PacketPortIT {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FRAMES = 200_000;

    private final TestHost host = new TestHost();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
    private final PortCounters counters = new PortCounters(1);
    private final AtomicInteger arrived = new AtomicInteger();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private volatile long loopThread;
    private volatile boolean stalled;
    private Port port;
    private RawSocket far;

    @BeforeEach
    void makeVeth() {
        host.ip("link add eth7 type veth peer name far");
        host.ip("link set eth7 up");
        host.ip("link set far up");
        far = host.socket("far");
        loop.execute(() -> loopThread = Thread.currentThread().getId());
    }

    @AfterEach
    void closeAll() {
        port.close();
        far.close();
        host.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void open(String yaml) throws IOException {
        InterfaceSettings settings = ConfigReader.read(
                ConfigReader.parseYaml("{name: eth7, namespace: " + host.namespace() + yaml + "}"),
                InterfaceSettings.class,
                "");
        port = new InterfaceDriver().open(new PortContext("web", counters, List.of(loop), 1500), settings);
        port.start(this::sink, cause -> {});
    }

    private void sink(Frame received, Burst turn) {
        counters.received(0, received.length());
        arrived.incrementAndGet();
        while (stalled) {
            Thread.onSpinWait();
        }
    }

    private void transmit() {
        port.transmit(frame, burst.begin(System.nanoTime()));
        burst.end();
    }

    /** A header that asks for what the frame has not: the kernel refuses it, and the next frame goes out. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, 0, 2000, 16, true",
        "1, 0, 0, 0, 2000, 16, false",
        "1, 1, 54, 1000, 34, 16, false",
        "1, 4, 54, 1000, 34, 16, true",
        "1, 77, 54, 1000, 34, 16, true",
        "1, 1, 54, 0, 34, 16, true",
        "1, 1, 54, 0, 34, 16, false",
    })
    void countsWhatAsksForTheImpossible(
            int flags, int type, int header, int size, int start, int offset, boolean offload) throws Exception {
        open(", offload: " + offload);
        byte[] bytes = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 1500);
        Frames.receive(frame, flags, type, header, size, start, offset, bytes);
        transmit();
        assertThat(counters.drops(DropReason.EGRESS_BAD_OFFLOAD)).isEqualTo(1);
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isZero();
        frame.set(bytes);
        transmit();
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(1);
        assertThat(far.receive(2000)).isEqualTo(bytes);
    }

    /** More than the room for copies holds, so that it is used several times over within the burst. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsOrderAndBytesOfALongBurst(boolean offload) throws Exception {
        open(", offload: " + offload);
        Random random = new Random(7);
        List<byte[]> sent = new ArrayList<>();
        burst.begin(System.nanoTime());
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 46 + random.nextInt(1455));
            random.nextBytes(bytes);
            bytes[0] = 2;
            bytes[6] = 2;
            bytes[12] = (byte) 0x88;
            bytes[13] = (byte) 0xb5;
            sent.add(bytes);
            frame.set(bytes);
            port.transmit(frame, burst);
        }
        burst.end();
        for (int i = 0; i < sent.size(); i++) {
            assertThat(far.receive(2000)).as("frame %d", i).isEqualTo(sent.get(i));
        }
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(sent.size());
    }

    @Test
    void joinsSegmentsThatFollowEachOtherInABurst() throws Exception {
        open("");
        TestPacket packet = TestPacket.tcp(1400, 4000);
        byte[] other = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 600);
        List<byte[]> all = new ArrayList<>();
        all.add(other);
        all.addAll(packet.segments());
        all.add(other);
        all.add(packet.segments().get(0));
        burst.begin(System.nanoTime());
        for (byte[] bytes : all) {
            frame.set(bytes);
            port.transmit(frame, burst);
        }
        burst.end();
        assertThat(far.receive(1000)).isEqualTo(other);
        assertThat(far.receive(1000)).hasSize(packet.large().length - VirtioNetHeader.LENGTH);
        assertThat(far.receive(1000)).isEqualTo(other);
        assertThat(far.receive(1000)).isEqualTo(packet.segments().get(0));
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(all.size());
        assertThat(counters.sum(PortCounters.TX_BYTES))
                .isEqualTo(all.stream().mapToLong(bytes -> bytes.length).sum());
    }

    @Test
    void countsWhatTheKernelHadNoRoomFor() throws Exception {
        open("");
        stalled = true;
        byte[] bytes = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 1400);
        int sent = 30_000;
        for (int i = 0; i < sent; i++) {
            far.send(bytes);
        }
        stalled = false;
        Await.until("what had room is read", 5, () -> {
            port.check();
            return counters.sum(PortCounters.RX_FRAMES) >= sent;
        });
        assertThat(counters.drops(DropReason.RECEIVE_OVERRUN)).isPositive();
        assertThat(arrived.get() + counters.drops(DropReason.RECEIVE_OVERRUN))
                .isEqualTo(counters.sum(PortCounters.RX_FRAMES));
        assertThat(counters.sum(PortCounters.RX_BYTES)).isEqualTo(1414L * arrived.get());
    }

    @Test
    void receivesWithoutAllocation() throws Exception {
        open("");
        byte[] tagged = Frames.tagged(Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 60), 5);
        receive(tagged, FRAMES / 4);
        long before = THREADS.getThreadAllocatedBytes(loopThread);
        receive(tagged, FRAMES);
        assertThat(THREADS.getThreadAllocatedBytes(loopThread) - before).isLessThan(FRAMES / 10);
    }

    private void receive(byte[] bytes, int count) throws Exception {
        int from = arrived.get();
        for (int i = 0; i < count; i++) {
            far.send(bytes);
            while (i - (arrived.get() - from) > 500) {
                Thread.onSpinWait();
            }
        }
        Await.until("all are there", 5, () -> arrived.get() - from >= count);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sendsWithoutAllocation(boolean offload) throws Exception {
        open(", offload: " + offload);
        far.close();
        byte[] small = Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 60);
        send(small, FRAMES / 4);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        send(small, FRAMES);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(FRAMES / 10);
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(FRAMES / 4 + FRAMES);
    }

    private void send(byte[] bytes, int count) {
        for (int i = 0; i < count; ) {
            burst.begin(System.nanoTime());
            for (int k = 0; k < 100; k++, i++) {
                frame.received(VirtioNetHeader.LENGTH + bytes.length);
                VirtioNetHeader.clear(frame.buffer(), frame.start() - VirtioNetHeader.LENGTH);
                frame.buffer().put(frame.start(), bytes);
                port.transmit(frame, burst);
            }
            burst.end();
        }
    }
}
