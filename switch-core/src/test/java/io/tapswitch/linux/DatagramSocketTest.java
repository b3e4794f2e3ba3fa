package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatagramSocketTest {
    private static final UnixSocketFile.Access OWN = new UnixSocketFile.Access(0660, null, null);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private List<String> openBefore;

    @BeforeEach
    void lookAtWhatIsOpen() {
        openBefore = Privileges.openFiles();
    }

    @AfterEach
    void leavesNothingOpen() {
        assertThat(Privileges.openFiles()).isEqualTo(openBefore);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private String unix(String name) {
        return "unix:" + file(name);
    }

    private static SocketAddress address(String text) {
        return SocketAddress.parse(text, SocketAddress.Kind.UDP);
    }

    private DatagramSocket open(UnixSocketFile.Access access) throws IOException {
        return DatagramSocket.open(address(unix("a")), address(unix("b")), access);
    }

    private static int mode(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }

    @Test
    void givesItsFileExactlyTheModeAskedForAndRemovesIt() throws IOException {
        for (int mode : new int[] {0600, 0660, 0666, 0777, 0}) {
            try (DatagramSocket socket = open(new UnixSocketFile.Access(mode, null, null))) {
                assertThat(mode(file("a"))).isEqualTo(mode);
                assertThat(socket.isReachable()).isTrue();
            }
            assertThat(file("a")).doesNotExist();
        }
    }

    @Test
    void givesItsFileToTheOwnerAndGroup() throws IOException {
        Privileges.assumeRootAndTun();
        try (DatagramSocket socket = open(new UnixSocketFile.Access(0640, Accounts.userId("nobody"), 2345L))) {
            assertThat(Files.getOwner(file("a")).getName()).isEqualTo("nobody");
            assertThat(Files.getAttribute(file("a"), "unix:gid")).isEqualTo(2345);
            assertThat(socket.connect()).isEqualTo(Errno.ENOENT);
        }
    }

    @Test
    void needsNoMoreThanCapChownToGiveItsFileAway() throws Exception {
        Privileges.assumeRootAndTun();
        UnixSocketFile.Access access = new UnixSocketFile.Access(0640, 4242L, 4343L);
        try (DatagramSocket socket =
                Privileges.without(List.of(Privileges.CAP_FOWNER, Privileges.CAP_DAC_OVERRIDE), () -> open(access))) {
            assertThat(socket.isReachable()).isTrue();
            assertThat(mode(file("a"))).isEqualTo(0640);
        }
    }

    @Test
    void saysThatItsDirectoryIsMissing() {
        assertThatThrownBy(() -> DatagramSocket.open(address(unix("no/a")), address(unix("b")), OWN))
                .hasMessageContaining("cannot bind to unix:" + file("no/a"))
                .hasMessageContaining("make its directory");
        assertThat(file("a")).doesNotExist();
    }

    @Test
    void replacesASocketThatNobodyHolds() throws IOException {
        new DatagramPeer(unix("a")).close();
        assertThat(file("a")).exists();
        try (DatagramSocket socket = open(OWN);
                DatagramPeer peer = new DatagramPeer(unix("b"))) {
            assertThat(socket.connect()).isZero();
            peer.send(unix("a"), new byte[3]);
        }
    }

    @Test
    void leavesASocketThatSomebodyHoldsAlone() throws IOException {
        try (DatagramPeer holder = new DatagramPeer(unix("a"))) {
            assertThatThrownBy(() -> open(OWN))
                    .hasMessageContaining("another program answers at the datagram socket " + file("a"));
            try (DatagramPeer other = new DatagramPeer(unix("c"))) {
                other.send(unix("a"), new byte[] {7});
                assertThat(holder.receive(PATIENCE)).containsExactly(7);
            }
        }
    }

    @Test
    void leavesAFileThatIsNoSocketAlone() throws IOException {
        Files.writeString(file("real"), "kept");
        Files.createSymbolicLink(file("a"), file("real"));
        assertThatThrownBy(() -> open(OWN)).hasMessageContaining("is not a socket, so it is left alone");
        Files.delete(file("a"));
        Files.writeString(file("a"), "kept");
        assertThatThrownBy(() -> open(OWN)).hasMessageContaining("is not a socket, so it is left alone");
        assertThat(file("a")).hasContent("kept");
        assertThat(file("real")).hasContent("kept");
    }

    @Test
    void leavesAnothersFileInItsPlaceWhenItCloses() throws IOException {
        DatagramSocket socket = open(OWN);
        try (DatagramPeer usurper = new DatagramPeer(unix("a"))) {
            assertThat(socket.isReachable()).isFalse();
            socket.close();
            assertThat(file("a")).exists();
            assertThat(usurper.receive(Duration.ZERO)).isNull();
        }
        socket.close();
        assertThat(socket.connect()).isEqualTo(Errno.ECONNREFUSED);
    }

    @Test
    void noticesThatItsFileWasRemoved() throws IOException {
        try (DatagramSocket socket = open(OWN)) {
            Files.delete(file("a"));
            assertThat(socket.isReachable()).isFalse();
        }
    }

    @Test
    void findsItsPeerOnceThatIsThereAndWhenItIsMadeAnew() throws IOException {
        try (DatagramSocket socket = open(OWN)) {
            assertThat(socket.connect()).isEqualTo(Errno.ENOENT);
            DatagramPeer peer = new DatagramPeer(unix("b"));
            assertThat(socket.connect()).isZero();
            assertThat(socket.connect()).isZero();
            peer.send(unix("a"), new byte[1]);
            peer.close();
            DatagramPeer second = new DatagramPeer(unix("b"));
            assertThatThrownBy(() -> second.send(unix("a"), new byte[1])).hasMessageContaining("EPERM");
            assertThat(socket.connect()).isZero();
            second.send(unix("a"), new byte[1]);
            second.close();
            assertThat(socket.connect()).isEqualTo(Errno.ECONNREFUSED);
            try (DatagramPeer third = new DatagramPeer(unix("b"))) {
                third.send(unix("a"), new byte[1]);
                assertThat(socket.connect()).isZero();
                third.send(unix("a"), new byte[1]);
            }
        }
    }

    @Test
    void hasTheKernelRefuseEverybodyElse() throws IOException {
        try (DatagramSocket socket = open(OWN);
                DatagramPeer peer = new DatagramPeer(unix("b"));
                DatagramPeer stranger = new DatagramPeer(unix("c"))) {
            assertThat(socket.connect()).isZero();
            peer.send(unix("a"), new byte[1]);
            assertThatThrownBy(() -> stranger.send(unix("a"), new byte[1])).hasMessageContaining("EPERM");
        }
    }

    @Test
    void saysWhyAnAddressCannotBeHad() throws IOException {
        try (DatagramPeer holder = new DatagramPeer("udp:127.0.0.1:17470")) {
            SocketAddress remote = address("udp:127.0.0.1:17471");
            assertThatThrownBy(() -> DatagramSocket.open(address("udp:127.0.0.1:17470"), remote, OWN))
                    .hasMessageContaining("cannot bind to udp:127.0.0.1:17470")
                    .hasMessageContaining("another program has it");
            assertThatThrownBy(() -> DatagramSocket.open(address("udp:192.0.2.1:17470"), remote, OWN))
                    .hasMessageContaining("no interface here has this address");
            assertThat(holder.receive(Duration.ZERO)).isNull();
        }
    }
}
