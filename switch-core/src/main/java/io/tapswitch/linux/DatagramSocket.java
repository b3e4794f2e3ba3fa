package io.tapswitch.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A non-blocking datagram socket, Unix or UDP, between two fixed addresses (socket(7), unix(7), udp(7)). Once it is
 * {@linkplain #connect connected}, the kernel refuses what anybody else sends to it.
 *
 * <p>Owns its fd and, for Unix, its file; whoever reads and sends borrows the fd. The file is bound where it stays, since
 * its path is the name that peers see and answer to; until its permissions are set, only the daemon's own user may send
 * to it. Opening belongs on a worker thread; the other methods return at once and may be called from any.
 */
public final class DatagramSocket implements AutoCloseable {
    /** Some milliseconds of full-size frames at 10 Gbit/s: while a loop serves others, the kernel keeps them. */
    private static final int RECEIVE_BYTES = 4 << 20;

    private static final int SEND_BYTES = 1 << 20;

    private static final UnixSocketFile.Purpose PURPOSE =
            new UnixSocketFile.Purpose("the datagram socket", "choose another path");

    private final int fd;
    private final ByteBuffer remote;
    private final SocketFile file;
    private boolean closed;

    private DatagramSocket(SocketAddress remote, int fd, SocketFile file) {
        this.fd = fd;
        this.remote = remote.toSockaddr();
        this.file = file;
    }

    /**
     * Binds a socket. A file that is left of a Unix socket which nobody holds any more is replaced.
     *
     * @param remote for {@link #connect}
     * @param access to the file of a Unix socket; null for UDP
     * @throws IOException if the address cannot be had, with what to do; nothing is left behind then
     */
    public static DatagramSocket open(SocketAddress local, SocketAddress remote, UnixSocketFile.Access access)
            throws IOException {
        if (local.isUnix()) {
            Path path = Path.of(local.path());
            SocketFile.requireFree(path, PURPOSE);
            Files.deleteIfExists(path);
        }
        int fd = make(local);
        try {
            LibC.setBuffer(fd, LibC.SO_RCVBUFFORCE, LibC.SO_RCVBUF, RECEIVE_BYTES);
            LibC.setBuffer(fd, LibC.SO_SNDBUFFORCE, LibC.SO_SNDBUF, SEND_BYTES);
            bind(fd, local);
            SocketFile file = local.isUnix() ? SocketFile.claim(Path.of(local.path()), access) : null;
            return new DatagramSocket(remote, fd, file);
        } catch (IOException | RuntimeException | Error e) {
            LibC.close(fd);
            throw e;
        }
    }

    private static int make(SocketAddress address) throws LinuxException {
        int type = LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK;
        int fd = LibC.socket(address.family(), type, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a socket for " + address);
        }
        return fd;
    }

    private static void bind(int fd, SocketAddress local) throws LinuxException {
        // What a Unix socket's own mode does not have, its file does not get, whatever the process's umask.
        if (local.isUnix() && LibC.fchmod(fd, 0600) < 0) {
            throw LinuxException.of(LibC.errno(), "set the permissions of " + local);
        }
        int errno = LibC.bind(fd, local.toSockaddr());
        if (errno != 0) {
            throw unbound(local, errno);
        }
    }

    private static LinuxException unbound(SocketAddress local, int errno) {
        String doing = "bind to " + local;
        return switch (errno) {
            case Errno.ENOENT -> LinuxException.of(errno, doing, "make its directory, or choose another path");
            case Errno.EACCES -> LinuxException.of(errno, doing, "choose another path or port, or run as root");
            case Errno.EADDRINUSE -> LinuxException.of(errno, doing, "another program has it: choose another");
            case Errno.EADDRNOTAVAIL -> LinuxException.of(errno, doing, "no interface here has this address");
            default -> LinuxException.of(errno, doing);
        };
    }

    /** The fd, which this object still owns. */
    public int fd() {
        return fd;
    }

    /**
     * Connects to the remote address, or finds out whether it still is: of a Unix socket that was made anew in the place
     * of another, the kernel knows only what is told here. If nobody is there, anybody may send.
     *
     * @return 0, or the error number: {@link Errno#ENOENT} or {@link Errno#ECONNREFUSED} if nobody has the address
     */
    public synchronized int connect() {
        if (closed) {
            return Errno.ECONNREFUSED;
        }
        int errno = LibC.connect(fd, remote);
        if (errno != 0 && file != null) {
            // It stays connected to a socket that is closed, and the kernel would refuse what the next one there sends.
            LibC.disconnect(fd);
        }
        return errno;
    }

    /** Whether peers still find the socket: nobody removed its file, or put another one in its place. */
    public boolean isReachable() {
        return file == null || file.isThere();
    }

    /**
     * Closes the socket and removes its file; does nothing the second time.
     *
     * @throws IOException if the file stays behind
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (file != null) {
                file.remove();
            }
        } finally {
            LibC.close(fd);
        }
    }
}
