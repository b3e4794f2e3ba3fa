package io.tapswitch.linux;

import io.tapswitch.linux.UnixSocketFile.Access;
import io.tapswitch.linux.UnixSocketFile.Purpose;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file of a bound Unix socket: who may use it, and whether it is still there.
 *
 * <p>To be removed before the socket is closed: as long as that is open, no other file has the same inode.
 */
final class SocketFile {
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * Makes sure that a socket may take a path: nothing is there, or a socket that no process has open any more.
     *
     * @throws IOException if something else is there, which is left alone
     */
    static void requireFree(Path path, Purpose purpose) throws IOException {
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(
                    path + " exists and is not a socket, so it is left alone; move it away, or " + purpose.advice());
        }
        if (isInUse(path)) {
            throw new IOException("another program answers at " + purpose.name() + " " + path
                    + ", so it is left alone; stop it, or " + purpose.advice());
        }
    }

    /**
     * Whether some process has the socket open. A datagram socket asks, which a stream socket refuses by its type: so
     * whoever is there does not notice.
     */
    private static boolean isInUse(Path path) throws IOException {
        int fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "make a socket");
        }
        try {
            int errno = LibC.connect(fd, SocketAddress.ofFile(path).toSockaddr());
            return errno != Errno.ECONNREFUSED && errno != Errno.ENOENT;
        } finally {
            LibC.close(fd);
        }
    }

    /**
     * Gives the file of a socket that was just bound its owner and permissions. Whoever may write to its directory could
     * have put another file in its place: that one is not touched unless it is a socket, and no link is followed.
     */
    static SocketFile claim(Path path, Access access) throws IOException {
        int fd = LibC.open(path.toString(), LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw LinuxException.of(-fd, "find the socket " + path);
        }
        try {
            Path file = Path.of("/proc/self/fd/" + fd);
            if (((int) Files.getAttribute(file, "unix:mode") & FILE_TYPE) != SOCKET) {
                throw new IOException(path + " was replaced while the switch made it");
            }
            SocketFile claimed = new SocketFile(path, key(file));
            claimed.permit(file, access);
            return claimed;
        } finally {
            LibC.close(fd);
        }
    }

    private void permit(Path file, Access access) throws IOException {
        try {
            if (access.gid() != null) {
                Files.setAttribute(file, "unix:gid", access.gid().intValue());
            }
            Files.setAttribute(file, "unix:mode", access.mode());
            // Last: only its owner, or CAP_FOWNER, may set the mode of a file.
            if (access.uid() != null) {
                Files.setAttribute(file, "unix:uid", access.uid().intValue());
            }
        } catch (FileSystemException e) {
            remove();
            throw new IOException(
                    "cannot set owner, group and mode of " + path + " (" + e.getReason() + "); it needs CAP_CHOWN", e);
        }
    }

    private static Object key(Path file, LinkOption... options) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, options).fileKey();
    }

    /** The same file after it was renamed. */
    SocketFile at(Path place) {
        return new SocketFile(place, key);
    }

    /** Whether the file is still the one that was bound, so that peers find the socket. */
    boolean isThere() {
        try {
            return key(path, LinkOption.NOFOLLOW_LINKS).equals(key);
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes the file, unless somebody else's has taken its place. */
    void remove() throws IOException {
        if (isThere()) {
            Files.deleteIfExists(path);
        }
    }
}
