package io.tapswitch.port.stream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** The far side of a stream port, by a socket of the JDK: frames, or any bytes at all. */
public final class StreamPeer implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocate(1 << 20).flip();

    StreamPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    public static StreamPeer connect(SocketAddress address) throws IOException {
        return connect(address, 0);
    }

    /** Reads an address as stream ports have them. */
    static SocketAddress address(String text) {
        io.tapswitch.linux.SocketAddress read =
                io.tapswitch.linux.SocketAddress.parse(text, io.tapswitch.linux.SocketAddress.Kind.TCP);
        return read.isUnix()
                ? UnixDomainSocketAddress.of(read.path())
                : new InetSocketAddress(read.host(), read.port());
    }

    /** @param receiveBuffer bytes; 0 leaves the system's choice */
    public static StreamPeer connect(SocketAddress address, int receiveBuffer) throws IOException {
        SocketChannel channel = address instanceof InetSocketAddress
                ? SocketChannel.open()
                : SocketChannel.open(StandardProtocolFamily.UNIX);
        if (receiveBuffer > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        channel.connect(address);
        return new StreamPeer(channel);
    }

    public static byte[] wire(byte[] frame) {
        return ByteBuffer.allocate(4 + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }

    public void send(byte[] frame) throws IOException {
        sendBytes(wire(frame));
    }

    /** Sends bytes as they are; waits while the kernel has no room. */
    public void sendBytes(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** The next frame, null if none came in time or the connection ended. */
    public byte[] receive(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (in.remaining() < 4 || in.remaining() < 4 + in.getInt(in.position())) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (!more(left)) {
                return null;
            }
        }
        byte[] frame = new byte[in.getInt()];
        in.get(frame);
        return frame;
    }

    private boolean more(long millis) throws IOException {
        in.compact();
        int count = channel.read(in);
        if (count == 0 && millis > 0) {
            selector.select(millis);
            selector.selectedKeys().clear();
            count = channel.read(in);
        }
        in.flip();
        return count > 0 || count == 0 && millis > 0;
    }

    /** Whether the switch closes the connection in time; what it sends before is thrown away. */
    boolean isEnded(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        ByteBuffer waste = ByteBuffer.allocate(1 << 16);
        try {
            while (System.nanoTime() - end < 0) {
                if (channel.read(waste.clear()) < 0) {
                    return true;
                }
                selector.select(20);
                selector.selectedKeys().clear();
            }
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
