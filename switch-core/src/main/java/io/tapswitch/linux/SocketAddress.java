package io.tapswitch.linux;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a socket is: {@code unix:/run/a.sock}, {@code udp:127.0.0.1:9001}, {@code tcp:[::1]:9001}. Hosts are addresses in
 * numbers, so that no name server is ever asked.
 *
 * @param kind the transport
 * @param path of a Unix socket, absolute; null for the others
 * @param host null for a Unix socket
 * @param port 1 to 65535; 0 for a Unix socket
 */
public record SocketAddress(Kind kind, String path, InetAddress host, int port) {
    /** The longest path of a Unix socket in bytes: {@code sun_path} without its final zero, unix(7). */
    public static final int MAX_PATH = 107;

    private static final Pattern UNIX = Pattern.compile("unix:(/[^\\x00]*[^/\\x00])");
    private static final Pattern INTERNET =
            Pattern.compile("(udp|tcp):(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+)):([1-9][0-9]{0,4})");
    private static final int HIGHEST_PORT = 65535;

    /** A transport. */
    public enum Kind {
        UNIX,
        TCP,
        UDP
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if the text is none, saying what would be right
     */
    public static SocketAddress parse(String text) {
        Matcher unix = UNIX.matcher(text);
        if (unix.matches()) {
            return unix(text, Path.of(unix.group(1)).toString());
        }
        Matcher internet = INTERNET.matcher(text);
        if (!internet.matches()) {
            throw refusal(text, "");
        }
        Kind kind = internet.group(1).equals("udp") ? Kind.UDP : Kind.TCP;
        String digits = internet.group(2) == null ? internet.group(3) : internet.group(2);
        int port = Integer.parseInt(internet.group(4));
        if (port > HIGHEST_PORT) {
            throw refusal(text, "the highest port is " + HIGHEST_PORT + "; ");
        }
        return new SocketAddress(kind, null, host(text, digits, internet.group(2) != null), port);
    }

    private static SocketAddress unix(String text, String path) {
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH) {
            throw refusal(text, "the path has " + bytes + " bytes and a Unix socket's at most " + MAX_PATH + "; ");
        }
        return new SocketAddress(Kind.UNIX, path, null, 0);
    }

    private static InetAddress host(String text, String digits, boolean ipv6) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(digits);
        if (bytes == null || bytes.length != (ipv6 ? 16 : 4)) {
            throw refusal(text, "");
        }
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (address.getAddress().length != bytes.length) {
                throw refusal(text, "write an IPv4-mapped address as IPv4; ");
            }
            return address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static IllegalArgumentException refusal(String text, String why) {
        return new IllegalArgumentException("'" + text + "' is not the address of a socket: " + why
                + "write it like unix:/run/a.sock, udp:127.0.0.1:9001 or tcp:[::1]:9001");
    }

    /** Whether it is a file. */
    public boolean isUnix() {
        return kind == Kind.UNIX;
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        if (isUnix()) {
            return "unix:" + path;
        }
        String digits = NetUtil.toAddressString(host);
        return kind.name().toLowerCase(Locale.ROOT) + ":" + (family() == LibC.AF_INET ? digits : "[" + digits + "]")
                + ":" + port;
    }

    /** The {@code AF_} number. */
    int family() {
        if (isUnix()) {
            return LibC.AF_UNIX;
        }
        return host.getAddress().length == 4 ? LibC.AF_INET : LibC.AF_INET6;
    }

    /**
     * The {@code struct sockaddr_un}, {@code sockaddr_in} or {@code sockaddr_in6}, in a direct buffer of its length:
     *
     * <pre>
     *  sockaddr_un  | family 2 | path, NUL |
     *  sockaddr_in  | family 2 | port 2 | address 4 | zero 8 |
     *  sockaddr_in6 | family 2 | port 2 | flow 4 | address 16 | scope 4 |
     * </pre>
     */
    ByteBuffer toSockaddr() {
        byte[] bytes = isUnix() ? path.getBytes(StandardCharsets.UTF_8) : host.getAddress();
        int length =
                switch (family()) {
                    case LibC.AF_UNIX -> 2 + bytes.length + 1;
                    case LibC.AF_INET -> 16;
                    default -> 28;
                };
        ByteBuffer sockaddr = ByteBuffer.allocateDirect(length);
        sockaddr.order(ByteOrder.nativeOrder()).putShort(0, (short) family());
        sockaddr.order(ByteOrder.BIG_ENDIAN);
        if (isUnix()) {
            return sockaddr.put(2, bytes);
        }
        return sockaddr.putShort(2, (short) port).put(bytes.length == 4 ? 4 : 8, bytes);
    }
}
