package io.tapswitch.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A stream socket, Unix or TCP, that waits for the far side only so long: a Unix {@link SocketChannel} has no read
 * timeout of its own. Owns the channel and its selector.
 */
final class ChannelConnection implements Connection {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration timeout;

    private ChannelConnection(SocketChannel channel, Selector selector, Duration timeout) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.timeout = timeout;
        channel.configureBlocking(false);
        key = channel.register(selector, 0);
    }

    /**
     * Connects.
     *
     * @param timeout the longest silence of the far side, now and later
     * @throws IOException if there is nobody, or no permission
     */
    static ChannelConnection open(SocketAddress address, Duration timeout) throws IOException {
        SocketChannel channel = channelFor(address);
        Selector selector = null;
        try {
            selector = Selector.open();
            ChannelConnection connection = new ChannelConnection(channel, selector, timeout);
            connection.connect(address);
            return connection;
        } catch (IOException | RuntimeException e) {
            close(selector, channel);
            throw e;
        }
    }

    private static SocketChannel channelFor(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress tcp && tcp.isUnresolved()) {
            throw new IOException("the host name " + tcp.getHostString() + " is not known");
        }
        return address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
    }

    private void connect(SocketAddress address) throws IOException {
        if (!channel.connect(address)) {
            await(SelectionKey.OP_CONNECT);
            channel.finishConnect();
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        if (selector.select(timeout.toMillis()) == 0) {
            throw new SocketTimeoutException("no answer within " + timeout.toSeconds() + " seconds");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (channel.write(buffer) >= 0 && buffer.hasRemaining()) {
            await(SelectionKey.OP_WRITE);
        }
    }

    @Override
    public InputStream input() {
        return new BufferedInputStream(new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return length == 0 ? 0 : ChannelConnection.this.read(ByteBuffer.wrap(target, offset, length));
            }
        });
    }

    private int read(ByteBuffer target) throws IOException {
        int count = channel.read(target);
        while (count == 0) {
            await(SelectionKey.OP_READ);
            count = channel.read(target);
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        close(selector, channel);
    }

    private static void close(Selector selector, SocketChannel channel) throws IOException {
        try (channel) {
            if (selector != null) {
                selector.close();
            }
        }
    }
}
