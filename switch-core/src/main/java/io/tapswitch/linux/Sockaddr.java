package io.tapswitch.linux;

import io.netty.channel.unix.Buffer;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** A {@code struct sockaddr_in} or {@code sockaddr_in6} in native memory, for system calls that are prepared once. Immutable. */
public final class Sockaddr {
    private final ByteBuffer bytes;
    private final long address;

    public Sockaddr(InetAddress host, int port) {
        bytes = new SocketAddress(SocketAddress.Kind.UDP, null, host, port).toSockaddr();
        address = Buffer.memoryAddress(bytes);
    }

    /** Whether it is one of IPv6. */
    public boolean isIpv6() {
        return bytes.capacity() > 16;
    }

    /** Where it is; valid as long as this object is reachable. */
    public long address() {
        return address;
    }

    /** Its length. */
    public int length() {
        return bytes.capacity();
    }

    ByteBuffer bytes() {
        return bytes;
    }
}
