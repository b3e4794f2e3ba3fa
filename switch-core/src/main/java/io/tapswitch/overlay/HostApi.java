package io.tapswitch.overlay;

import java.net.InetSocketAddress;

/**
 * How the daemon of another host is known to this one's.
 *
 * @param host by name
 * @param address where it can be asked; null if it cannot
 * @param certificate SHA-256 digest of the certificate that it shows, in small hexadecimal digits; empty if it has none
 */
public record HostApi(String host, InetSocketAddress address, String certificate) {
    /** An address as people read it: {@code 192.0.2.1:7471}; null for null. */
    public static String text(InetSocketAddress address) {
        if (address == null) {
            return null;
        }
        String digits = address.getAddress().getHostAddress();
        return (digits.contains(":") ? "[" + digits + "]" : digits) + ":" + address.getPort();
    }
}
