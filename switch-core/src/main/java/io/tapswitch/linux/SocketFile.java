package io.tapswitch.linux;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;

/**
 * The file of a bound Unix datagram socket: who may send to it, and whether it is still there.
 *
 * <p>It is bound where it stays, since its path is the name that peers see and answer to. Until the permissions are set
 * only the daemon's own user may send to it.
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
     * Removes the file of a socket that nobody holds any more.
     *
     * @throws IOException if something else is there, or somebody holds the socket
     */
    static void makeRoom(SocketAddress address) throws IOException {
        Path path = Path.of(address.path());
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(path + " exists and is not a socket, so it is left alone; move it away, or choose"
                    + " another path");
        }
        if (isHeld(address)) {
            throw new IOException("another program holds the socket " + path + "; stop it, or choose another path");
        }
        Files.deleteIfExists(path);
    }

    /** Connecting tells: the kernel refuses a socket file that no socket is bound to any more. */
    private static boolean isHeld(SocketAddress address) throws IOException {
        int probe = DatagramSocket.make(address);
        try {
            return DatagramSocket.connect(probe, address.toSockaddr()) != Errno.ECONNREFUSED;
        } finally {
            LibC.close(probe);
        }
    }

    /**
     * Gives the file of a socket that was just bound its owner and permissions. Whoever may write to its directory could
     * have put another file in its place: that one is not touched unless it is a socket, and no link is followed.
     */
    static SocketFile claim(String name, int mode, OptionalLong uid, OptionalLong gid) throws IOException {
        Path path = Path.of(name);
        int fd = LibC.open(name, LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw LinuxException.of(-fd, "find the socket " + path);
        }
        try {
            Path file = Path.of("/proc/self/fd/" + fd);
            if (((int) Files.getAttribute(file, "unix:mode") & FILE_TYPE) != SOCKET) {
                throw new IOException(path + " was replaced while the switch made it");
            }
            SocketFile claimed = new SocketFile(path, key(file));
            claimed.permit(file, mode, uid, gid);
            return claimed;
        } finally {
            LibC.close(fd);
        }
    }

    private void permit(Path file, int mode, OptionalLong uid, OptionalLong gid) throws IOException {
        try {
            if (uid.isPresent()) {
                Files.setAttribute(file, "unix:uid", (int) uid.getAsLong());
            }
            if (gid.isPresent()) {
                Files.setAttribute(file, "unix:gid", (int) gid.getAsLong());
            }
            Files.setAttribute(file, "unix:mode", mode);
        } catch (FileSystemException e) {
            remove();
            throw new IOException(
                    "cannot set owner, group and mode of " + path + " (" + e.getReason() + "); it needs CAP_CHOWN", e);
        }
    }

    private static Object key(Path file, LinkOption... options) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, options).fileKey();
    }

    /** Whether the file is still the one that was bound. */
    boolean isThere() throws IOException {
        try {
            return key(path, LinkOption.NOFOLLOW_LINKS).equals(key);
        } catch (NoSuchFileException e) {
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
