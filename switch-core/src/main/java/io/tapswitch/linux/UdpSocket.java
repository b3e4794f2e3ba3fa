package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A UDP socket of the overlay's underlay (udp(7), ip(7), ipv6(7)): non-blocking, never fragmenting. It belongs to the
 * network namespace of the thread that opened it, whichever thread uses it later. The object owns its file descriptor; who
 * sends and receives borrows it.
 */
public final class UdpSocket implements AutoCloseable {
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int IP_TOS = 1;
    static final int IP_TTL = 2;
    static final int IPV6_HOPLIMIT = 52;
    static final int IPV6_TCLASS = 67;

    /** Room for the control messages that come with a received datagram: GRO segment size and traffic class. */
    public static final int CONTROL_ROOM = 48;

    /** The time to live of packets that are sent without one of their own. */
    public static final int DEFAULT_TTL = 64;

    private static final int UDP_GRO = 104;
    private static final int UDP_NO_CHECK6_RX = 102;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVTOS = 13;
    private static final int IP_MTU = 14;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_MTU = 24;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVTCLASS = 66;
    private static final int PMTUDISC_DO = 2;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_MEMINFO = 55;
    private static final int MEMINFO_DROPS = 8;
    private static final int MEMINFO_FIELDS = 9;
    private static final int CONTROL_HEADER = 16;

    /** RFC 7348, 5: the source port should be from the dynamic range. */
    private static final int FIRST_SOURCE_PORT = 49152;

    private static final int LAST_SOURCE_PORT = 65535;
    private static final int BIND_ATTEMPTS = 64;

    /** Some milliseconds at 10 Gbit/s, while a loop serves others; the kernel counts its own bookkeeping too. */
    private static final int RECEIVE_BYTES = 8 << 20;

    private static final int SEND_BYTES = 4 << 20;

    private final int fd;
    private final boolean ipv6;
    private long drops;
    private boolean closed;

    private UdpSocket(boolean ipv6) throws LinuxException {
        this.ipv6 = ipv6;
        int type = LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK;
        fd = LibC.socket(ipv6 ? LibC.AF_INET6 : LibC.AF_INET, type, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a UDP socket over " + (ipv6 ? "IPv6" : "IPv4"));
        }
    }

    /** What is done to a socket before it is bound. */
    @FunctionalInterface
    private interface Preparation {
        void prepare(UdpSocket socket) throws LinuxException;
    }

    private static UdpSocket prepared(InetAddress local, Preparation preparation) throws LinuxException {
        UdpSocket socket = new UdpSocket(local.getAddress().length == 16);
        try {
            if (socket.ipv6) {
                socket.require(LibC.IPPROTO_IPV6, IPV6_V6ONLY, 1, "have an IPv6 socket for itself");
            }
            preparation.prepare(socket);
            return socket;
        } catch (LinuxException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Fails if somebody else has the port: sockets that share it, as {@link #receiver} makes them, would share his packets
     * with him.
     */
    public static void requireFree(InetAddress local, int port) throws LinuxException {
        prepared(local, socket -> socket.bind(local, port)).close();
    }

    /**
     * Opens one of several sockets that share an address: the kernel chooses among them by the sender's address and port,
     * so that the packets of one flow stay in order.
     */
    public static UdpSocket receiver(InetAddress local, int port) throws LinuxException {
        return prepared(local, socket -> {
            socket.require(LibC.SOL_SOCKET, SO_REUSEPORT, 1, "share a UDP port among event loops");
            LibC.setBuffer(socket.fd, LibC.SO_RCVBUFFORCE, LibC.SO_RCVBUF, RECEIVE_BYTES);
            int level = socket.ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP;
            socket.require(level, socket.ipv6 ? IPV6_RECVTCLASS : IP_RECVTOS, 1, "be told the traffic class");
            if (socket.ipv6) {
                // RFC 7348, 4.1: a UDP checksum of zero is to be accepted. RFC 6935 allows it for tunnels over IPv6.
                socket.option(SOL_UDP, UDP_NO_CHECK6_RX, 1);
            }
            socket.bind(local, port);
        });
    }

    /** Has the kernel hand over datagrams of one flow together where it can. @return whether it will */
    public boolean joinReceived() {
        return option(SOL_UDP, UDP_GRO, 1);
    }

    /** Opens a socket to send by, with a port of its own from the dynamic range. */
    public static UdpSocket sender(InetAddress local) throws LinuxException {
        return prepared(local, socket -> {
            LibC.setBuffer(socket.fd, LibC.SO_SNDBUFFORCE, LibC.SO_SNDBUF, SEND_BYTES);
            socket.dontFragment();
            socket.option(
                    socket.ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP,
                    socket.ipv6 ? IPV6_UNICAST_HOPS : IP_TTL,
                    DEFAULT_TTL);
            socket.bindToDynamic(local);
        });
    }

    /** RFC 7348, 4.3: a VTEP must not fragment. */
    private void dontFragment() throws LinuxException {
        require(
                ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP,
                ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
                PMTUDISC_DO,
                "keep packets from being fragmented");
    }

    private void bindToDynamic(InetAddress local) throws LinuxException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_SOURCE_PORT, LAST_SOURCE_PORT + 1);
            int errno = LibC.bind(fd, new Sockaddr(local, port).bytes());
            if (errno == 0) {
                return;
            }
            if (errno != Errno.EADDRINUSE || attempt == BIND_ATTEMPTS) {
                throw unbound(local, port, errno);
            }
        }
    }

