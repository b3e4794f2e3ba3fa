package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import io.netty.channel.unix.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifySocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private static String text(DatagramPeer manager) throws IOException {
        return new String(manager.receive(PATIENCE), StandardCharsets.UTF_8);
    }

    @Test
    void tellsAManagerThatListensOnAFile() throws IOException {
        String path = directory.resolve("notify").toString();
        try (DatagramPeer manager = new DatagramPeer("unix:" + path);
                NotifySocket socket = NotifySocket.open(path)) {
            socket.send("READY=1\nSTATUS=für alle da");
            assertThat(text(manager)).isEqualTo("READY=1\nSTATUS=für alle da");
        }
    }

    @Test
    void findsAManagerThatStartedAgain() throws IOException {
        String path = directory.resolve("notify").toString();
        try (NotifySocket socket = NotifySocket.open(path)) {
            assertThatThrownBy(() -> socket.send("WATCHDOG=1"))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining(path);
            try (DatagramPeer first = new DatagramPeer("unix:" + path)) {
                socket.send("WATCHDOG=1");
                assertThat(text(first)).isEqualTo("WATCHDOG=1");
            }
            assertThatThrownBy(() -> socket.send("WATCHDOG=1")).isInstanceOf(LinuxException.class);
            try (DatagramPeer second = new DatagramPeer("unix:" + path)) {
                socket.send("WATCHDOG=1");
                assertThat(text(second)).isEqualTo("WATCHDOG=1");
            }
        }
    }

    @Test
    void tellsAManagerThatListensOnAnAbstractName() throws IOException {
        String name = "tapswitch-test-" + ProcessHandle.current().pid();
        int manager = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        try (Memory buffer = new Memory(64)) {
            // unix(7): family, then a NUL where a path would begin, then the name without one at its end.
            ByteBuffer sockaddr = ByteBuffer.allocateDirect(3 + name.length());
            sockaddr.put(0, new byte[] {LibC.AF_UNIX, 0, 0}).put(3, name.getBytes(StandardCharsets.US_ASCII));
            assertThat(LibC.bind(manager, Buffer.memoryAddress(sockaddr), sockaddr.capacity()))
                    .isZero();
            try (NotifySocket socket = NotifySocket.open("@" + name)) {
                socket.send("STOPPING=1");
            }
            assertThat(LibC.recv(manager, LibC.address(buffer), buffer.size(), 0))
                    .isEqualTo(10);
            assertThat(buffer.getByteArray(0, 10)).asString().isEqualTo("STOPPING=1");
        } finally {
            LibC.close(manager);
        }
    }

    @Test
    void doesNotSendOnceItIsClosed() throws IOException {
        String path = directory.resolve("notify").toString();
        try (DatagramPeer manager = new DatagramPeer("unix:" + path)) {
            NotifySocket socket = NotifySocket.open(path);
            socket.close();
            socket.send("READY=1");
            socket.close();
            assertThat(manager.receive(Duration.ofMillis(50))).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "/", "run/notify", "vsock:2:1234"})
    void refusesWhatIsNoAddress(String address) {
        assertThatThrownBy(() -> NotifySocket.open(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("absolute path or @name");
    }

    @Test
    void refusesAnAddressThatIsTooLong() {
        assertThatThrownBy(() -> NotifySocket.open("/" + "a".repeat(SocketAddress.MAX_PATH)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
