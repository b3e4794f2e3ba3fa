package io.tapswitch.port.tun;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.frame.EtherType;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What every port keeps, with a TUN device in a namespace: the far side's packets, and the Ethernet that they get. */
@NeedsTap
class TunPortContractIT extends PortContract {
    private static final int NETWORK_MTU = 1500;
    private static final long MAC = 0x0200_0000_0099L;
    private static final long NEIGHBOUR = 0x0200_0000_000bL;
    private static final String HOST = "10.84.0.1";
    private static final String PEER = "10.84.0.2";

    private final TestHost host = new TestHost();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final PortLoop loop = new PortLoop(0, (IoEventLoop) group.next());
    private Port port;

    @Override
    protected Port open(PortCounters counters) throws IOException {
        String json = "{\"interface\": \"tun0\", \"namespace\": \"" + host.namespace() + "\", \"mac\": \""
                + MacAddress.format(MAC) + "\", \"addresses\": [\"" + HOST + "/24\"]}";
        TunSettings settings = ConfigReader.read(ConfigReader.parseJson(json), TunSettings.class, "");
        port = new TunDriver().open(new PortContext("web", counters, List.of(loop), NETWORK_MTU), settings);
        return port;
    }

    @Override
    protected byte[] incoming(int number, int payloadLength) {
        return Packets.framed(NEIGHBOUR, MAC, Packets.of(HOST, PEER, number, payloadLength));
    }

    @Override
    protected byte[] outgoing(int number, int payloadLength) {
        return Packets.framed(MAC, NEIGHBOUR, Packets.of(PEER, HOST, number, payloadLength));
    }

    @Override
    protected boolean isOfTheTest(Frame received) {
        return received.etherType() == EtherType.IPV4
                && received.length() > 34
                && isOfTheTest(received.buffer().get(received.start() + 14 + 9));
    }

    private static boolean isOfTheTest(byte protocol) {
        return protocol == (byte) Packets.EXPERIMENT;
    }

    /** The neighbour asks for the host, so that the port knows it. */
    private void introduceNeighbour() {
        byte[] request = Frames.hex(
                "ffffffffffff 02000000000b 0806 0001 0800 0604 0001 02000000000b 0a540002 000000000000 0a540001");
        Frame frame = new Frame();
        frame.set(request);
        port.transmit(frame, new Burst(0).begin(System.nanoTime()));
        port.quiesce();
    }

    @Override
    protected FarSide farSide() {
        introduceNeighbour();
        RawSocket socket = host.socket("tun0");
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                socket.send(Packets.unframed(frame));
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                byte[] packet = socket.receive(patience.toMillis());
                while (packet != null && (packet.length < 20 || !isOfTheTest(packet[9]))) {
                    packet = socket.receive(patience.toMillis());
                }
                return packet == null ? null : Packets.framed(MAC, NEIGHBOUR, packet);
            }

            @Override
            public boolean hasCarrier() {
                return !host.flags("tun0").contains("NO-CARRIER");
            }

            @Override
            public void breakDown() {
                host.ip("link del tun0");
            }

            @Override
            public void close() {
                socket.close();
                group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
                host.close();
            }
        };
    }
}
