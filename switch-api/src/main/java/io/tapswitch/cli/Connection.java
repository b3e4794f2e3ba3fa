package io.tapswitch.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLSocket;

/** A stream to a daemon and back, that waits for the far side only so long. */
interface Connection extends Closeable {
    /**
     * Connects.
     *
     * @param tls null for none
     * @param timeout the longest silence of the far side, now and later
     * @throws IOException if there is nobody, or no permission
     */
    static Connection open(SocketAddress address, ClientTls tls, Duration timeout) throws IOException {
        return tls == null
                ? ChannelConnection.open(address, timeout)
                : over(tls.connect((InetSocketAddress) address, timeout));
    }

    private static Connection over(SSLSocket socket) {
        return new Connection() {
            @Override
            public void write(byte[] bytes) throws IOException {
                socket.getOutputStream().write(bytes);
            }

            @Override
            public InputStream input() throws IOException {
                return socket.getInputStream();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /** Sends all of it. */
    void write(byte[] bytes) throws IOException;

    /** What the far side sends; ends when it closes. Call once. */
    InputStream input() throws IOException;
}
