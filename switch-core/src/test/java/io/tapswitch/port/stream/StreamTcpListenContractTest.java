package io.tapswitch.port.stream;

import java.io.IOException;

/** What every port keeps, with a TCP socket that the port listens on. */
class StreamTcpListenContractTest extends StreamPortContract {
    @Override
    String settings() {
        return "listen: '" + "tcp:127.0.0.1:0" + "'";
    }

    @Override
    StreamPeer meet() throws IOException {
        return StreamPeer.connect(StreamFixture.address(port));
    }
}
