package io.tapswitch.port.stream;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContract;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** What every port keeps, with a socket of the JDK on the far side. */
abstract class StreamPortContract extends PortContract {
    final StreamFixture fixture = new StreamFixture();
    Port port;

    @AfterEach
    void closeFixture() throws IOException {
        fixture.close();
    }

    @Override
    protected Port open(PortCounters counters) throws IOException {
        port = fixture.open(settings(), counters);
        return port;
    }

    /** The section of the port, in YAML. */
    abstract String settings() throws IOException;

    /** Comes to a connection with the port. */
    abstract StreamPeer meet() throws IOException;

    @Override
    protected boolean showsCarrier() {
        return false;
    }

    @Override
    protected Loss loss() {
        return Loss.WAITS;
    }

    @Override
    protected FarSide farSide() throws IOException {
        StreamPeer peer = meet();
        StreamFixture.awaitPeer(port);
        return new FarSide() {
            @Override
            public void send(byte[] frame) throws IOException {
                peer.send(frame);
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                return peer.receive(patience);
            }

            @Override
            public boolean hasCarrier() {
                throw new UnsupportedOperationException("a stream shows no carrier");
            }

            @Override
            public void breakDown() throws IOException {
                peer.close();
            }

            @Override
            public void close() throws IOException {
                peer.close();
            }
        };
    }
}
