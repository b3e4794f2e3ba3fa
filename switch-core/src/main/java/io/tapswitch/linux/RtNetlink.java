package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads and changes network interfaces through one NETLINK_ROUTE socket (rtnetlink(7)), in the network namespace of
 * the thread that opened it, whichever thread uses it later. Each method is one request and waits for the kernel's
 * acknowledgement; errors carry the kernel's own explanation where it gives one. Methods exclude each other; a method
 * never waits longer than 5 seconds for an answer. The object owns its socket.
 */
public final class RtNetlink implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int SOCKADDR_NL_LENGTH = 12;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_F_NODAD = 2;
    private static final int IFF_UP = 1;
    private static final int MAX_ALIAS_LENGTH = 255;

    private static final int TC_H_CLSACT = 0xffff_fff1;
    private static final int CLSACT_HANDLE = 0xffff_0000;
    private static final int TC_H_INGRESS = 0xffff_fff2;
    private static final int FIRST_PRIORITY = 1 << 16;
    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_BPF_OPS_LEN = 4;
    private static final int TCA_BPF_OPS = 5;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int TCA_BPF_FLAG_ACT_DIRECT = 1;
    private static final int TC_ACT_SHOT = 2;

    private static final int TIMEOUT_SECONDS = 5;
    private static final int RECEIVE_CAPACITY = 32 * 1024;

    private final int fd;
    private final ByteBuffer received =
            ByteBuffer.allocateDirect(RECEIVE_CAPACITY).order(ByteOrder.nativeOrder());
    private int sequence;
    private boolean closed;

    /**
     * Opens the socket in the calling thread's network namespace.
     *
     * @throws LinuxException if there are no file descriptors left
     */
    public RtNetlink() throws LinuxException {
        fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a netlink socket");
        }
        try {
            connectToKernel();
            // Linux 4.12; without them errors have no explanation, or quote the request.
            setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            setOption(LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, TIMEOUT_SECONDS, 0);
        } catch (LinuxException | RuntimeException e) {
            LibC.close(fd);
            throw e;
        }
    }

    /** The link of that name, or nothing. */
    public Optional<Link> link(String name) throws LinuxException {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (text.length == 0 || text.length > InterfaceName.MAX_LENGTH) {
            return Optional.empty();
        }
        return find(NetlinkMessage.link(NetlinkMessage.RTM_GETLINK, 0).attribute(IFLA_IFNAME, name + '\0'), name);
    }

    /** The link with that index, or nothing. */
    public Optional<Link> link(int index) throws LinuxException {
        return find(NetlinkMessage.link(NetlinkMessage.RTM_GETLINK, index), "with index " + index);
    }

    /** Sets the administrative state of a link. */
    public void setUp(int index, boolean up) throws LinuxException {
        request(
                NetlinkMessage.link(NetlinkMessage.RTM_SETLINK, index, up ? IFF_UP : 0, IFF_UP),
                "set the interface " + (up ? "up" : "down"));
    }

    /** Sets the MTU in bytes; {@link Link#minMtu} and {@link Link#maxMtu} say what the driver takes. */
    public void setMtu(int index, int mtu) throws LinuxException {
        request(change(index).attribute(IFLA_MTU, mtu), "set the interface's MTU to " + mtu);
    }

    /** Sets the MAC address, the low 48 bits of {@code mac}; it must be a unicast address. */
    public void setAddress(int index, long mac) throws LinuxException {
        byte[] bytes = new byte[6];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (mac >>> 40 - 8 * i);
        }
        request(change(index).attribute(IFLA_ADDRESS, bytes), "set the interface's MAC address");
    }

    /**
     * Sets the free text that {@code ip link} shows as the alias.
     *
     * @param alias at most 255 bytes of UTF-8; empty removes it
     */
    public void setAlias(int index, String alias) throws LinuxException {
        if (alias.getBytes(StandardCharsets.UTF_8).length > MAX_ALIAS_LENGTH) {
            throw new IllegalArgumentException("an alias has at most " + MAX_ALIAS_LENGTH + " bytes");
        }
        request(change(index).attribute(IFLA_IFALIAS, alias), "set the interface's alias");
    }

    /**
     * Adds an IP address to a link. An IPv6 address is usable at once, without duplicate address detection.
     *
     * @return false if the link has it already
     */
    public boolean addAddress(int index, InterfaceAddress address) throws LinuxException {
        try {
            int flags = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;
            request(address(NetlinkMessage.RTM_NEWADDR, flags, index, address), "add address " + address);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Removes an IP address from a link; EADDRNOTAVAIL says that it does not have it. */
    public void deleteAddress(int index, InterfaceAddress address) throws LinuxException {
        request(address(NetlinkMessage.RTM_DELADDR, 0, index, address), "delete address " + address);
    }

    /** Keeps a link from giving itself IPv6 addresses, so that the host says nothing by it. */
    public void setNoAutomaticAddress(int index) throws LinuxException {
        NetlinkMessage message = change(index);
        int families = message.beginNest(IFLA_AF_SPEC);
        int inet6 = message.beginNest(LibC.AF_INET6);
        message.attribute(IFLA_INET6_ADDR_GEN_MODE, new byte[] {IN6_ADDR_GEN_MODE_NONE});
        request(message.endNest(inet6).endNest(families), "keep the interface from having an IPv6 address");
    }

    /**
     * Drops whatever comes in by a link before the host's own protocols see it, by a filter of traffic control
     * (tc-bpf(8)). Packet sockets are asked before, and still receive it. Does nothing if the link has such a filter.
     *
     * @throws LinuxException ENOENT if the kernel has neither clsact nor the bpf classifier
     */
    public void dropIngress(int index) throws LinuxException {
        String doing = "keep the interface's frames from the host";
        NetlinkMessage qdisc =
                NetlinkMessage.traffic(NetlinkMessage.RTM_NEWQDISC, index, CLSACT_HANDLE, TC_H_CLSACT, 0);
        requestUnlessThere(qdisc.attribute(TCA_KIND, "clsact\0"), doing);
        int everything = FIRST_PRIORITY | Short.toUnsignedInt(PacketSocket.ETH_P_ALL_BIG_ENDIAN);
        NetlinkMessage filter =
                NetlinkMessage.traffic(NetlinkMessage.RTM_NEWTFILTER, index, 1, TC_H_INGRESS, everything);
        filter.attribute(TCA_KIND, "bpf\0");
        int options = filter.beginNest(TCA_OPTIONS);
        byte[] program = SocketFilter.returning(TC_ACT_SHOT);
        filter.attribute(TCA_BPF_OPS_LEN, SocketFilter.count(program));
        filter.attribute(TCA_BPF_OPS, program).attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
        requestUnlessThere(filter.endNest(options), doing);
    }

    private void requestUnlessThere(NetlinkMessage message, String doing) throws LinuxException {
        try {
            request(message, doing);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** Deletes a link, also one that a process holds open: that process's queues then fail with EBADFD. */
    public void deleteLink(int index) throws LinuxException {
        request(NetlinkMessage.link(NetlinkMessage.RTM_DELLINK, index), "delete the interface");
    }

    /** Closes the socket; does nothing the second time. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }

    private static NetlinkMessage change(int index) {
        return NetlinkMessage.link(NetlinkMessage.RTM_SETLINK, index);
    }

    private static NetlinkMessage address(int type, int flags, int index, InterfaceAddress address) {
        boolean v4 = address.address() instanceof Inet4Address;
        byte[] bytes = address.address().getAddress();
        return NetlinkMessage.address(
                        type,
                        flags,
                        index,
                        v4 ? LibC.AF_INET : LibC.AF_INET6,
                        address.prefixLength(),
                        v4 ? 0 : IFA_F_NODAD)
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
    }

    private Optional<Link> find(NetlinkMessage message, String which) throws LinuxException {
        try {
            return Optional.of(Link.read(request(message, "look up interface " + which)));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Sends a request and waits for its acknowledgement; gives the body of the answer before it, if there was one. */
    private synchronized ByteBuffer request(NetlinkMessage message, String doing) throws LinuxException {
        if (closed) {
            throw new IllegalStateException("this netlink socket is closed");
        }
        int wanted = ++sequence;
        send(message.finish(wanted), doing);
        ByteBuffer answer = ByteBuffer.allocate(0);
        while (true) {
            for (ByteBuffer datagram = receive(doing); datagram.remaining() >= NetlinkMessage.HEADER_LENGTH; ) {
                ByteBuffer one = next(datagram);
                if (one.getInt(8) != wanted) {
                    continue;
                }
                if (one.getShort(4) == NetlinkMessage.NLMSG_ERROR) {
                    acknowledge(one, doing);
                    return answer;
                }
                answer = copyOfBody(one);
            }
        }
    }

    /** Cuts the first message off a datagram. */
    private static ByteBuffer next(ByteBuffer datagram) throws LinuxException {
        int length = datagram.getInt(datagram.position());
        if (length < NetlinkMessage.HEADER_LENGTH || length > datagram.remaining()) {
            throw malformed("a message's length is wrong");
        }
        ByteBuffer message = datagram.slice(datagram.position(), length).order(ByteOrder.nativeOrder());
        datagram.position(Math.min(datagram.limit(), datagram.position() + ((length + 3) & ~3)));
        return message;
    }

    private static ByteBuffer copyOfBody(ByteBuffer message) {
        byte[] body = new byte[message.remaining() - NetlinkMessage.HEADER_LENGTH];
        message.get(NetlinkMessage.HEADER_LENGTH, body);
        return ByteBuffer.wrap(body);
    }

    /**
     * Reads an acknowledgement: a negated error number, 0 for success, then the header of the request, then
     * attributes. Without NLM_F_CAPPED the request's body stands between the last two.
     */
    private static void acknowledge(ByteBuffer message, String doing) throws LinuxException {
        int quoted = NetlinkMessage.HEADER_LENGTH + Integer.BYTES;
        if (message.remaining() < quoted + NetlinkMessage.HEADER_LENGTH) {
            throw malformed("an acknowledgement is too short");
        }
        int errno = -message.getInt(NetlinkMessage.HEADER_LENGTH);
        if (errno == 0) {
            return;
        }
        int flags = message.getShort(6);
        boolean capped = (flags & NetlinkMessage.NLM_F_CAPPED) != 0;
        int attributes = quoted + (capped ? NetlinkMessage.HEADER_LENGTH : message.getInt(quoted) + 3 & ~3);
        boolean explained =
                (flags & NetlinkMessage.NLM_F_ACK_TLVS) != 0 && attributes >= quoted && attributes <= message.limit();
        throw refusal(errno, doing, explained ? explanation(message.position(attributes)) : Optional.empty());
    }

    private static Optional<String> explanation(ByteBuffer attributes) throws LinuxException {
        return new NetlinkAttributes(attributes).string(NLMSGERR_ATTR_MSG);
    }

    private static LinuxException refusal(int errno, String doing, Optional<String> explanation) {
        return explanation
                .map(text -> LinuxException.explained(errno, doing, text))
                .orElseGet(() -> LinuxException.of(errno, doing));
    }

    private void send(ByteBuffer message, String doing) throws LinuxException {
        long sent = LibC.send(fd, Pointer.nativeValue(Native.getDirectBufferPointer(message)), message.remaining(), 0);
        if (sent < 0) {
            throw LinuxException.of(LibC.errno(), doing);
        }
    }

    private ByteBuffer receive(String doing) throws LinuxException {
        long address = Pointer.nativeValue(Native.getDirectBufferPointer(received));
        long length;
        do {
            length = LibC.recv(fd, address, RECEIVE_CAPACITY, LibC.MSG_TRUNC);
        } while (length < 0 && LibC.errno() == Errno.EINTR);
        if (length < 0) {
            int errno = LibC.errno();
            throw LinuxException.of(errno == Errno.EAGAIN ? Errno.ETIMEDOUT : errno, doing);
        }
        if (length > RECEIVE_CAPACITY) {
            throw malformed("it has " + length + " bytes, more than the buffer's " + RECEIVE_CAPACITY);
        }
        return received.duplicate().order(ByteOrder.nativeOrder()).limit((int) length);
    }

    private static LinuxException malformed(String why) {
        return LinuxException.explained(Errno.EPROTO, "read a netlink answer", why);
    }

    /** A socket connected to port 0, the kernel, takes no message from any other process. */
    private void connectToKernel() throws LinuxException {
        try (Memory address = new Memory(SOCKADDR_NL_LENGTH)) {
            address.clear();
            address.setShort(0, (short) LibC.AF_NETLINK);
            if (LibC.connect(fd, LibC.address(address), SOCKADDR_NL_LENGTH) < 0) {
                throw LinuxException.of(LibC.errno(), "connect a netlink socket");
            }
        }
    }

    private void setOption(int level, int option, int value) throws LinuxException {
        requireSet(LibC.setOption(fd, level, option, value));
    }

    private void setOption(int level, int option, long seconds, long microseconds) throws LinuxException {
        try (Memory memory = new Memory(2 * Long.BYTES)) {
            memory.setLong(0, seconds);
            memory.setLong(Long.BYTES, microseconds);
            requireSet(LibC.setsockopt(fd, level, option, LibC.address(memory), (int) memory.size()));
        }
    }

    private static void requireSet(int result) throws LinuxException {
        if (result < 0) {
            throw LinuxException.of(LibC.errno(), "set up a netlink socket");
        }
    }
}
