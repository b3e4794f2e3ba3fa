package io.tapswitch.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** IP addresses that mean one host, and the same one wherever they are used. */
public final class HostAddress {
    private static final byte[] LIMITED_BROADCAST = {-1, -1, -1, -1};

    private HostAddress() {}

    /**
     * Reads an address in digits, asking no name service.
     *
     * @throws ConfigException if it is none, or means no host, many, or another one on each link
     */
    public static InetAddress parse(String field, String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            throw ConfigException.invalid(
                    field, "'" + text + "' is no IP address: write one in digits, such as 192.0.2.2 or 2001:db8::2");
        }
        InetAddress address = of(bytes);
        if (address.isMulticastAddress() || address.isAnyLocalAddress() || Arrays.equals(bytes, LIMITED_BROADCAST)) {
            throw ConfigException.invalid(field, "'" + text + "' is not the address of one host");
        }
        if (text.contains("%") || address instanceof Inet6Address && address.isLinkLocalAddress()) {
            throw ConfigException.invalid(
                    field, "'" + text + "' means another host on each link: use one that is routed");
        }
        return address;
    }

    /** An address of 4 or 16 bytes. */
    public static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
