package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.netty.channel.unix.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A program at the other end of a datagram socket, as QEMU is one: bound to an address, not connected. Java has no Unix
 * datagram sockets. Not thread-safe.
 */
public final class DatagramPeer implements AutoCloseable {
    private static final int LARGEST = 128 << 10;

    static {
        Native.register(DatagramPeer.class, NativeLibrary.getInstance("c"));
    }

    private final SocketAddress address;
    private final int fd;
    private final Memory buffer = new Memory(LARGEST);
    private boolean closed;

    private static native long sendto(int fd, long buffer, long length, int flags, long address, int addressLength);

    private static native int poll(long interests, long count, int millis);

    /** Binds a socket; of a Unix socket, a file that is in the way is removed first. */
    public DatagramPeer(String address) throws IOException {
        this.address = SocketAddress.parse(address, SocketAddress.Kind.UDP);
        fd = LibC.socket(this.address.family(), LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (this.address.isUnix()) {
            Files.deleteIfExists(Path.of(this.address.path()));
        }
        ByteBuffer sockaddr = this.address.toSockaddr();
        check(LibC.bind(fd, Buffer.memoryAddress(sockaddr), sockaddr.capacity()), "bind to " + address);
    }

    private long check(long result, String doing) throws IOException {
        if (result < 0) {
            LinuxException reason = LinuxException.of(LibC.errno(), doing);
            if (doing.startsWith("bind")) {
                LibC.close(fd);
            }
            throw reason;
        }
        return result;
    }

    /** Sends a datagram; waits while the receiver has no room. */
    public void send(String to, byte[] bytes) throws IOException {
        requireOpen();
        ByteBuffer sockaddr = SocketAddress.parse(to, SocketAddress.Kind.UDP).toSockaddr();
        buffer.write(0, bytes, 0, bytes.length);
        long where = Buffer.memoryAddress(sockaddr);
        check(sendto(fd, LibC.address(buffer), bytes.length, 0, where, sockaddr.capacity()), "send to " + to);
    }

    /** Takes nothing but what this address sends from now on. */
    public void connect(String to) throws IOException {
        requireOpen();
        ByteBuffer sockaddr = SocketAddress.parse(to, SocketAddress.Kind.UDP).toSockaddr();
        check(LibC.connect(fd, Buffer.memoryAddress(sockaddr), sockaddr.capacity()), "connect to " + to);
    }

    /** The next datagram; null if none came in time. */
    public byte[] receive(Duration patience) throws IOException {
        requireOpen();
        try (Memory interest = new Memory(8)) {
            interest.setInt(0, fd);
            interest.setInt(4, 1);
            if (poll(LibC.address(interest), 1, (int) patience.toMillis()) == 0) {
                return null;
            }
        }
        long length = LibC.recv(fd, LibC.address(buffer), LARGEST, LibC.MSG_DONTWAIT);
        return buffer.getByteArray(0, (int) check(length, "receive at " + address));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(address + " is closed");
        }
    }

    /** Closes the socket; a Unix socket's file stays, as when a program is killed. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
