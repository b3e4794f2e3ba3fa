package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * What a network interface has its hardware, or the kernel in its place, do for the sender (linux/ethtool.h). The ioctls
 * only read, and take no capability. Each names the interface with a {@code struct ifreq} that points to a
 * {@code struct ethtool_value}:
 *
 * <pre>
 *  0                               16                24       40       0         4        8
 * +-------------------------------+-----------------+--------+       +---------+---------+
 * | ifr_name, NUL-terminated      | ifr_data        | unused |  -->  | command | answer  |
 * +-------------------------------+-----------------+--------+       +---------+---------+
 * </pre>
 */
public final class Ethtool {
    private static final long SIOCETHTOOL = 0x8946;
    private static final int IFREQ_LENGTH = 40;
    private static final int IFREQ_DATA = 16;
    private static final int VALUE_LENGTH = 8;
    private static final int VALUE_DATA = 4;

    private static final int ETHTOOL_GRXCSUM = 0x14;
    private static final int ETHTOOL_GTXCSUM = 0x16;
    private static final int ETHTOOL_GTSO = 0x1e;
    private static final int ETHTOOL_GGSO = 0x23;
    private static final int ETHTOOL_GFLAGS = 0x25;
    private static final int ETHTOOL_GGRO = 0x2b;
    private static final int ETH_FLAG_LRO = 1 << 15;

    private Ethtool() {}

    /**
     * The offloads that are switched on, by the names that {@code ethtool -K} takes.
     *
     * @param rx whether checksums of received packets need no look
     * @param tx whether checksums of sent packets may be left open
     * @param tso whether long TCP segments are cut by the interface
     * @param gso whether the kernel keeps packets in one piece until they reach the interface
     * @param gro whether the kernel joins received packets
     * @param lro whether the hardware joins received packets, in a way that a switch cannot undo
     */
    public record Offloads(boolean rx, boolean tx, boolean tso, boolean gso, boolean gro, boolean lro) {}

    /**
     * The offloads of an interface, in the calling thread's network namespace. Of what a driver does not say, none is on.
     *
     * @throws LinuxException ENODEV if there is no such interface
     */
    public static Offloads offloads(String interfaceName) throws LinuxException {
        InterfaceName.check(interfaceName);
        int fd = LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw LinuxException.of(LibC.errno(), "open a socket");
        }
        try {
            return new Offloads(
                    isOn(fd, interfaceName, ETHTOOL_GRXCSUM),
                    isOn(fd, interfaceName, ETHTOOL_GTXCSUM),
                    isOn(fd, interfaceName, ETHTOOL_GTSO),
                    isOn(fd, interfaceName, ETHTOOL_GGSO),
                    isOn(fd, interfaceName, ETHTOOL_GGRO),
                    (get(fd, interfaceName, ETHTOOL_GFLAGS) & ETH_FLAG_LRO) != 0);
        } finally {
            LibC.close(fd);
        }
    }

    private static boolean isOn(int fd, String interfaceName, int command) throws LinuxException {
        return get(fd, interfaceName, command) != 0;
    }

    private static int get(int fd, String interfaceName, int command) throws LinuxException {
        byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
        try (Memory ifreq = new Memory(IFREQ_LENGTH);
                Memory value = new Memory(VALUE_LENGTH)) {
            ifreq.clear();
            ifreq.write(0, name, 0, name.length);
            ifreq.setPointer(IFREQ_DATA, new Pointer(LibC.address(value)));
            value.setInt(0, command);
            value.setInt(VALUE_DATA, 0);
            if (LibC.ioctl(fd, SIOCETHTOOL, LibC.address(ifreq)) >= 0) {
                return value.getInt(VALUE_DATA);
            }
            int errno = LibC.errno();
            if (errno == Errno.EOPNOTSUPP) {
                return 0;
            }
            throw LinuxException.of(errno, "read the offloads of interface '" + interfaceName + "'");
        }
    }
}
