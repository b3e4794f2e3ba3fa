package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The way to the service manager that started this process, sd_notify(3): a Unix datagram socket, to which assignments
 * such as {@code READY=1} go, one a line. Its address is in the environment variable {@code NOTIFY_SOCKET}:
 *
 * <pre>
 *  sockaddr_un | family 2 | path, NUL |    of a file: "/run/systemd/notify"
 *              | family 2 | NUL, name |    an abstract name, unix(7): "@name"
 * </pre>
 *
 * <p>Owns its fd. Sending waits for at most {@value #TIMEOUT_SECONDS} seconds if the manager is busy; thread-safe.
 */
public final class NotifySocket implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 2;
    private static final int SO_SNDTIMEO = 21;
    private static final int TIMEVAL = 16;

    private final String address;
    private final ByteBuffer sockaddr;
    private final int fd;
    private boolean closed;

    private NotifySocket(String address, int fd) {
        this.address = address;
        this.sockaddr = sockaddr(address);
        this.fd = fd;
    }

    /**
     * Opens a socket; whether anybody is there, only sending tells.
     *
     * @param address as the manager gives it
     * @throws IllegalArgumentException if it is none that Linux has
     * @throws LinuxException if there are no file descriptors left
     */
    public static NotifySocket open(String address) throws LinuxException {
        requireUnix(address);
        int fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a socket for " + address);
        }
        try (Memory timeout = new Memory(TIMEVAL)) {
            timeout.setLong(0, TIMEOUT_SECONDS);
            timeout.setLong(8, 0);
            LibC.setsockopt(fd, LibC.SOL_SOCKET, SO_SNDTIMEO, LibC.address(timeout), TIMEVAL);
        }
        return new NotifySocket(address, fd);
    }

    private static void requireUnix(String address) {
        int length = address.getBytes(StandardCharsets.UTF_8).length;
        boolean absolute = address.startsWith("/") || address.startsWith("@");
        if (!absolute || length < 2 || length > SocketAddress.MAX_PATH) {
            throw new IllegalArgumentException("'" + address + "' is not the address of a notification socket: it is"
                    + " an absolute path or @name, of at most " + SocketAddress.MAX_PATH + " bytes");
        }
    }

    private static ByteBuffer sockaddr(String address) {
        byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
        boolean named = address.startsWith("@");
        if (named) {
            bytes[0] = 0;
        }
        ByteBuffer sockaddr = ByteBuffer.allocateDirect(2 + bytes.length + (named ? 0 : 1));
        return sockaddr.order(ByteOrder.nativeOrder())
                .putShort(0, (short) LibC.AF_UNIX)
                .put(2, bytes);
    }

    /**
     * Tells the manager something.
     *
     * @param assignments one a line
     * @throws LinuxException if nobody takes it
     */
    public synchronized void send(String assignments) throws LinuxException {
        if (closed) {
            return;
        }
        byte[] bytes = assignments.getBytes(StandardCharsets.UTF_8);
        // Anew each time: a manager that started again has a new socket at the same address.
        int errno = LibC.connect(fd, sockaddr);
        if (errno == 0) {
            try (Memory memory = new Memory(bytes.length)) {
                memory.write(0, bytes, 0, bytes.length);
                long sent = LibC.send(fd, LibC.address(memory), bytes.length, LibC.MSG_NOSIGNAL);
                errno = sent < 0 ? LibC.errno() : 0;
            }
        }
        if (errno != 0) {
            throw LinuxException.of(errno, "tell the service manager at " + address);
        }
    }

    /** Closes the socket; does nothing the second time. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
