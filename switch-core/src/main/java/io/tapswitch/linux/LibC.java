package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import io.netty.channel.unix.Buffer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The functions of the C library that this package calls. Arguments and results are C's own; a {@code long} is a
 * {@code long}, a {@code size_t} or an address. A call that fails returns -1 and leaves its reason in {@link #errno()}.
 *
 * <p>JNA's direct mapping knows no varargs. {@code open}, {@code ioctl} and {@code syscall} are declared with fixed
 * arity, which is the same calling convention on x86-64 and aarch64 Linux.
 */
final class LibC {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_NOFOLLOW = Platform.isARM() ? 0x8000 : 0x20000;
    static final int O_CLOEXEC = 0x80000;
    static final int O_PATH = 0x20_0000;
    static final int CLONE_NEWNET = 0x4000_0000;

    static final int SOL_SOCKET = 1;
    static final int IPPROTO_IP = 0;
    static final int IPPROTO_IPV6 = 41;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_RCVTIMEO = 20;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_NETLINK = 16;
    static final int AF_PACKET = 17;

    /** A {@code struct sockaddr} of family AF_UNSPEC. */
    private static final ByteBuffer NOBODY = ByteBuffer.allocateDirect(16);

    static {
        Native.register(LibC.class, NativeLibrary.getInstance("c"));
    }

    private LibC() {}

    static native int open(long path, int flags);

    static native int close(int fd);

    static native int fchmod(int fd, int mode);

    static native int ioctl(int fd, long request, long argument);

    static native int poll(long fds, long count, int timeoutMillis);

    static native int setns(int fd, int type);

    static native int unshare(int flags);

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, long address, int addressLength);

    static native int connect(int fd, long address, int addressLength);

    static native int listen(int fd, int backlog);

    static native int accept4(int fd, long address, long addressLength, int flags);

    static native int getsockname(int fd, long address, long addressLength);

    static native int getpeername(int fd, long address, long addressLength);

    static native int getsockopt(int fd, int level, int option, long value, long valueLength);

    static native int setsockopt(int fd, int level, int option, long value, int valueLength);

    static native long send(int fd, long buffer, long length, int flags);

    static native long recv(int fd, long buffer, long length, int flags);

    static native int sendmmsg(int fd, long messages, int count, int flags);

    static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

    static native int getpwnam_r(long name, long passwd, long buffer, long bufferLength, long result);

    static native int getgrnam_r(long name, long group, long buffer, long bufferLength, long result);

    static native int getpriority(int which, int who);

    static native int setpriority(int which, int who, int nice);

    static native long syscall(long number, long first, long second, long third);

    private static native long strerror(int errno);

    /** The reason why this thread's last call failed; meaningless after a call that did not fail. */
    static int errno() {
        return Native.getLastError();
    }

    /** What the C library says about an error number, in its language. */
    static String describe(int errno) {
        return new Pointer(strerror(errno)).getString(0);
    }

    /** Native memory with the text in UTF-8 and a NUL; the caller closes it after the call. */
    static Memory string(String text) {
        Memory memory = new Memory(4L * text.length() + 1);
        memory.setString(0, text, "UTF-8");
        return memory;
    }

    /** The address to hand to a call; the caller keeps the memory reachable until the call is over. */
    static long address(Memory memory) {
        return Pointer.nativeValue(memory);
    }

    /** Sets an option of a socket that is an {@code int}; gives what {@code setsockopt} does. */
    static int setOption(int fd, int level, int option, int value) {
        try (Memory memory = new Memory(Integer.BYTES)) {
            memory.setInt(0, value);
            return setsockopt(fd, level, option, address(memory), Integer.BYTES);
        }
    }

    /**
     * Has a socket keep up to so many bytes: as many as asked for with CAP_NET_ADMIN, else what net.core.rmem_max and
     * wmem_max allow, which is enough to work.
     *
     * @param forced SO_RCVBUFFORCE or SO_SNDBUFFORCE
     * @param option the same without the force
     */
    static void setBuffer(int fd, int forced, int option, int bytes) {
        if (setOption(fd, SOL_SOCKET, forced, bytes) < 0) {
            setOption(fd, SOL_SOCKET, option, bytes);
        }
    }

    /** Takes a datagram socket's connection back, connect(2); gives 0, or the error number. */
    static int disconnect(int fd) {
        return connect(fd, NOBODY);
    }

    /** Binds to a {@code struct sockaddr} in a direct buffer; gives 0, or the error number. */
    static int bind(int fd, ByteBuffer sockaddr) {
        try {
            return bind(fd, Buffer.memoryAddress(sockaddr), sockaddr.capacity()) < 0 ? errno() : 0;
        } finally {
            Reference.reachabilityFence(sockaddr);
        }
    }

    /** Connects to a {@code struct sockaddr} in a direct buffer; gives 0, or the error number. */
    static int connect(int fd, ByteBuffer sockaddr) {
        try {
            return connect(fd, Buffer.memoryAddress(sockaddr), sockaddr.capacity()) < 0 ? errno() : 0;
        } finally {
            Reference.reachabilityFence(sockaddr);
        }
    }

    /** Opens a file; gives the file descriptor, or the error number negated. */
    static int open(String path, int flags) {
        try (Memory text = string(path)) {
            int fd = open(address(text), flags);
            return fd >= 0 ? fd : -errno();
        }
    }
}
