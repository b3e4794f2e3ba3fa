package io.tapswitch.port.stream;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** What every port keeps, with a Unix socket that the far side listens on. */
class StreamUnixConnectContractTest extends StreamConnectContract {
    @Override
    SocketAddress address() {
        return UnixDomainSocketAddress.of(fixture.directory.resolve("passt.sock"));
    }
}
