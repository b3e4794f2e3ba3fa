package io.tapswitch.port.tun;

import io.tapswitch.frame.IpAddress;
import io.tapswitch.linux.InterfaceAddress;
import java.nio.ByteBuffer;

/**
 * The IP addresses that begin with the same bits, each two {@code long}s as {@link IpAddress} defines.
 *
 * @param high the first 64 bits of any address of the prefix
 * @param low the others
 * @param bits how many count, 0 to 128; those of IPv4 are 96 more than people write
 */
record IpPrefix(long high, long low, int bits) {
    /** IPv6 addresses of one link, RFC 4291, 2.5.6. */
    static final IpPrefix LINK_LOCAL = new IpPrefix(0xfe80L << 48, 0, 10);

    private static final int IPV4_BITS = 96;

    /** Point-to-point links have no broadcast address, RFC 3021. */
    private static final int LONGEST_WITH_BROADCAST = 126;

    /** All the addresses of the network that an interface address is in. */
    static IpPrefix network(InterfaceAddress address) {
        return of(address, address.prefixLength());
    }

    /** The address alone. */
    static IpPrefix host(InterfaceAddress address) {
        return of(address, 128);
    }

    private static IpPrefix of(InterfaceAddress address, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(address.address().getAddress());
        if (bytes.capacity() == 16) {
            return new IpPrefix(bytes.getLong(0), bytes.getLong(8), length);
        }
        return new IpPrefix(0, IpAddress.ipv4(bytes.getInt(0)), Math.min(128, length + IPV4_BITS));
    }

    boolean isIpv4() {
        return IpAddress.isIpv4(high, low);
    }

    /** Whether an address of the same version of IP begins with these bits. */
    boolean contains(long otherHigh, long otherLow) {
        if (isIpv4() != IpAddress.isIpv4(otherHigh, otherLow)) {
            return false;
        }
        if (bits <= 64) {
            return ((high ^ otherHigh) & mask(bits)) == 0;
        }
        return high == otherHigh && ((low ^ otherLow) & mask(bits - 64)) == 0;
    }

    private static long mask(int ones) {
        return ones == 0 ? 0 : -1L << (64 - ones);
    }

    /** Whether an address is the one by which a packet reaches every host of this network. */
    boolean isBroadcast(long otherHigh, long otherLow) {
        return isIpv4()
                && bits <= LONGEST_WITH_BROADCAST
                && contains(otherHigh, otherLow)
                && (otherLow | mask(bits - 64)) == -1;
    }
}
