package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class StreamSocketTest {
    /** The system goes through its ports, again and again. */
    private static final int ATTEMPTS = 200_000;

    /** Its frames would come back to the switch, which would take them for another station's. */
    @Test
    void isNotConnectedToItself() throws Exception {
        SocketAddress nobody = freePort();
        for (int i = 0; i < ATTEMPTS; i++) {
            try (StreamSocket socket = StreamSocket.connect(nobody)) {
                assertThatThrownBy(socket::finishConnect).hasMessageContaining("ECONNREFUSED");
                if (socket.localPort() == nobody.port()) {
                    return;
                }
            } catch (LinuxException refused) {
                assertThat(refused).hasMessageContaining("ECONNREFUSED");
            }
        }
        throw new AssertionError("the system never chose port " + nobody.port());
    }

    /** Linux gives those who bind odd ports and those who connect even ones, as long as there are some. */
    private static SocketAddress freePort() throws Exception {
        InetAddress host = InetAddress.getLoopbackAddress();
        try (ServerSocket odd = new ServerSocket(0, 1, host);
                ServerSocket even = new ServerSocket(odd.getLocalPort() & ~1, 1, host)) {
            return new SocketAddress(SocketAddress.Kind.TCP, null, host, even.getLocalPort());
        }
    }
}
