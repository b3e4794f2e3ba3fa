package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketFileTest {
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");

    @TempDir
    private Path directory;

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
        try (UnixSocketFile file = UnixSocketFile.prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(path).doesNotExist();
            assertThat(Files.getPosixFilePermissions(file.bindPath().getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            file.publish(MODE, null);
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
        try (UnixSocketFile file = UnixSocketFile.prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            file.publish(MODE, null);
            assertThat(channel.isOpen()).isTrue();
            assertThat(files()).containsExactly("api.sock");
            assertThatThrownBy(() -> UnixSocketFile.prepare(path))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another daemon answers");
        }
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        Path path = directory.resolve("precious");
        Files.writeString(path, "data");
        assertThatThrownBy(() -> UnixSocketFile.prepare(path)).hasMessageContaining("is not a socket");
        assertThat(path).hasContent("data");
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertThatThrownBy(() -> UnixSocketFile.prepare(link)).hasMessageContaining("is not a socket");
        assertThatThrownBy(() -> UnixSocketFile.prepare(directory)).hasMessageContaining("is not a socket");
        assertThat(files()).containsExactlyInAnyOrder("precious", "link");
    }

    @Test
    void leavesASocketThatTookItsPlace() throws IOException {
        Path path = directory.resolve("api.sock");
        ServerSocketChannel second;
        try (UnixSocketFile file = UnixSocketFile.prepare(path);
                ServerSocketChannel first = bind(file.bindPath())) {
            file.publish(MODE, null);
            Files.delete(path);
            second = bind(path);
            assertThat(first.isOpen()).isTrue();
        }
        assertThat(path).exists();
        second.close();
    }

    @Test
    void saysWhatToDoAboutAPathThatCannotBe() throws IOException {
        assertThatThrownBy(() -> UnixSocketFile.prepare(directory.resolve("a".repeat(120))))
                .hasMessageContaining("too long for a Unix socket")
                .hasMessageContaining("--api-socket");
        assertThatThrownBy(() -> UnixSocketFile.prepare(Path.of("/proc/none/api.sock")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--api-socket");
        assertThat(files()).isEmpty();
    }

    @Test
    void saysThatAGroupDoesNotExist() throws IOException {
        Path path = directory.resolve("api.sock");
        try (UnixSocketFile file = UnixSocketFile.prepare(path);
                ServerSocketChannel channel = bind(file.bindPath())) {
            assertThatThrownBy(() -> file.publish(MODE, "no-such-group")).hasMessageContaining("'no-such-group'");
            assertThat(channel.isOpen()).isTrue();
        }
        assertThat(files()).isEmpty();
    }
}
