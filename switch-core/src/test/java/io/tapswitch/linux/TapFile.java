package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;

/**
 * The fd end of a TAP of a test's own, without offload: the host behind it completes every checksum that it sends and
 * verifies every one that it receives, as a VM without offload does. One thread may read while another one writes.
 */
public final class TapFile implements AutoCloseable {
    private static final int LONGEST = 70_000;
    private static final short POLLIN = 1;
    private static final int EIO = 5;

    static {
        Native.register(TapFile.class, NativeLibrary.getInstance("c"));
    }

    private final int fd;
    private final Memory incoming = new Memory(LONGEST);
    private final Memory outgoing = new Memory(LONGEST);
    private final Memory interest = new Memory(8);

    private static native long read(int fd, long buffer, long length);

    private static native long write(int fd, long buffer, long length);

    private static native int poll(long interests, long count, int millis);

    /** Makes the device. */
    public TapFile(String namespace, String interfaceName) throws IOException {
        fd = NetworkNamespace.call(namespace, () -> {
            int made = IfTun.open();
            IfTun.setIff(made, interfaceName, IfTun.IFF_TAP | IfTun.IFF_NO_PI);
            return made;
        });
        interest.setInt(0, fd);
        interest.setShort(4, POLLIN);
    }

    /** The next frame that the host sends; null if none comes in time. */
    public byte[] read(int millis) throws IOException {
        if (poll(LibC.address(interest), 1, millis) <= 0) {
            return null;
        }
        long length = read(fd, LibC.address(incoming), LONGEST);
        if (length >= 0) {
            return incoming.getByteArray(0, (int) length);
        }
        if (LibC.errno() == Errno.EAGAIN) {
            return null;
        }
        throw LinuxException.of(LibC.errno(), "read from a TAP");
    }

    /** Hands the host a frame, which is lost while its interface is down. */
    public void write(byte[] frame) throws IOException {
        outgoing.write(0, frame, 0, frame.length);
        if (write(fd, LibC.address(outgoing), frame.length) < 0 && LibC.errno() != EIO) {
            throw LinuxException.of(LibC.errno(), "write to a TAP");
        }
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
