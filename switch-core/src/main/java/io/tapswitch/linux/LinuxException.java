package io.tapswitch.linux;

import java.io.IOException;

/**
 * A system call said no. The message tells what was being done, what the kernel said, and what to do about it:
 * {@code cannot open /dev/net/tun: No such file or directory (ENOENT); load the driver with: modprobe tun}.
 */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    private LinuxException(int errno, String message, Throwable cause) {
        super(message, cause);
        this.errno = errno;
    }

    /**
     * An exception with the advice that fits the error number wherever it comes from, if there is any.
     *
     * @param errno the error number, positive
     * @param doing what was being done, to follow "cannot"
     */
    public static LinuxException of(int errno, String doing) {
        LinuxException plain = explained(errno, doing, LibC.describe(errno));
        String advice = generalAdvice(errno);
        return advice == null ? plain : plain.advise(advice);
    }

    /**
     * An exception for which the caller knows what to do.
     *
     * @param advice what the user can do about it, to follow a semicolon
     */
    public static LinuxException of(int errno, String doing, String advice) {
        return explained(errno, doing, LibC.describe(errno)).advise(advice);
    }

    /** An exception with the kernel's own words in place of the C library's. */
    static LinuxException explained(int errno, String doing, String explanation) {
        return new LinuxException(
                errno, "cannot " + doing + ": " + explanation + " (" + Errno.symbol(errno) + ")", null);
    }

    /** The same with advice added at the end of the message, and this exception as its cause. */
    public LinuxException advise(String advice) {
        return new LinuxException(errno, getMessage() + "; " + advice, this);
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }

    /** The symbol of the error number, such as {@code "EBUSY"}. */
    public String symbol() {
        return Errno.symbol(errno);
    }

    private static String generalAdvice(int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                "it needs CAP_NET_ADMIN: run as root, with the systemd setting"
                        + " AmbientCapabilities=CAP_NET_ADMIN, or with the container option --cap-add NET_ADMIN";
            case Errno.EMFILE -> "this process has too many open files: raise LimitNOFILE= or ulimit -n";
            case Errno.ENFILE -> "this machine has too many open files: raise the sysctl fs.file-max";
            case Errno.ENOMEM, Errno.ENOBUFS -> "the kernel is out of memory";
            default -> null;
        };
    }
}
