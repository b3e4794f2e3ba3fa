package io.tapswitch.vm;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * One end of a byte stream of frames, as QEMU and passt speak it: each frame after its length in four bytes, the
 * highest first. For one thread.
 */
public final class FrameStream implements AutoCloseable {
    private static final int LONGEST = 1 << 17;
    private static final int PATIENCE_SECONDS = 5;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(LONGEST);

    /** Takes a connected channel over. */
    FrameStream(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        this.channel = channel;
        in.flip();
    }

    /** Connects to a Unix socket that somebody listens on. */
    public static FrameStream connect(Path socket) {
        try {
            return new FrameStream(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            throw new AssertionError("cannot connect to " + socket, e);
        }
    }

    /** Sends a frame. */
    public void send(byte[] frame) {
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + frame.length);
        out.putInt(frame.length).put(frame).flip();
        long deadline = deadline();
        try {
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    pause(deadline, "the other end takes no more");
                }
            }
        } catch (IOException e) {
            throw new AssertionError("cannot send a frame of " + frame.length + " bytes", e);
        }
    }

    /** The next frame; fails if none comes within five seconds. */
    public byte[] receive() {
        long deadline = deadline();
        while (true) {
            if (in.remaining() >= Integer.BYTES && in.remaining() - Integer.BYTES >= in.getInt(in.position())) {
                byte[] frame = new byte[in.getInt()];
                in.get(frame);
                return frame;
            }
            if (read() == 0) {
                pause(deadline, "no frame comes");
            }
        }
    }

    private int read() {
        in.compact();
        try {
            int length = channel.read(in);
            if (length < 0) {
                throw new EOFException("the other end has closed");
            }
            return length;
        } catch (IOException e) {
            throw new AssertionError("cannot receive", e);
        } finally {
            in.flip();
        }
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    }

    private static void pause(long deadline, String failure) {
        if (System.nanoTime() - deadline > 0) {
            throw new AssertionError(failure + " within " + PATIENCE_SECONDS + " s");
        }
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(failure, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
