package io.tapswitch.port.stream;

import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.StreamSocket;
import io.tapswitch.linux.UnixSocketFile;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket at its address, with the file that makes a Unix socket reachable. Opened and closed on the control
 * thread; the socket is used by the loop that accepts.
 */
final class StreamServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);
    private static final int BACKLOG = 128;
    private static final UnixSocketFile.Purpose PURPOSE =
            new UnixSocketFile.Purpose("the stream socket", "choose another path in stream.listen");

    private final SocketAddress wanted;
    private final SocketAddress address;
    private final UnixSocketFile.Access access;
    private final UnixSocketFile file;
    private final StreamSocket socket;
    private boolean closed;

    private StreamServer(SocketAddress wanted, UnixSocketFile.Access access, UnixSocketFile file, StreamSocket socket) {
        this.wanted = wanted;
        this.access = access;
        this.file = file;
        this.socket = socket;
        this.address = wanted.isAnyPort() ? wanted.withPort(socket.localPort()) : wanted;
    }

    /**
     * Listens at an address. A Unix socket that nobody has open any more is replaced, anything else left alone.
     *
     * @param access to the file of a Unix socket; null for TCP
     * @throws IOException if the address cannot be had, with what to do
     */
    static StreamServer open(SocketAddress address, UnixSocketFile.Access access) throws IOException {
        if (!address.isUnix()) {
            return new StreamServer(address, null, null, StreamSocket.listen(address, BACKLOG));
        }
        UnixSocketFile file = UnixSocketFile.prepare(Path.of(address.path()), PURPOSE);
        StreamSocket socket = null;
        try {
            socket = StreamSocket.listen(SocketAddress.ofFile(file.bindPath()), BACKLOG);
            file.publish(access);
            return new StreamServer(address, access, file, socket);
        } catch (IOException | RuntimeException e) {
            abandon(file, socket);
            throw e;
        }
    }

    private static void abandon(UnixSocketFile file, StreamSocket socket) throws IOException {
        try {
            file.close();
        } finally {
            if (socket != null) {
                socket.close();
            }
        }
    }

    /** Listens at the same address once more, for a socket that has lost its file. */
    StreamServer again() throws IOException {
        return open(wanted, access);
    }

    /** Where it listens. */
    SocketAddress address() {
        return address;
    }

    /** The listening socket, which this object owns. */
    StreamSocket socket() {
        return socket;
    }

    /** Whether those who look for the address find this socket. */
    boolean isInPlace() {
        return file == null || file.isInPlace();
    }

    /** Removes the file, if it is still this socket's, and closes the socket; does nothing the second time. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("the socket file {} may stay behind: {}", address.path(), e.getMessage());
        } finally {
            socket.close();
        }
    }
}
