package io.tapswitch.port.stream;

import java.io.IOException;

/** What every port keeps, with a Unix socket that the port listens on. */
class StreamUnixListenContractTest extends StreamPortContract {
    @Override
    String settings() {
        return "listen: '" + fixture.unix("vm1.sock") + "'";
    }

    @Override
    StreamPeer meet() throws IOException {
        return StreamPeer.connect(StreamFixture.address(port));
    }
}