    private void bind(InetAddress local, int port) throws LinuxException {
        int errno = LibC.bind(fd, new Sockaddr(local, port).bytes());
        if (errno != 0) {
            throw unbound(local, port, errno);
        }
    }

    private static LinuxException unbound(InetAddress local, int port, int errno) {
        String doing = "have UDP port " + port + " of " + local.getHostAddress();
        return switch (errno) {
            case Errno.EADDRINUSE ->
                LinuxException.of(
                        errno,
                        doing,
                        "another program has it, or a VXLAN interface of the kernel: choose another port");
            case Errno.EADDRNOTAVAIL -> LinuxException.of(errno, doing, "no interface here has this address");
            case Errno.EACCES -> LinuxException.of(errno, doing, "choose a port from 1024, or run as root");
            default -> LinuxException.of(errno, doing);
        };
    }

    private boolean option(int level, int option, int value) {
        return LibC.setOption(fd, level, option, value) == 0;
    }

    private void require(int level, int option, int value, String doing) throws LinuxException {
        if (!option(level, option, value)) {
            throw LinuxException.of(LibC.errno(), doing);
        }
    }

    /** Whether the kernel cuts datagrams that are sent together: UDP_SEGMENT, Linux 4.18. */
    public boolean canSegment() {
        // Zero leaves the socket as it is.
        return option(SOL_UDP, UDP_SEGMENT, 0);
    }

    /** Opens a socket that is to ask for {@link #pathMtu} by, and sends nothing. */
    public static UdpSocket enquirer(InetAddress local) throws LinuxException {
        return prepared(local, socket -> {
            socket.dontFragment();
            socket.bind(local, 0);
        });
    }

    /**
     * The largest IP packet that the kernel thinks reaches an address: the route's MTU, or what an ICMP message said.
     *
     * @return bytes, or the error number negated, such as that of ENETUNREACH if there is no route
     */
    public synchronized int pathMtu(Sockaddr to) {
        if (closed) {
            return -Errno.EBADF;
        }
        LibC.disconnect(fd); // else it keeps the source address that the last route gave it
        int errno = LibC.connect(fd, to.bytes());
        if (errno != 0) {
            return -errno;
        }
        try (Memory value = new Memory(2 * Integer.BYTES)) {
            value.setInt(Integer.BYTES, Integer.BYTES);
            long address = LibC.address(value);
            int level = ipv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP;
            int result = LibC.getsockopt(fd, level, ipv6 ? IPV6_MTU : IP_MTU, address, address + Integer.BYTES);
            return result < 0 ? -LibC.errno() : value.getInt(0);
        }
    }

    /**
     * The bytes of each datagram of a received message that the kernel joined; 0 if it is a single one.
     *
     * @param message of a batch with {@link #CONTROL_ROOM}
     */
    public static int segmentSize(MessageBatch batch, int message) {
        int at = find(batch, message, SOL_UDP, UDP_GRO);
        return at < 0 ? 0 : batch.control().getInt(at);
    }

    /** The traffic class, or type of service, of a received message; 0 if it is not known. */
    public static int trafficClass(MessageBatch batch, int message) {
        int at = find(batch, message, LibC.IPPROTO_IP, IP_TOS);
        if (at < 0) {
            at = find(batch, message, LibC.IPPROTO_IPV6, IPV6_TCLASS);
        }
        return at < 0 ? 0 : batch.control().get(at) & 0xff; // a byte or, over IPv6, a little-endian int
    }

    private static int find(MessageBatch batch, int message, int level, int type) {
        int at = message * CONTROL_ROOM;
        int end = at + batch.controlLength(message);
        while (at + CONTROL_HEADER < end) {
            long length = batch.control().getLong(at);
            if (batch.control().getInt(at + 8) == level && batch.control().getInt(at + 12) == type) {
                return at + CONTROL_HEADER;
            }
            if (length < CONTROL_HEADER) {
                return -1;
            }
            at += (int) (length + 7 & ~7);
        }
        return -1;
    }

    /** How many datagrams found the receive buffer full since the last call; 0 once the socket is closed. */
    public synchronized long takeDrops() {
        if (closed) {
            return 0;
        }
        try (Memory fields = new Memory((MEMINFO_FIELDS + 1L) * Integer.BYTES)) {
            long address = LibC.address(fields);
            int lengthAt = MEMINFO_FIELDS * Integer.BYTES;
            fields.setInt(lengthAt, lengthAt);
            if (LibC.getsockopt(fd, LibC.SOL_SOCKET, SO_MEMINFO, address, address + lengthAt) < 0) {
                return 0;
            }
            long before = drops;
            drops = Integer.toUnsignedLong(fields.getInt((long) MEMINFO_DROPS * Integer.BYTES));
            return drops - before & 0xffff_ffffL;
        }
    }

    /** The file descriptor, which this object owns. */
    public int fd() {
        return fd;
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
