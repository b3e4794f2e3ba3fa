package io.tapswitch.port.packet;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.IfTun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Opens a TAP as QEMU does: one queue, with virtio-net headers of 10 bytes. Not thread-safe. */
final class TestMachine implements AutoCloseable {
    private static final int HEADER = 10;

    private final FileDescriptor fd;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(70_000);

    TestMachine(TestHost host, String tap) {
        this(host, tap, 0);
    }

    /** @param flags besides the usual ones */
    TestMachine(TestHost host, String tap, int flags) {
        fd = new FileDescriptor(host.inside(() -> {
            int queue = IfTun.open();
            try {
                IfTun.setIff(queue, tap, IfTun.IFF_TAP | IfTun.IFF_NO_PI | IfTun.IFF_VNET_HDR | flags);
                return queue;
            } catch (IOException e) {
                IfTun.close(queue);
                throw e;
            }
        }));
    }

    int queue() {
        return fd.intValue();
    }

    /** Sends a plain frame. */
    void send(byte[] frame) throws IOException {
        send(new byte[HEADER], frame);
    }

    /** Sends a frame behind a virtio-net header of 10 bytes. */
    void send(byte[] header, byte[] frame) throws IOException {
        buffer.put(0, header).put(header.length, frame);
        fd.writeAddress(Buffer.memoryAddress(buffer), 0, header.length + frame.length);
    }

    /** The next frame; null if none comes in time. */
    byte[] receive(Duration patience) throws IOException {
        byte[] bytes = receiveWithHeader(patience);
        return bytes == null ? null : Arrays.copyOfRange(bytes, HEADER, bytes.length);
    }

    /** The next frame behind its virtio-net header. */
    byte[] receiveWithHeader(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        int bytes = 0;
        while (bytes == 0 && System.nanoTime() - deadline < 0) {
            bytes = fd.readAddress(Buffer.memoryAddress(buffer), 0, buffer.capacity());
            if (bytes == 0) {
                LockSupport.parkNanos(50_000);
            }
        }
        if (bytes == 0) {
            return null;
        }
        byte[] frame = new byte[bytes];
        buffer.get(0, frame);
        return frame;
    }

    @Override
    public void close() throws IOException {
        fd.close();
    }
}
