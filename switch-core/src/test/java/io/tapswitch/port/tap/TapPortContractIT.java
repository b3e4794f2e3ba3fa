package io.tapswitch.port.tap;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.Burst;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every port keeps, with a TAP device in a namespace. */
@NeedsTap
class TapPortContractIT extends PortContract {
    private static final int NETWORK_MTU = 1500;

    private final TestHost host = new TestHost();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    private PortCounters portCounters;
    private Port port;
    private RawSocket socket;

    @AfterEach
    void removeHost() {
        host.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Override
    protected Port open(PortCounters counters) throws IOException {
        PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
        String json = "{\"interface\": \"tap0\", \"namespace\": \"" + host.namespace() + "\"}";
        TapSettings settings = ConfigReader.read(ConfigReader.parseJson(json), TapSettings.class, "");
        portCounters = counters;
        port = new TapDriver().open(new PortContext("web", counters, List.of(loop), NETWORK_MTU), settings);
        return port;
    }

    @Override
    protected FarSide farSide() {
        socket = host.socket("tap0");
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                socket.send(frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                byte[] frame = socket.receive(patience.toMillis());
                while (frame != null && !isOfTheTest(frame)) {
                    frame = socket.receive(patience.toMillis());
                }
                return frame;
            }

            private boolean isOfTheTest(byte[] frame) {
                return ByteBuffer.wrap(frame).getShort(12) == (short) PortContract.ETHER_TYPE;
            }

            @Override
            public boolean hasCarrier() {
                return !host.flags("tap0").contains("NO-CARRIER");
            }

            @Override
            public void breakDown() {
                host.ip("link del tap0");
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }

    @Test
    void joinsSegmentsThatFollowEachOtherInABurst() throws Exception {
        TestPacket packet = TestPacket.tcp(1400, 4000);
        byte[] other = Frames.ethernet(1, 2, 600);
        Burst burst = new Burst(0).begin(System.nanoTime());
        Frame frame = new Frame();
        long bytes = 0;
        for (byte[] segment : packet.segments()) {
            bytes += segment.length;
            frame.set(segment);
            port.transmit(frame, burst);
        }
        frame.set(other);
        port.transmit(frame, burst);
        frame.set(packet.segments().get(0));
        port.transmit(frame, burst);
        burst.end();

        assertThat(nextOf(packet)).hasSize(packet.large().length - VirtioNetHeader.LENGTH);
        assertThat(socket.receive(1000)).isEqualTo(other);
        assertThat(nextOf(packet)).isEqualTo(packet.segments().get(0));
        assertThat(portCounters.sum(PortCounters.TX_FRAMES)).isEqualTo(5);
        assertThat(portCounters.sum(PortCounters.TX_BYTES))
                .isEqualTo(bytes + other.length + packet.segments().get(0).length);
    }

    private byte[] nextOf(TestPacket packet) throws IOException {
        byte[] frame = socket.receive(1000);
        assertThat(frame).startsWith(Arrays.copyOf(packet.segments().get(0), 14));
        return frame;
    }
}
