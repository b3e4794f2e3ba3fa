package io.tapswitch.linux;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * An IP address with the length of its network prefix, as an interface has it: {@code 10.0.0.1/24},
 * {@code fd00::1/64}.
 *
 * @param address a unicast address
 * @param prefixLength in bits, 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record InterfaceAddress(InetAddress address, int prefixLength) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the prefix length is out of range, or an interface cannot have the address
     */
    public InterfaceAddress {
        Objects.requireNonNull(address, "address");
        int bits = address.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw refusal(address.getHostAddress() + "/" + prefixLength, "the prefix length must be 0 to " + bits);
        }
        if (address.isMulticastAddress() || address.isAnyLocalAddress() || isLimitedBroadcast(address)) {
            throw refusal(address.getHostAddress(), "it is not a unicast address");
        }
    }

    /**
     * Reads an address in numbers with its prefix length. Never asks a name server.
     *
     * @param text such as {@code "10.0.0.1/24"} or {@code "fd00::1/64"}
     * @throws IllegalArgumentException if the text is anything else: a name, a zone, no prefix length, an IPv4 address
     *     with fewer than four numbers, an IPv4-mapped IPv6 address
     */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw refusal(text, "the prefix length is missing");
        }
        return new InterfaceAddress(address(text, text.substring(0, slash)), prefixLength(text, slash + 1));
    }

    /** The text that {@link #parse} reads; IPv6 as RFC 5952 says. */
    @Override
    public String toString() {
        return NetUtil.toAddressString(address) + "/" + prefixLength;
    }

    private static InetAddress address(String text, String digits) {
        boolean plain = digits.chars().allMatch(c -> c == '.' || c == ':' || (c < 0x80 && Character.digit(c, 16) >= 0));
        byte[] bytes = plain ? NetUtil.createByteArrayFromIpAddressString(digits) : null;
        if (bytes == null) {
            throw refusal(text, "the address must be in numbers");
        }
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (address.getAddress().length != bytes.length) {
                throw refusal(text, "an IPv4-mapped address belongs to no interface");
            }
            return address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static int prefixLength(String text, int start) {
        String digits = text.substring(start);
        if (!digits.matches("0|[1-9][0-9]{0,2}")) {
            throw refusal(text, "the prefix length must be a number");
        }
        return Integer.parseInt(digits);
    }

    private static boolean isLimitedBroadcast(InetAddress address) {
        return address instanceof Inet4Address && address.hashCode() == -1;
    }

    private static IllegalArgumentException refusal(String text, String why) {
        return new IllegalArgumentException(
                "'" + text + "' is not an interface address: " + why + "; write it like 10.0.0.1/24 or fd00::1/64");
    }
}
