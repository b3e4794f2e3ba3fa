package io.tapswitch.port.tap;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What every port keeps, with a TAP device in a namespace. */
@NeedsTap
class TapPortContractIT extends PortContract {
    private static final int NETWORK_MTU = 1500;

    private final TestHost host = new TestHost();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

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
        return new TapDriver().open(new PortContext("web", counters, List.of(loop), NETWORK_MTU), settings);
    }

    @Override
    protected FarSide farSide() {
        RawSocket socket = host.socket("tap0");
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
}
