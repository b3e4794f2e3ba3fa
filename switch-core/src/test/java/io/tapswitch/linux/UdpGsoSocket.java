package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A UDP socket that hands the kernel many datagrams in one send (udp(7), UDP_SEGMENT), which Java's sockets cannot.
 */
public final class UdpGsoSocket implements AutoCloseable {
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;

    private final int fd;

    /** Opens a socket that sends to one address in datagrams of {@code segment} bytes, the last one maybe shorter. */
    public UdpGsoSocket(String namespace, InetSocketAddress to, int segment) throws IOException {
        fd = NetworkNamespace.call(namespace, () -> open(to, segment));
    }

    private static int open(InetSocketAddress to, int segment) throws IOException {
        InetAddress address = to.getAddress();
        boolean ipv4 = address.getAddress().length == 4;
        int family = ipv4 ? LibC.AF_INET : LibC.AF_INET6;
        int socket = LibC.socket(family, SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        // struct sockaddr_in: family, port, address. struct sockaddr_in6: family, port, flow, address, scope.
        ByteBuffer text = ByteBuffer.allocate(ipv4 ? 16 : 28);
        text.putShort(0, Short.reverseBytes((short) family)).putShort(2, (short) to.getPort());
        text.position(ipv4 ? 4 : 8).put(address.getAddress());
        try (Memory memory = new Memory(text.capacity());
                Memory option = new Memory(Integer.BYTES)) {
            memory.write(0, text.array(), 0, text.capacity());
            option.setInt(0, segment);
            if (LibC.connect(socket, LibC.address(memory), text.capacity()) < 0
                    || LibC.setsockopt(socket, SOL_UDP, UDP_SEGMENT, LibC.address(option), Integer.BYTES) < 0) {
                LinuxException reason = LinuxException.of(LibC.errno(), "connect a UDP socket to " + to);
                LibC.close(socket);
                throw reason;
            }
            return socket;
        }
    }

    /** Sends at most 64 datagrams in one call. */
    public void send(byte[] bytes) throws IOException {
        try (Memory memory = new Memory(bytes.length)) {
            memory.write(0, bytes, 0, bytes.length);
            if (LibC.send(fd, LibC.address(memory), bytes.length, 0) < 0) {
                throw LinuxException.of(LibC.errno(), "send datagrams");
            }
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
