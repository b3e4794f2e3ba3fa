package io.tapswitch.port.packet;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.it.TestHost;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What every port keeps, with an interface in a namespace. */
abstract class PacketPortContract extends PortContract {
    private static final int NETWORK_MTU = 1500;

    final TestHost host = new TestHost();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @AfterEach
    void removeHost() {
        host.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    Port open(PortCounters counters, String yaml) throws IOException {
        PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
        InterfaceSettings settings = ConfigReader.read(
                ConfigReader.parseYaml("{" + yaml + ", namespace: " + host.namespace() + "}"),
                InterfaceSettings.class,
                "");
        return new InterfaceDriver().open(new PortContext("web", counters, List.of(loop), NETWORK_MTU), settings);
    }

    interface Source {
        byte[] next() throws IOException;
    }

    /** Passes over what the hosts say to each other. */
    static byte[] nextOfTheTest(Source source) throws IOException {
        byte[] frame = source.next();
        while (frame != null && ByteBuffer.wrap(frame).getShort(12) != (short) ETHER_TYPE) {
            frame = source.next();
        }
        return frame;
    }

    @Override
    protected boolean showsCarrier() {
        return false;
    }
}
