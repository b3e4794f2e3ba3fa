package io.tapswitch.port.dgram;

import io.tapswitch.linux.DatagramSocket;
import io.tapswitch.linux.Errno;
import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.SocketAddress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Whether somebody is at a port's remote address.
 *
 * <p>A Unix socket knows: the kernel connects it to a socket, not to a path, and refuses frames once that socket is
 * closed. So the address is connected to again and again, which changes nothing as long as the socket is the same. A UDP
 * socket is always connected; that nobody is there it hears of now and then, from an ICMP message that may be forged.
 *
 * <p>{@link #look} is for the loop that reads; the other methods are for any.
 */
final class Peer {
    /** Each refusal costs a system call: so not one for each frame. */
    private static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final SocketAddress address;
    private final DatagramSocket socket;
    private volatile boolean present;
    private volatile long silentUntilNanos = System.nanoTime();
    private volatile int refusal = Errno.ENOENT;

    Peer(SocketAddress address, DatagramSocket socket) {
        this.address = address;
        this.socket = socket;
    }

    /** @throws IOException if a UDP address cannot be connected to, which does not come by itself */
    void requireConnectable() throws IOException {
        if (!look() && !address.isUnix()) {
            throw LinuxException.of(refusal, "connect to " + address);
        }
    }

    /** Connects to whoever is at the address now. @return whether somebody is */
    boolean look() {
        int errno = socket.connect();
        if (errno != 0) {
            refusal = errno;
        }
        present = errno == 0;
        return errno == 0;
    }

    /** Whether the socket is connected to somebody; what else it receives is from somebody else. */
    boolean isPresent() {
        return present;
    }

    /** Whether a frame could reach somebody. */
    boolean listens(long nowNanos) {
        return present && nowNanos - silentUntilNanos >= 0;
    }

    /** Takes note that a frame was refused because nobody is there. */
    void refused() {
        if (address.isUnix()) {
            refusal = Errno.ECONNREFUSED;
            present = false;
        } else {
            silentUntilNanos = System.nanoTime() + REFUSED_NANOS;
        }
    }

    /** Who is missing, in words; null if nobody is. */
    String missing() {
        if (present) {
            return null;
        }
        int errno = refusal;
        boolean absent = errno == Errno.ENOENT || errno == Errno.ECONNREFUSED;
        return absent
                ? "somebody at " + address
                : address + ", which cannot be connected to now (" + Errno.symbol(errno) + ")";
    }
}
