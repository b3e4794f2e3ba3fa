package io.tapswitch.linux;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file of a listening Unix socket. It is bound in a directory that nobody else may enter, given its owner, group and
 * permissions there, and only then renamed to its place: at no moment can anybody connect who may not.
 *
 * <p>Owns the file and the directory. To be closed before the socket itself: as long as that is open, no other file has
 * the same inode.
 */
public final class UnixSocketFile implements AutoCloseable {
    private static final int BIND_DIRECTORY_ATTEMPTS = 100;

    private final Purpose purpose;
    private final Path path;
    private final Path bindPath;

    /** Null before it is published. */
    private SocketFile inPlace;

    /**
     * What a socket is for, in errors.
     *
     * @param name such as {@code the API socket}
     * @param advice what to do if it cannot be where it shall be, such as {@code choose another with --api-socket}
     */
    public record Purpose(String name, String advice) {}

    /**
     * Who may connect, or send to a datagram socket.
     *
     * @param mode the file's permissions
     * @param uid its owner; null for the daemon's own user
     * @param gid its group; null for the daemon's own
     */
    public record Access(int mode, Long uid, Long gid) {}

    private UnixSocketFile(Purpose purpose, Path path, Path bindPath) {
        this.purpose = purpose;
        this.path = path;
        this.bindPath = bindPath;
    }

    /**
     * Makes sure that a socket can be there; its directory is made if it is missing. A socket that nobody listens on any
     * more is replaced later, any other file is never touched.
     *
     * @throws IOException if it cannot, with what to do
     */
    public static UnixSocketFile prepare(Path path, Purpose purpose) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(purpose.name() + " " + path + " is not a file; " + purpose.advice());
        }
        try {
            makeDirectory(parent);
            SocketFile.requireFree(path, purpose);
            Path folder = makeBindDirectory(parent);
            UnixSocketFile file = new UnixSocketFile(purpose, path, folder.resolve("s"));
            file.requireShort();
            return file;
        } catch (FileSystemException | SocketException e) {
            throw cannot(path, purpose, e);
        }
    }

    private static IOException cannot(Path path, Purpose purpose, IOException e) {
        return new IOException("cannot make " + purpose.name() + " " + path + " (" + e + "); " + purpose.advice(), e);
    }

    private static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** A directory of nobody else's; its name is short, since it counts against the limit of a socket's path. */
    private static Path makeBindDirectory(Path parent) throws IOException {
        for (int attempt = 1; ; attempt++) {
            String name = String.format(".s%04x", ThreadLocalRandom.current().nextInt(0x10000));
            try {
                return Files.createDirectory(
                        parent.resolve(name),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                if (attempt == BIND_DIRECTORY_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void requireShort() throws IOException {
        int length = Math.max(bytes(path), bytes(bindPath));
        if (length > SocketAddress.MAX_PATH) {
            close();
            throw new IOException("the path of " + purpose.name() + " " + path + " is "
                    + (length - SocketAddress.MAX_PATH) + " bytes too long for a Unix socket; " + purpose.advice());
        }
    }

    private static int bytes(Path file) {
        return file.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /** Where to bind, before {@link #publish}. */
    public Path bindPath() {
        return bindPath;
    }

    /** Puts the bound socket in its place. */
    public void publish(Access access) throws IOException {
        try {
            SocketFile bound = SocketFile.claim(bindPath, access);
            Files.move(bindPath, path, StandardCopyOption.ATOMIC_MOVE);
            inPlace = bound.at(path);
            Files.delete(bindPath.getParent());
        } catch (IOException e) {
            throw cannot(path, purpose, e);
        }
    }

    /** Whether the socket is still where it was put, so that it can be found. */
    public boolean isInPlace() {
        return inPlace != null && inPlace.isThere();
    }

    /** Removes the socket, unless somebody else's has taken its place. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(bindPath);
        Files.deleteIfExists(bindPath.getParent());
        if (inPlace != null) {
            inPlace.remove();
        }
    }
}
