package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.nio.charset.StandardCharsets;

/**
 * {@code /dev/net/tun} and its ioctls (linux/if_tun.h; the kernel's Documentation/networking/tuntap.rst). An fd here is
 * one queue of a TUN or TAP device, owned by the caller. The ioctl numbers are asm-generic: the same on x86-64 and
 * aarch64. Callable from any thread; {@link #open} binds the queue to the calling thread's network namespace.
 *
 * <p>Interfaces are named with a {@code struct ifreq} of 40 bytes, of which only two fields count here:
 *
 * <pre>
 *  0                               16      18                      40
 * +-------------------------------+-------+-----------------------+
 * | ifr_name, NUL-terminated      | flags | unused                |
 * +-------------------------------+-------+-----------------------+
 * </pre>
 */
public final class IfTun {
    public static final int IFF_TUN = 0x0001;
    public static final int IFF_TAP = 0x0002;
    public static final int IFF_MULTI_QUEUE = 0x0100;
    /** Only in answers: the device outlives its last queue. */
    public static final int IFF_PERSIST = 0x0800;
    /** No 4-byte packet information before each frame. */
    public static final int IFF_NO_PI = 0x1000;
    /** A virtio-net header before each frame. */
    public static final int IFF_VNET_HDR = 0x4000;
    /** Only create: an existing device of that name is EBUSY. */
    public static final int IFF_TUN_EXCL = 0x8000;

    public static final int TUN_F_CSUM = 0x01;
    public static final int TUN_F_TSO4 = 0x02;
    public static final int TUN_F_TSO6 = 0x04;
    public static final int TUN_F_TSO_ECN = 0x08;
    /** UDP segmentation, Linux 6.2; the kernel takes USO4 and USO6 only together. */
    public static final int TUN_F_USO4 = 0x20;

    public static final int TUN_F_USO6 = 0x40;

    /** Checksums and TCP segmentation, which every kernel takes. */
    public static final int TSO = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

    /** The same with UDP segmentation. */
    public static final int TSO_AND_USO = TSO | TUN_F_USO4 | TUN_F_USO6;

    /** The kernel's MAX_TAP_QUEUES. */
    public static final int MAX_QUEUES = 256;

    private static final String DEVICE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETPERSIST = 0x4004_54cbL;
    private static final long TUNSETOWNER = 0x4004_54ccL;
    private static final long TUNSETGROUP = 0x4004_54ceL;
    private static final long TUNGETFEATURES = 0x8004_54cfL;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    private static final long TUNSETVNETLE = 0x4004_54dcL;
    private static final long TUNSETCARRIER = 0x4004_54e2L;
    private static final long TUNGETDEVNETNS = 0x54e3L;

    private static final int IFREQ_LENGTH = 40;
    private static final int IFREQ_FLAGS = 16;

    private IfTun() {}

    /** What a queue is attached to: the interface's present name, and its IFF_ flags. */
    public record Attachment(String name, int flags) {}

