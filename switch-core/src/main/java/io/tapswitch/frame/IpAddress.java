package io.tapswitch.frame;

/**
 * An IP address of either version as 128 bits in two {@code long}s: IPv4 as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), which
 * never crosses a wire. The frame path uses the plain {@code long}s; this class only names the bits.
 */
public final class IpAddress {
    /** Bytes of an IPv4 address. */
    public static final int IPV4_LENGTH = 4;

    /** Bytes of an IPv6 address. */
    public static final int IPV6_LENGTH = 16;

    private static final long IPV4 = 0xffffL << 32;

    private IpAddress() {}

    /** The low half of an IPv4 address; the high one is 0. */
    public static long ipv4(int address) {
        return IPV4 | Integer.toUnsignedLong(address);
    }

    /** Whether it is an IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** Whether an IPv6 address is a group's. */
    public static boolean isMulticast(long high) {
        return high >>> 56 == 0xff;
    }

    /** Whether an IPv6 address is of one link only, RFC 4291, 2.5.6. */
    public static boolean isLinkLocal(long high) {
        return high >>> 54 == 0xfe80 >>> 6;
    }

    /** Whether an IPv4 address can be a host's: neither this network nor loopback, multicast, class E or broadcast. */
    public static boolean isHost(int address) {
        int first = address >>> 24;
        return first > 0 && first < 224 && first != 127;
    }

    /** Whether an address of either version can be a host's: neither unspecified nor loopback nor a group's. */
    public static boolean isHost(long high, long low) {
        if (isIpv4(high, low)) {
            return isHost((int) low);
        }
        boolean special = high == 0 && (low == 0 || low == 1);
        return !special && !isMulticast(high);
    }
}
