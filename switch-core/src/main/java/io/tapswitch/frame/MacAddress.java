package io.tapswitch.frame;

import java.util.regex.Pattern;

/**
 * A 48-bit MAC address (IEEE 802-2014 clause 8) held in the low 48 bits of a {@code long}, first octet on the wire in
 * the highest of them. The frame path uses the plain {@code long}; this class only names the bits and the text form.
 */
public final class MacAddress {
    /** ff:ff:ff:ff:ff:ff. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    /** The Ethernet flow-control address; IEEE 802.3 annex 31B forbids bridges to forward it. */
    public static final long PAUSE = 0x0180_c200_0001L;

    private static final long RESERVED_PREFIX = 0x0180_c200_0000L;
    private static final long GROUP_BIT = 1L << 40;
    private static final long LOCAL_BIT = 1L << 41;
    private static final long BITS = 0xffff_ffff_ffffL;
    private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}");

    private MacAddress() {}

    /** Whether the address is a group address: multicast, or broadcast. */
    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /** Whether a station may send from this address: neither a group address nor zero. */
    public static boolean isValidSource(long mac) {
        return mac != 0 && !isGroup(mac);
    }

    /** Whether the address is one of 01:80:c2:00:00:00 to 0f, which 802.1Q table 8-1 keeps within one link. */
    public static boolean isReserved(long mac) {
        return (mac & ~0xfL) == RESERVED_PREFIX;
    }

    /** A locally administered address of a station (802-2014, 8.4), made of random bits. */
    public static long local(long bits) {
        return bits & BITS & ~GROUP_BIT | LOCAL_BIT;
    }

    /**
     * Reads {@code "02:00:00:00:00:01"}, with colons or hyphens.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static long parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a MAC address: write six octets, such as 02:00:00:00:00:01");
        }
        return Long.parseLong(text.replaceAll("[:-]", ""), 16);
    }

    /** The address as lower-case octets joined by colons. */
    public static String format(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (mac >>> shift) & 0xff;
            text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 0xf, 16));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
