package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.linux.UnixSocketFile.Access;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketFileTest {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");
    private static final Access ACCESS = new Access(0660, null, null);

    @TempDir
    private Path directory;

    private static UnixSocketFile prepare(Path path) throws IOException {
        return UnixSocketFile.prepare(
                path, new UnixSocketFile.Purpose("the API socket", "choose another with --api-socket"));
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return channel.bind(UnixDomainSocketAddress.of(path));
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return Set.of(files.map(file -> file.getFileName().toString()).toArray(String[]::new));
        }
    }

    @Test
    void isClosedToOthersUntilItIsInItsPlace() throws IOException {
        Path path = directory.resolve("run/api.sock");
        try (UnixSocketFile file = prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(path).doesNotExist();
            assertThat(Files.getPosixFilePermissions(file.bindPath().getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            file.publish(ACCESS);
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(MODE);
            assertThat(Files.getPosixFilePermissions(path.getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(file.bindPath().getParent()).doesNotExist();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void replacesAStaleSocket() throws IOException {
        Path path = directory.resolve("api.sock");
        bind(path).close();
        assertThat(path).exists();
        try (UnixSocketFile file = prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            file.publish(ACCESS);
            assertThat(channel.isOpen()).isTrue();
            assertThat(files()).containsExactly("api.sock");
            assertThatThrownBy(() -> prepare(path))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another program answers");
        }
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        Path path = directory.resolve("precious");
        Files.writeString(path, "data");
        assertThatThrownBy(() -> prepare(path)).hasMessageContaining("is not a socket");
        assertThat(path).hasContent("data");
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertThatThrownBy(() -> prepare(link)).hasMessageContaining("is not a socket");
        assertThatThrownBy(() -> prepare(directory)).hasMessageContaining("is not a socket");
        assertThat(files()).containsExactlyInAnyOrder("precious", "link");
    }

    @Test
    void leavesASocketThatTookItsPlace() throws IOException {
        Path path = directory.resolve("api.sock");
        ServerSocketChannel second;
        try (UnixSocketFile file = prepare(path);
                ServerSocketChannel first = bind(file.bindPath())) {
            file.publish(ACCESS);
            Files.delete(path);
            second = bind(path);
            assertThat(first.isOpen()).isTrue();
        }
        assertThat(path).exists();
        second.close();
    }

    @Test
    void saysWhatToDoAboutAPathThatCannotBe() throws IOException {
        assertThatThrownBy(() -> prepare(directory.resolve("a".repeat(120))))
                .hasMessageContaining("too long for a Unix socket")
                .hasMessageContaining("--api-socket");
        assertThatThrownBy(() -> prepare(Path.of("/proc/none/api.sock")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--api-socket");
        assertThat(files()).isEmpty();
    }

    /** A connection would be taken for a visitor, and QEMU's listening side waits for one only. */
    @Test
    void looksForALiveSocketWithoutConnecting() throws IOException {
        Path path = directory.resolve("live.sock");
        try (ServerSocketChannel channel = bind(path)) {
            channel.configureBlocking(false);
            assertThatThrownBy(() -> prepare(path)).hasMessageContaining("another program answers");
            assertThat(channel.accept()).isNull();
        }
    }

    @Test
    void setsOwnerGroupAndMode() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root to give files away");
        Path path = directory.resolve("api.sock");
        try (UnixSocketFile file = prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            assertThat(channel.isOpen()).isTrue();
            file.publish(new Access(0604, 4242L, 4_294_967_294L));
            assertThat(Files.readAttributes(path, "unix:uid,gid,mode"))
                    .containsEntry("uid", 4242)
                    .containsEntry("gid", -2)
                    .containsEntry("mode", 0140604);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void knowsWhetherItCanStillBeFound() throws IOException {
        Path path = directory.resolve("api.sock");
        try (UnixSocketFile file = prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(file.isInPlace()).isFalse();
            file.publish(ACCESS);
            assertThat(file.isInPlace()).isTrue();
            Files.delete(path);
            assertThat(file.isInPlace()).isFalse();
        }
    }
}
