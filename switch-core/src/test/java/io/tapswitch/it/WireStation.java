package io.tapswitch.it;

import io.tapswitch.frame.WireFrame;
import io.tapswitch.linux.TapFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A host behind a socket of the switch, as a VM is: its network interface is a TAP without offload, and this carries
 * its frames between TAP and socket, looking at every one that the switch sends.
 */
final class WireStation implements AutoCloseable {
    /** The other end of a port, where frames are messages. */
    private interface Wire extends AutoCloseable {
        void send(byte[] frame) throws IOException;

        byte[] receive() throws IOException;

        @Override
        void close() throws IOException;
    }

    private final TapFile tap;
    private final Wire wire;
    private final int longest;
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicLong seen = new AtomicLong();
    private final Thread[] threads;
    private volatile boolean closed;

    private WireStation(TestHost host, int longest, Wire wire) throws IOException {
        this.tap = new TapFile(host.namespace(), TestPort.TAP);
        this.longest = longest;
        this.wire = wire;
        threads = new Thread[] {new Thread(this::toSwitch), new Thread(this::fromSwitch)};
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Connects to a stream port. @param longest the longest frame that the switch may send */
    static WireStation stream(TestHost host, Path socket, int longest) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        return new WireStation(host, longest, new Wire() {
            @Override
            public void send(byte[] frame) throws IOException {
                ByteBuffer bytes = ByteBuffer.allocate(4 + frame.length)
                        .putInt(frame.length)
                        .put(frame)
                        .flip();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }

            @Override
            public byte[] receive() throws IOException {
                return read(read(4).getInt()).array();
            }

            private ByteBuffer read(int length) throws IOException {
                ByteBuffer bytes = ByteBuffer.allocate(length);
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes) < 0) {
                        throw new EOFException("the switch closed the connection");
                    }
                }
                return bytes.flip();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        });
    }

    /** Exchanges datagrams with a dgram port. */
    static WireStation dgram(TestHost host, InetSocketAddress own, InetSocketAddress port, int longest)
            throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.bind(own);
        channel.connect(port);
        ByteBuffer incoming = ByteBuffer.allocate(70_000);
        return new WireStation(host, longest, new Wire() {
            @Override
            public void send(byte[] frame) throws IOException {
                channel.write(ByteBuffer.wrap(frame));
            }

            @Override
            public byte[] receive() throws IOException {
                channel.read(incoming.clear());
                byte[] frame = new byte[incoming.flip().remaining()];
                incoming.get(frame);
                return frame;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        });
    }

    private void toSwitch() {
        run(() -> {
            byte[] frame = tap.read(100);
            if (frame != null) {
                wire.send(frame);
            }
        });
    }

    private void fromSwitch() {
        run(() -> {
            byte[] frame = wire.receive();
            look(frame);
            tap.write(frame);
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private void run(Step step) {
        while (!closed) {
            try {
                step.run();
            } catch (IOException e) {
                if (!closed) {
                    complaints.add(e.toString());
                }
                return;
            }
        }
    }

    private void look(byte[] frame) {
        seen.incrementAndGet();
        if (frame.length > longest) {
            complaints.add("a frame of " + frame.length + " bytes");
        }
        try {
            WireFrame.check(frame);
        } catch (AssertionError e) {
            complaints.add(e.getMessage());
        }
    }

    /** How many frames the switch sent. */
    long seen() {
        return seen.get();
    }

    /** What was wrong with frames that the switch sent, each frame's complaint in its words. */
    Queue<String> complaints() {
        return complaints;
    }

    @Override
    public void close() {
        closed = true;
        try {
            wire.close();
            for (Thread thread : threads) {
                thread.join(5000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tap.close();
    }
}
