package io.tapswitch.port.dgram;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.linux.DatagramPeer;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What every port keeps, with a datagram socket on the far side. */
abstract class DgramPortContract extends PortContract {
    private static final int NETWORK_MTU = 1500;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private DatagramPeer peer;
    private boolean gone;

    abstract String local();

    abstract String remote();

    @Override
    protected Port open(PortCounters counters) throws IOException {
        peer = new DatagramPeer(remote());
        PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
        DgramSettings settings = new DgramSettings(local(), remote(), null, null, null);
        return new DgramDriver().open(new PortContext("vm", counters, List.of(loop), NETWORK_MTU), settings);
    }

    @Override
    protected boolean showsCarrier() {
        return false;
    }

    @Override
    protected FarSide farSide() throws IOException {
        if (gone) {
            peer = new DatagramPeer(remote());
            gone = false;
        }
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                peer.send(local(), frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                return peer.receive(patience);
            }

            @Override
            public boolean hasCarrier() {
                throw new UnsupportedOperationException("a socket has no carrier");
            }

            @Override
            public void breakDown() {
                gone = true;
                peer.close();
            }

            @Override
            public void close() {
                peer.close();
                group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            }
        };
    }
}
