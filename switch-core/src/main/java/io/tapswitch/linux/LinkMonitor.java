package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tells what becomes of one network interface: a subscription to RTNLGRP_LINK (rtnetlink(7)) in the network namespace of
 * the thread that opened it, whichever thread uses it later. First it tells of every interface of the namespace; after
 * {@link #follow} the kernel passes on what concerns one, so that a hundred monitors do not wake for each other's.
 *
 * <p>Whoever opens it before looking the interface up misses nothing. The object owns its socket. Not thread-safe.
 */
public final class LinkMonitor implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int RTMGRP_LINK = 1;
    private static final int SOCKADDR_NL_LENGTH = 12;
    private static final int RECEIVE_CAPACITY = 16 * 1024;
    private static final int INDEX = NetlinkMessage.HEADER_LENGTH + 4;

    private final int fd;
    private final ByteBuffer received =
            ByteBuffer.allocateDirect(RECEIVE_CAPACITY).order(ByteOrder.nativeOrder());
    private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(received));
    private boolean closed;

    /**
     * What has become of an interface.
     *
     * @param index the interface's
     * @param link as it is now; null if it is gone, or has moved to another namespace
     */
    public record Event(int index, Link link) {}

    /** Subscribes. */
    public LinkMonitor() throws LinuxException {
        fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a netlink socket");
        }
        try {
            subscribe();
        } catch (LinuxException | RuntimeException e) {
            LibC.close(fd);
            throw e;
        }
    }

    /** A socket connected to port 0, the kernel, takes no message from any other process. */
    private void subscribe() throws LinuxException {
        try (Memory name = new Memory(SOCKADDR_NL_LENGTH)) {
            name.clear();
            name.setShort(0, (short) LibC.AF_NETLINK);
            name.setInt(8, RTMGRP_LINK);
            boolean bound = LibC.bind(fd, LibC.address(name), SOCKADDR_NL_LENGTH) == 0;
            name.setInt(8, 0);
            if (!bound || LibC.connect(fd, LibC.address(name), SOCKADDR_NL_LENGTH) < 0) {
                throw LinuxException.of(LibC.errno(), "subscribe to changes of interfaces");
            }
        }
    }

    /** The file descriptor, which this object owns: readable when there is something to tell. */
    public int fd() {
        return fd;
    }

    /** Tells of one interface only from now on. What had been told before is still there. */
    public void follow(int index) throws LinuxException {
        SocketFilter.onlyInterface(fd, index);
    }

    /**
     * What has become of an interface next; never waits.
     *
     * @return null if nothing more has
     * @throws LinuxException ENOBUFS if more happened than could be kept: the interface is to be looked up again
     */
    public Event next() throws LinuxException {
        while (true) {
            long length = LibC.recv(fd, address, RECEIVE_CAPACITY, LibC.MSG_DONTWAIT | LibC.MSG_TRUNC);
            if (length < 0) {
                int errno = LibC.errno();
                if (errno == Errno.EAGAIN) {
                    return null;
                }
                if (errno != Errno.EINTR) {
                    throw LinuxException.of(errno, "learn of changes of interfaces");
                }
            } else {
                Event event = read((int) Math.min(length, RECEIVE_CAPACITY));
                if (event != null) {
                    return event;
                }
            }
        }
    }

    /** The one message of a datagram; null if it is of another kind. */
    private Event read(int length) throws LinuxException {
        int body = NetlinkMessage.HEADER_LENGTH;
        // A bridge tells of its members, with its own family, as if they came and went.
        if (length < body + NetlinkMessage.LINK_BODY_LENGTH || received.get(body) != 0) {
            return null;
        }
        int index = received.getInt(INDEX);
        return switch (received.getShort(4)) {
            case NetlinkMessage.RTM_DELLINK -> new Event(index, null);
            case NetlinkMessage.RTM_NEWLINK ->
                new Event(index, Link.read(received.slice(body, Math.min(length, received.getInt(0)) - body)));
            default -> null;
        };
    }

    /** Closes the subscription; does nothing the second time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
