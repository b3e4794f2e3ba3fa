package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A stream socket, Unix (unix(7)) or TCP (tcp(7)): listening, connecting or connected; non-blocking and closed on exec.
 * What it carries is read and written by whoever borrows {@link #fd}.
 *
 * <p>Calls never wait. Owns the file descriptor; not thread-safe.
 */
public final class StreamSocket implements AutoCloseable {
    private static final int FLAGS = LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_PEERCRED = 17;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;

    private static final int UCRED = 12;
    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_STORAGE = 128;

    private static final String UNKNOWN = "unknown";

    private final int fd;
    private final int family;
    private boolean closed;

    private StreamSocket(int fd, int family) {
        this.fd = fd;
        this.family = family;
    }

    private static StreamSocket open(SocketAddress address) throws LinuxException {
        int family = address.family();
        int fd = LibC.socket(family, LibC.SOCK_STREAM | FLAGS, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "make a socket");
        }
        return new StreamSocket(fd, family);
    }

    /**
     * Listens at an address.
     *
     * @param backlog how many may wait to be {@linkplain #accept accepted}
     * @throws LinuxException if the address cannot be had
     */
    public static StreamSocket listen(SocketAddress address, int backlog) throws LinuxException {
        StreamSocket socket = open(address);
        try {
            if (socket.family != LibC.AF_UNIX) {
                socket.set(LibC.SOL_SOCKET, SO_REUSEADDR, 1);
            }
            String doing = "listen on " + address;
            refuse(LibC.bind(socket.fd, address.toSockaddr()), doing);
            check(LibC.listen(socket.fd, backlog), doing);
            return socket;
        } catch (LinuxException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Begins to connect to an address. The socket is writable, as epoll sees it, once {@link #finishConnect} can tell how
     * it went.
     *
     * @throws LinuxException if that is clear at once
     */
    public static StreamSocket connect(SocketAddress address) throws LinuxException {
        StreamSocket socket = open(address);
        try {
            int errno = LibC.connect(socket.fd, address.toSockaddr());
            if (errno != 0 && errno != Errno.EINPROGRESS) {
                throw LinuxException.of(errno, "connect");
            }
            return socket;
        } catch (LinuxException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Whether the socket is connected by now.
     *
     * @throws LinuxException if it will not be
     */
    public boolean finishConnect() throws LinuxException {
        int error = get(LibC.SOL_SOCKET, SO_ERROR);
        if (error != 0) {
            throw LinuxException.of(error, "connect");
        }
        if (isConnectedToItself()) {
            throw LinuxException.of(Errno.ECONNREFUSED, "connect");
        }
        try (Memory name = new Memory(SOCKADDR_STORAGE)) {
            return getName(LibC::getpeername, name) >= 0;
        }
    }

    /**
     * Where nobody listens on a local port that the system also gives to those who connect, it may give a socket the very
     * port that it connects to; RFC 9293, 3.5, takes that for a simultaneous open.
     */
    private boolean isConnectedToItself() {
        if (family == LibC.AF_UNIX) {
            return false;
        }
        String own = name(LibC::getsockname);
        return !own.equals(UNKNOWN) && own.equals(name(LibC::getpeername));
    }

    /**
     * The next connection of a listening socket, null if nobody waits.
     *
     * @throws LinuxException if the process or the system has no room for it, or the socket is broken
     */
    public StreamSocket accept() throws LinuxException {
        while (true) {
            int accepted = LibC.accept4(fd, 0, 0, FLAGS);
            if (accepted >= 0) {
                return new StreamSocket(accepted, family);
            }
            int errno = LibC.errno();
            if (errno == Errno.EAGAIN) {
                return null;
            }
            // accept(2): a connection that broke while it waited.
            if (errno != Errno.EINTR && errno != Errno.ECONNABORTED && errno != Errno.EPROTO) {
                throw LinuxException.of(errno, "accept a connection");
            }
        }
    }

    /**
     * Sends each write at once, and finds out within a minute that the other host is gone; while it has not acknowledged
     * what was sent, the kernel goes on trying for longer (net.ipv4.tcp_retries2). Nothing to do but for TCP.
     */
    public void tuneTcp() throws LinuxException {
        if (family != LibC.AF_UNIX) {
            set(IPPROTO_TCP, TCP_NODELAY, 1);
            set(LibC.SOL_SOCKET, SO_KEEPALIVE, 1);
            set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
            set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
            set(IPPROTO_TCP, TCP_KEEPCNT, 4);
        }
    }

    /** Who is on the other side, for people: a process, or an address. */
    public String peer() {
        return family == LibC.AF_UNIX ? peerProcess() : name(LibC::getpeername);
    }

    private String peerProcess() {
        try (Memory credentials = new Memory(UCRED);
                Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, UCRED);
            int result =
                    LibC.getsockopt(fd, LibC.SOL_SOCKET, SO_PEERCRED, LibC.address(credentials), LibC.address(length));
            return result < 0 ? UNKNOWN : "process " + credentials.getInt(0);
        }
    }

    /** The port number of a TCP socket's own address; 0 if it has none. */
    public int localPort() {
        try (Memory name = new Memory(SOCKADDR_STORAGE)) {
            int length = getName(LibC::getsockname, name);
            return family == LibC.AF_UNIX || length < SOCKADDR_IN ? 0 : port(name);
        }
    }

    @FunctionalInterface
    private interface NameCall {
        int call(int fd, long address, long addressLength);
    }

    /** Gives the length of the name, or -1. */
    private int getName(NameCall call, Memory name) {
        try (Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, (int) name.size());
            return call.call(fd, LibC.address(name), LibC.address(length)) < 0 ? -1 : length.getInt(0);
        }
    }

    private String name(NameCall call) {
        try (Memory name = new Memory(SOCKADDR_STORAGE)) {
            if (getName(call, name) < SOCKADDR_IN) {
                return UNKNOWN;
            }
            boolean six = name.getShort(0) == LibC.AF_INET6;
            byte[] host = name.getByteArray(six ? 8 : 4, six ? 16 : 4);
            String text = InetAddress.getByAddress(host).getHostAddress();
            return (text.contains(":") ? "[" + text + "]" : text) + ":" + port(name);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int port(Memory name) {
        return Short.toUnsignedInt(Short.reverseBytes(name.getShort(2)));
    }

    private void set(int level, int option, int value) throws LinuxException {
        try (Memory memory = new Memory(Integer.BYTES)) {
            memory.setInt(0, value);
            check(LibC.setsockopt(fd, level, option, LibC.address(memory), Integer.BYTES), "set a socket option");
        }
    }

    private int get(int level, int option) throws LinuxException {
        try (Memory value = new Memory(Integer.BYTES);
                Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, Integer.BYTES);
            check(
                    LibC.getsockopt(fd, level, option, LibC.address(value), LibC.address(length)),
                    "read a socket option");
            return value.getInt(0);
        }
    }

    private static void check(int result, String doing) throws LinuxException {
        refuse(result < 0 ? LibC.errno() : 0, doing);
    }

    private static void refuse(int errno, String doing) throws LinuxException {
        if (errno != 0) {
            throw switch (errno) {
                case Errno.EADDRINUSE ->
                    LinuxException.of(errno, doing, "another program has it: stop that one, or choose another address");
                case Errno.EADDRNOTAVAIL -> LinuxException.of(errno, doing, "this host does not have that address");
                case Errno.EACCES -> LinuxException.of(errno, doing, "it needs another path or port, or more rights");
                default -> LinuxException.of(errno, doing);
            };
        }
    }

    /** The file descriptor, which this object still owns. */
    public int fd() {
        return fd;
    }

    /** Closes the file descriptor; does nothing the second time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
