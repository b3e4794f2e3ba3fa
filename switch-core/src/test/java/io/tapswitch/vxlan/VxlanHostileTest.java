package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.Buffer;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segments;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a remote VTEP may send that means no good: it is delivered or counted, and nothing but its own bytes is touched. What
 * ever raised a defect belongs into the corpus.
 */
class VxlanHostileTest {
    private static final int MUTATIONS = 30_000;
    private static final int FRONT = 64;
    private static final int LONGEST = 2000;
    private static final byte GUARD = 0x5a;
    private static final int CE = 3;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
    private final PortCounters counters = new PortCounters(1);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(FRONT + LONGEST + FRONT);
    private final long address = Buffer.memoryAddress(buffer);
    private final Burst burst = new Burst(0).begin(System.nanoTime());
    private final Random random = new Random(7348);
    private VxlanPort port;
    private int delivered;

    static List<Path> corpus() {
        return Segments.files("/corpus/vxlan");
    }

    @BeforeEach
    void open() throws IOException {
        VxlanSettings settings = new VxlanSettings(
                "127.0.7.2", "127.0.7.1", VtepPeer.freePort(), null, null, null, null, null, null, false, true, null);
        port = (VxlanPort) new VxlanDriver().open(new PortContext("far", counters, List.of(loop), 1500), settings);
        port.start(new Sink(), cause -> {});
    }

    @AfterEach
    void close() {
        port.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Does to a frame what a bridge and the ports behind it may do. */
    private final class Sink implements FrameSink {
        @Override
        public void receive(Frame received, Burst turn) {
            throw new AssertionError("a frame of the overlay has a VNI");
        }

        @Override
        public void receive(int vni, Frame frame, Burst turn) {
            assertThat(vni).isBetween(0, 0xff_ffff);
            counters.received(turn.loop(), frame.length());
            delivered++;
            if (frame.length() >= Frame.ETHERNET_HEADER) {
                frame.pushTag(5);
                frame.popTag();
                assertThat(frame.writeLength()).isEqualTo(12 + frame.length());
                assertThat(frame.writeAddress()).isNotZero();
            }
        }
    }

    private void check(byte[] datagram, int trafficClass) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, GUARD);
        }
        buffer.put(FRONT, datagram);
        int before = delivered;
        long dropped = counters.drops(DropReason.BAD_VXLAN_HEADER);
        long congested = counters.drops(DropReason.BAD_ECN);
        long unauthentic = counters.drops(DropReason.NOT_AUTHENTIC);
        port.received(buffer, address, FRONT, datagram.length, trafficClass, loop, burst);
        boolean hasVni = datagram.length >= 8 && (datagram[0] & 0x08) != 0;
        long marked = counters.drops(DropReason.BAD_ECN) - congested;
        assertThat(delivered - before + marked).as(Arrays.toString(datagram)).isEqualTo(hasVni ? 1 : 0);
        assertThat(marked).isLessThanOrEqualTo((trafficClass & CE) == CE ? 1 : 0);
        if (!hasVni) {
            boolean own = datagram.length >= 8 && datagram[0] == 0 && datagram[1] == 'T' && datagram[2] == 'S';
            long expected = own && datagram[3] >= 1 && datagram[3] <= 3 ? 0 : 1;
            assertThat(counters.drops(DropReason.BAD_VXLAN_HEADER) - dropped)
                    .as(Arrays.toString(datagram))
                    .isEqualTo(expected);
            assertThat(counters.drops(DropReason.NOT_AUTHENTIC) - unauthentic)
                    .isEqualTo(own && datagram[3] == 3 ? 1 : 0);
        }
        for (int i = 0; i < FRONT; i++) {
            assertThat(buffer.get(i)).isEqualTo(GUARD);
            assertThat(buffer.get(FRONT + datagram.length + i)).isEqualTo(GUARD);
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void deliversOrCountsTheCorpusAndEveryBeginningOfIt(Path file) {
        for (byte[] datagram : Segments.lines(file)) {
            for (int length = 0; length <= datagram.length; length++) {
                for (int trafficClass = 0; trafficClass <= CE; trafficClass++) {
                    check(Arrays.copyOf(datagram, length), trafficClass);
                }
            }
        }
    }

    @Test
    void deliversOrCountsWhateverComes() {
        List<byte[]> seeds = new ArrayList<>();
        corpus().forEach(file -> seeds.addAll(Segments.lines(file)));
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] seed = seeds.get(random.nextInt(seeds.size()));
            byte[] datagram = Arrays.copyOf(seed, random.nextInt(Math.max(1, 2 * seed.length)));
            for (int flips = random.nextInt(6); flips > 0 && datagram.length > 0; flips--) {
                datagram[random.nextInt(Math.min(datagram.length, 70))] = (byte) random.nextInt();
            }
            check(datagram, random.nextInt(256));
        }
        assertThat(delivered).isGreaterThan(MUTATIONS / 10);
    }
}
