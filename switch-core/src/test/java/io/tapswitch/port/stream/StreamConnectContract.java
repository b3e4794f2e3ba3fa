package io.tapswitch.port.stream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.AfterEach;

/** What every port keeps, with a far side that listens. */
abstract class StreamConnectContract extends StreamPortContract {
    private ServerSocketChannel server;

    @AfterEach
    void closeServer() throws IOException {
        server.close();
    }

    /** Where the far side shall listen. */
    abstract SocketAddress address();

    @Override
    String settings() throws IOException {
        SocketAddress address = address();
        server = address instanceof InetSocketAddress
                ? ServerSocketChannel.open()
                : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(address);
        return "connect: '" + text(server.getLocalAddress()) + "'";
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress tcp
                ? "tcp:" + tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
                : "unix:" + address;
    }

    @Override
    StreamPeer meet() throws IOException {
        return new StreamPeer(server.accept());
    }
}
