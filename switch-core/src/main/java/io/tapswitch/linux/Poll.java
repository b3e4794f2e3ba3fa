package io.tapswitch.linux;

import com.sun.jna.Memory;

/**
 * Asks at once whether a file descriptor is ready, {@code poll(2)}, where an event loop is not to be told of it.
 *
 * <pre>{@code
 *  struct pollfd { int fd; short events; short revents; };
 * }</pre>
 */
public final class Poll {
    private static final int EVENTS = 4;
    private static final int RETURNED = 6;
    private static final int LENGTH = 8;
    private static final short POLLOUT = 4;

    private Poll() {}

    /**
     * Whether a descriptor can be written to now. A TUN or TAP device can while its interface is up ({@code
     * tun_sock_writeable} of {@code drivers/net/tun.c}). Any thread; one system call.
     */
    public static boolean isWritable(int fd) {
        try (Memory polled = new Memory(LENGTH)) {
            polled.setInt(0, fd);
            polled.setShort(EVENTS, POLLOUT);
            polled.setShort(RETURNED, (short) 0);
            return LibC.poll(LibC.address(polled), 1, 0) == 1 && (polled.getShort(RETURNED) & POLLOUT) != 0;
        }
    }
}
