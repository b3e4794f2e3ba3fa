package io.tapswitch.vxlan;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What every port keeps, with a VTEP on the far side. */
class VxlanPortContractTest extends PortContract {
    private static final int VNI = 0xabcdef;
    private static final String HERE = "127.0.4.1";
    private static final String THERE = "127.0.4.2";

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private VtepPeer peer;

    @Override
    protected Port open(PortCounters counters) throws IOException {
        int port = VtepPeer.freePort();
        peer = new VtepPeer(THERE, HERE, port);
        PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
        VxlanSettings settings = VxlanPortTest.settings(THERE, HERE, port);
        return new VxlanDriver().open(new PortContext("far", counters, List.of(loop), 1500), settings);
    }

    @Override
    protected void takeOut(Port taker, Frame sent, Burst turn) {
        taker.transmit(VNI, sent, turn);
    }

    @Override
    protected boolean showsCarrier() {
        return false;
    }

    @Override
    protected Loss loss() {
        return Loss.UNNOTICED;
    }

    @Override
    protected FarSide farSide() {
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                peer.send(VNI, frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                return peer.receiveFrame(VNI, patience);
            }

            @Override
            public boolean hasCarrier() {
                throw new UnsupportedOperationException("a socket has no carrier");
            }

            @Override
            public void breakDown() {
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
