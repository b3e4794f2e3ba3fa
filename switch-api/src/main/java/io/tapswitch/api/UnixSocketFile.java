package io.tapswitch.api;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file of a listening Unix socket. It is bound in a directory that nobody else may enter, given its group and
 * permissions there, and only then renamed to its place: at no moment can anybody connect who may not.
 *
 * <p>Owns the file and the directory.
 */
final class UnixSocketFile implements AutoCloseable {
    /** What fits into {@code sun_path}, unix(7), with its final zero. */
    private static final int MAX_LENGTH = 107;

    private static final int BIND_DIRECTORY_ATTEMPTS = 100;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final Path bindPath;
    private Object key;

    private UnixSocketFile(Path path, Path bindPath) {
        this.path = path;
        this.bindPath = bindPath;
    }

    /**
     * Makes sure that a socket can be there; its directory is made if it is missing. A socket that nobody listens on any
     * more is replaced later, any other file is never touched.
     *
     * @throws IOException if it cannot, with what to do
     */
    static UnixSocketFile prepare(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException("the API socket " + path + " is not a file; choose another with --api-socket");
        }
        try {
            makeDirectory(parent);
            requireFree(path);
            Path folder = makeBindDirectory(parent);
            UnixSocketFile file = new UnixSocketFile(path, folder.resolve("s"));
            file.requireShort();
            return file;
        } catch (FileSystemException | SocketException e) {
            throw cannot(path, e);
        }
    }

    private static IOException cannot(Path path, IOException e) {
        return new IOException(
                "cannot make the API socket " + path + " (" + e + "); choose another with --api-socket", e);
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

    private static void requireFree(Path path) throws IOException {
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(path + " exists and is not a socket, so it is left alone; move it away, or choose"
                    + " another path with --api-socket");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException e) {
            return;
        }
        throw new IOException("another daemon answers at the API socket " + path
                + "; stop it, or give this one its own with --api-socket");
    }

    private void requireShort() throws IOException {
        int length = Math.max(bytes(path), bytes(bindPath));
        if (length > MAX_LENGTH) {
            close();
            throw new IOException("the path of the API socket " + path + " is " + (length - MAX_LENGTH)
                    + " bytes too long for a Unix socket; choose another with --api-socket");
        }
    }

    private static int bytes(Path file) {
        return file.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /** Where to bind. */
    Path bindPath() {
        return bindPath;
    }

    /**
     * Puts the bound socket in its place.
     *
     * @param group null for the daemon's own
     */
    void publish(Set<PosixFilePermission> permissions, String group) throws IOException {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(bindPath, PosixFileAttributeView.class);
            if (group != null) {
                view.setGroup(
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            }
            view.setPermissions(permissions);
            key = fileKey(bindPath);
            Files.move(bindPath, path, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(bindPath.getParent());
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException(
                    "api.socketGroup: group '" + group + "' does not exist; create it, or give a number", e);
        } catch (IOException e) {
            throw cannot(path, e);
        }
    }

    private static Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Removes the socket, unless somebody else's has taken its place. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(bindPath);
        Files.deleteIfExists(bindPath.getParent());
        if (key != null && Files.exists(path) && key.equals(fileKey(path))) {
            Files.delete(path);
        }
    }
}
