package io.tapswitch.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A directory where the programs of a test, who are {@code nobody}, can make and reach Unix sockets. */
public final class SocketDirectory implements AutoCloseable {
    private final Path directory;

    /** Makes it, with a name short enough for the 107 bytes that the path of a Unix socket may have. */
    public SocketDirectory() {
        try {
            directory = Files.createTempDirectory(Path.of("/tmp"), "tswi");
            giveToPrograms(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path of something in it. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /** Listens on a Unix socket as the test itself, and lets its programs connect. */
    static ServerSocketChannel listen(Path socket) {
        try {
            ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket));
            share(socket);
            return listener;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the programs of the test connect to a socket that the test's process has made. */
    public static void share(Path socket) {
        try {
            giveToPrograms(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void giveToPrograms(Path file) throws IOException {
        if (Program.asNobody()) {
            Files.setAttribute(file, "unix:uid", Program.NOBODY);
        }
    }

    /** Removes it with all that is in it; there are no directories in it. */
    @Override
    public void close() {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            for (Path file : all) {
                Files.deleteIfExists(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