    /**
     * Opens a queue that is not attached to any device yet, non-blocking and closed on exec.
     *
     * @return the fd, which the caller closes
     * @throws LinuxException if the driver is not there or this process may not use it
     */
    public static int open() throws LinuxException {
        int fd = LibC.open(DEVICE, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
        if (fd >= 0) {
            return fd;
        }
        String doing = "open " + DEVICE;
        throw switch (-fd) {
            case Errno.ENOENT, Errno.ENXIO, Errno.ENODEV ->
                LinuxException.of(
                        -fd,
                        doing,
                        "load the driver with: modprobe tun; in a container, add the option: --device " + DEVICE);
            case Errno.EACCES, Errno.EPERM ->
                LinuxException.of(
                        -fd,
                        doing,
                        "this user may not open it: run as root, or restore its usual mode with: chmod 0666 " + DEVICE
                                + " (making a TAP still needs CAP_NET_ADMIN); in a container, add the option: --device "
                                + DEVICE);
            default -> LinuxException.of(-fd, doing);
        };
    }

    /** Closes a queue. A device that is not persistent vanishes with its last queue. */
    public static void close(int fd) {
        LibC.close(fd);
    }

    /**
     * Attaches a queue to a device, which is created if it does not exist.
     *
     * @param name at most {@link InterfaceName#MAX_LENGTH} bytes, as the kernel would silently cut a longer one
     * @param flags IFF_ flags
     * @return the device's name, with the number that the kernel chose for "%d"
     */
    public static String setIff(int fd, String name, int flags) throws LinuxException {
        InterfaceName.checkPattern(name);
        try (Memory ifreq = new Memory(IFREQ_LENGTH)) {
            ifreq.clear();
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            ifreq.write(0, text, 0, text.length);
            ifreq.setShort(IFREQ_FLAGS, (short) flags);
            ioctl(fd, TUNSETIFF, LibC.address(ifreq), "attach to interface '" + name + "'");
            return ifreq.getString(0, "UTF-8");
        }
    }

    /** The device that a queue is attached to. EBADFD says that it is attached to none, or that the device is gone. */
    public static Attachment getIff(int fd) throws LinuxException {
        try (Memory ifreq = new Memory(IFREQ_LENGTH)) {
            ifreq.clear();
            ioctl(fd, TUNGETIFF, LibC.address(ifreq), "read the device's name and flags");
            return new Attachment(ifreq.getString(0, "UTF-8"), Short.toUnsignedInt(ifreq.getShort(IFREQ_FLAGS)));
        }
    }

    /** The IFF_ flags that the driver knows; the queue need not be attached. */
    public static int getFeatures(int fd) throws LinuxException {
        try (Memory flags = new Memory(Integer.BYTES)) {
            ioctl(fd, TUNGETFEATURES, LibC.address(flags), "ask the TUN driver for its features");
            return flags.getInt(0);
        }
    }

    /** Sets the length in bytes of the virtio-net header before each frame: 10, or 12 with num_buffers. */
    public static void setVnetHeaderSize(int fd, int length) throws LinuxException {
        setInt(fd, TUNSETVNETHDRSZ, length, "set the virtio-net header of the device to " + length + " bytes");
    }

    /** Makes the virtio-net header little-endian on every machine, or leaves it in the machine's own order. */
    public static void setVnetLittleEndian(int fd, boolean littleEndian) throws LinuxException {
        setInt(fd, TUNSETVNETLE, littleEndian ? 1 : 0, "make the device's virtio-net header little-endian");
    }

    /**
     * Says what the reader of the device can take: TUN_F_ flags, for all queues. What is written to the device may
     * carry any offload regardless. EINVAL says that this kernel does not know one of the flags.
     */
    public static void setOffload(int fd, int flags) throws LinuxException {
        ioctl(fd, TUNSETOFFLOAD, flags, "set the device's offloads to 0x" + Integer.toHexString(flags));
    }

    /** Makes the device outlive its last queue, or not. */
    public static void setPersist(int fd, boolean persistent) throws LinuxException {
        ioctl(fd, TUNSETPERSIST, persistent ? 1 : 0, "make the device " + (persistent ? "" : "not ") + "persistent");
    }

    /** Lets a user attach to the device without CAP_NET_ADMIN. */
    public static void setOwner(int fd, long uid) throws LinuxException {
        ioctl(fd, TUNSETOWNER, uid, "set the device's owner to uid " + uid);
    }

    /** Lets a group attach to the device without CAP_NET_ADMIN. */
    public static void setGroup(int fd, long gid) throws LinuxException {
        ioctl(fd, TUNSETGROUP, gid, "set the device's group to gid " + gid);
    }

    /** Plugs the cable in or pulls it, as the interface's user sees it. Attaching plugs it in. Linux 5.0. */
    public static void setCarrier(int fd, boolean carrier) throws LinuxException {
        setInt(fd, TUNSETCARRIER, carrier ? 1 : 0, "switch the device's carrier " + (carrier ? "on" : "off"));
    }

    /**
     * The network namespace that the device is in now, which need not be the one in which it was made. Linux 5.8;
     * before that ENOTTY or EINVAL.
     *
     * @return an fd of the namespace, which the caller closes
     */
    public static int getDeviceNamespace(int fd) throws LinuxException {
        int namespace = LibC.ioctl(fd, TUNGETDEVNETNS, 0);
        if (namespace < 0) {
            throw LinuxException.of(LibC.errno(), "find the device's network namespace");
        }
        return namespace;
    }

    private static void setInt(int fd, long request, int value, String doing) throws LinuxException {
        try (Memory memory = new Memory(Integer.BYTES)) {
            memory.setInt(0, value);
            ioctl(fd, request, LibC.address(memory), doing);
        }
    }

    private static void ioctl(int fd, long request, long argument, String doing) throws LinuxException {
        if (LibC.ioctl(fd, request, argument) < 0) {
            throw LinuxException.of(LibC.errno(), doing);
        }
    }
}
