package io.tapswitch.port.stream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** What every port keeps, with a TCP socket that the far side listens on. */
class StreamTcpConnectContractTest extends StreamConnectContract {
    @Override
    SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
