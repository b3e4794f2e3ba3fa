package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A packet socket (packet(7)) on one interface of a namespace: sends frames as they are, and receives every frame that
 * comes in by the interface, whoever it is for. It does not see what the namespace itself sends.
 *
 * <p>The kernel takes the outer VLAN tag off before it hands a frame over; it is put back here, so that a test sees
 * what was on the wire. Not thread-safe.
 */
public final class RawSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final short ETH_P_ALL_ON_THE_WIRE = 0x0300;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BUFFER_BYTES = 64 << 20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short POLLIN = 1;
    private static final int ENETDOWN = 100;

    private static final int SOCKADDR_LL = 20;
    private static final int MSGHDR = 56;
    private static final int CONTROL = 64;
    private static final int LARGEST_FRAME = 70_000;

    /** In {@code struct tpacket_auxdata}, behind a {@code struct cmsghdr} of 16 bytes. */
    private static final int CMSG_TYPE = 12;

    private static final int STATUS = 16;
    private static final int VLAN_TCI = 16 + 16;
    private static final int VLAN_TPID = 16 + 18;
    private static final int TP_STATUS_VLAN_VALID = 0x10;

    private static final int ADDRESSES = 12;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    static {
        Native.register(RawSocket.class, NativeLibrary.getInstance("c"));
    }

    private final int fd;
    private final Memory outgoing = new Memory(LARGEST_FRAME);
    private final Memory incoming = new Memory(LARGEST_FRAME);
    private final Memory control = new Memory(CONTROL);
    private final Memory vector = new Memory(16);
    private final Memory message = new Memory(MSGHDR);
    private final Memory interest = new Memory(8);
    private boolean closed;

    private static native int bind(int fd, long address, int addressLength);

    private static native int if_nametoindex(String name);

    private static native long recvmsg(int fd, long message, int flags);

    private static native int poll(long interests, long count, int millis);

    /**
     * Opens a socket on an interface.
     *
     * @param namespace where the interface is; null for the own one
     */
    public RawSocket(String namespace, String interfaceName) throws IOException {
        fd = NetworkNamespace.call(namespace, () -> open(interfaceName));
        vector.setLong(0, LibC.address(incoming));
        vector.setLong(8, LARGEST_FRAME);
        message.clear();
        message.setLong(16, LibC.address(vector));
        message.setLong(24, 1);
        message.setLong(32, LibC.address(control));
        interest.setInt(0, fd);
        interest.setShort(4, POLLIN);
    }

    private static int open(String interfaceName) throws IOException {
        int socket = check(LibC.socket(AF_PACKET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0), "open a packet socket");
        try (Memory address = new Memory(SOCKADDR_LL)) {
            setOption(socket, SOL_PACKET, PACKET_AUXDATA, 1);
            setOption(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            setOption(socket, LibC.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
            address.clear();
            address.setShort(0, (short) AF_PACKET);
            address.setShort(2, ETH_P_ALL_ON_THE_WIRE);
            int index = if_nametoindex(interfaceName);
            address.setInt(4, check(index == 0 ? -1 : index, "find interface " + interfaceName));
            check(bind(socket, LibC.address(address), SOCKADDR_LL), "bind a packet socket to " + interfaceName);
            return socket;
        } catch (IOException e) {
            LibC.close(socket);
            throw e;
        }
    }

    private static void setOption(int socket, int level, int option, int value) throws IOException {
        try (Memory memory = new Memory(Integer.BYTES)) {
            memory.setInt(0, value);
            check(LibC.setsockopt(socket, level, option, LibC.address(memory), Integer.BYTES), "set option " + option);
        }
    }

    private static int check(int result, String doing) throws IOException {
        if (result < 0) {
            throw LinuxException.of(LibC.errno(), doing);
        }
        return result;
    }

    /** Sends a frame; waits while the kernel has no room for it. */
    public void send(byte[] frame) throws IOException {
        requireOpen();
        outgoing.write(0, frame, 0, frame.length);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (LibC.send(fd, LibC.address(outgoing), frame.length, 0) < 0) {
            int errno = LibC.errno();
            boolean full = errno == Errno.ENOBUFS || errno == Errno.EAGAIN || errno == Errno.EINTR;
            if (!full || System.nanoTime() > deadline) {
                throw LinuxException.of(errno, "send a frame of " + frame.length + " bytes");
            }
            Thread.onSpinWait();
        }
    }

    /** The next frame that came in; waits for it. @return null if none came within the time */
    public byte[] receive(long millis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            byte[] frame = receive();
            long left = deadline - System.nanoTime();
            if (frame != null || left <= 0) {
                return frame;
            }
            poll(LibC.address(interest), 1, (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        }
    }

    /** The next frame that is already there, null if there is none. */
    public byte[] receive() throws IOException {
        requireOpen();
        message.setLong(40, CONTROL);
        control.clear();
        long length = recvmsg(fd, LibC.address(message), MSG_DONTWAIT);
        if (length >= 0) {
            return withTag(incoming.getByteArray(0, (int) length));
        }
        int errno = LibC.errno();
        // An interface that went down says so once.
        if (errno == Errno.EAGAIN || errno == Errno.EINTR || errno == ENETDOWN) {
            return null;
        }
        throw LinuxException.of(errno, "receive a frame");
    }

    /** The number of a closed descriptor may be another file's by now. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the packet socket is closed");
        }
    }

    private byte[] withTag(byte[] frame) {
        boolean auxiliary = control.getInt(CMSG_TYPE) == PACKET_AUXDATA;
        if (!auxiliary || (control.getInt(STATUS) & TP_STATUS_VLAN_VALID) == 0) {
            return frame;
        }
        byte[] tagged = Arrays.copyOf(frame, frame.length + 4);
        System.arraycopy(frame, ADDRESSES, tagged, ADDRESSES + 4, frame.length - ADDRESSES);
        putBigEndian(tagged, ADDRESSES, control.getShort(VLAN_TPID));
        putBigEndian(tagged, ADDRESSES + 2, control.getShort(VLAN_TCI));
        return tagged;
    }

    private static void putBigEndian(byte[] bytes, int at, short value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
