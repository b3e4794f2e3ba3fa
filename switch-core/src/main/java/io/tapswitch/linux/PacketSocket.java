package io.tapswitch.linux;

import com.sun.jna.Memory;

/**
 * A raw packet socket (packet(7)): it receives every frame that comes in by one network interface, and sends frames out
 * by it. What the host itself sends out, it does not receive. Each message is a virtio-net header of {@value
 * #VNET_HEADER_LENGTH} bytes in the machine's byte order, then an Ethernet frame. The kernel takes the outer VLAN tag
 * off a received frame; an auxiliary control message has it:
 *
 * <pre>
 * cmsghdr            | length 8 | level 4 | type 4 |
 * tpacket_auxdata    | status 4 | len 4 | snaplen 4 | mac 2 | net 2 | VLAN tci 2 | VLAN tpid 2 |
 * </pre>
 *
 * <p>The socket belongs to the network namespace of the thread that opened it, whichever thread uses it later, and
 * keeps that namespace alive. It receives nothing before {@link #bind}. The object owns its file descriptor.
 */
public final class PacketSocket implements AutoCloseable {
    /** The bytes in front of each frame, as the kernel knows them without {@code num_buffers}. */
    public static final int VNET_HEADER_LENGTH = 10;

    /** Room for the control message: header and auxdata, padded to 8. */
    public static final int CONTROL_LENGTH = 40;

    /** Where in the control message its type is, an int. */
    public static final int CONTROL_TYPE = 12;

    /** Where in the control message the status is, an int. */
    public static final int STATUS = 16;

    /** Where in the control message the VLAN tag's control information is, a short in the machine's byte order. */
    public static final int VLAN_TCI = 32;

    /** Where in the control message the VLAN tag's protocol identifier is, a short in the machine's byte order. */
    public static final int VLAN_TPID = 34;

    /** The type of the control message. */
    public static final int PACKET_AUXDATA = 8;

    /** In the status: the frame had a VLAN tag, whose control information is valid. */
    public static final int TP_STATUS_VLAN_VALID = 0x10;

    /** In the status: the tag's protocol identifier is valid too. Linux 3.14; before that it was always 0x8100. */
    public static final int TP_STATUS_VLAN_TPID_VALID = 0x40;

    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_MR_PROMISC = 1;
    static final short ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SOCKADDR_LL = 20;
    private static final int PACKET_MREQ = 16;
    private static final int TPACKET_STATS = 8;

    private final int fd;
    private boolean closed;

    /**
     * Opens a socket that is bound to no interface yet, non-blocking and closed on exec.
     *
     * @param bufferBytes of frames that may wait for their reader, and for the interface; the system's limit if this
     *     process lacks CAP_NET_ADMIN
     */
    public PacketSocket(int bufferBytes) throws LinuxException {
        this(bufferBytes, true);
    }

    /** Whether the kernel can keep from a packet socket what its own host sends out. Linux 4.20. */
    static boolean hasIgnoreOutgoing() throws LinuxException {
        try (PacketSocket probe = new PacketSocket(0)) {
            return LibC.setOption(probe.fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) == 0;
        }
    }

    /** @param hasIgnoreOutgoing false to do as on a kernel that has no PACKET_IGNORE_OUTGOING */
    PacketSocket(int bufferBytes, boolean hasIgnoreOutgoing) throws LinuxException {
        fd = LibC.socket(LibC.AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw unopened(LibC.errno());
        }
        try {
            setOption(PACKET_VNET_HDR, 1, "have virtio-net headers on a packet socket");
            setOption(PACKET_AUXDATA, 1, "have VLAN tags from a packet socket");
            if (!hasIgnoreOutgoing || LibC.setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) < 0) {
                SocketFilter.ignoreOutgoing(fd);
            }
            LibC.setBuffer(fd, LibC.SO_RCVBUFFORCE, LibC.SO_RCVBUF, bufferBytes);
            LibC.setBuffer(fd, LibC.SO_SNDBUFFORCE, LibC.SO_SNDBUF, bufferBytes);
        } catch (LinuxException | RuntimeException e) {
            LibC.close(fd);
            throw e;
        }
    }

    private static LinuxException unopened(int errno) {
        String doing = "open a packet socket";
        return errno == Errno.EPERM
                ? LinuxException.of(
                        errno, doing, "it needs CAP_NET_RAW: run as root, or add AmbientCapabilities=CAP_NET_RAW")
                : LinuxException.of(errno, doing);
    }

    private void setOption(int option, int value, String doing) throws LinuxException {
        if (LibC.setOption(fd, SOL_PACKET, option, value) < 0) {
            throw LinuxException.of(LibC.errno(), doing);
        }
    }

    /** The file descriptor, which this object owns. */
    public int fd() {
        return fd;
    }

    /** Lets in the frames of one interface; also one that is down, whose frames come once it is up. */
    public void bind(int index) throws LinuxException {
        try (Memory address = new Memory(SOCKADDR_LL)) {
            address.clear();
            address.setShort(0, (short) LibC.AF_PACKET);
            address.setShort(2, ETH_P_ALL_BIG_ENDIAN);
            address.setInt(4, index);
            if (LibC.bind(fd, LibC.address(address), SOCKADDR_LL) < 0) {
                throw LinuxException.of(LibC.errno(), "bind a packet socket to interface " + index);
            }
        }
    }

    /** Has an interface let in frames for other stations too, until the socket is closed. */
    public void addPromiscuous(int index) throws LinuxException {
        try (Memory request = new Memory(PACKET_MREQ)) {
            request.clear();
            request.setInt(0, index);
            request.setShort(4, (short) PACKET_MR_PROMISC);
            if (LibC.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, LibC.address(request), PACKET_MREQ) < 0) {
                throw LinuxException.of(LibC.errno(), "make interface " + index + " promiscuous");
            }
        }
    }

    /** How many frames found the receive buffer full since the last call; 0 once the socket is closed. */
    public synchronized long takeDrops() throws LinuxException {
        if (closed) {
            return 0;
        }
        try (Memory statistics = new Memory(TPACKET_STATS);
                Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, TPACKET_STATS);
            long address = LibC.address(statistics);
            if (LibC.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, address, LibC.address(length)) < 0) {
                throw LinuxException.of(LibC.errno(), "read the statistics of a packet socket");
            }
            return Integer.toUnsignedLong(statistics.getInt(4));
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
