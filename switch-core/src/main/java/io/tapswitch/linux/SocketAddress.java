package io.tapswitch.linux;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a socket is: {@code unix:/run/a.sock}, {@code udp:127.0.0.1:9001}, {@code tcp:[::1]:9001}. Names of hosts are not
 * looked up, as a name service would then say who is on the far side; {@code localhost} is 127.0.0.1.
 *
 * @param kind the transport
 * @param path of a Unix socket, absolute; null for the others
 * @param host null for a Unix socket
 * @param port 0, for any, to 65535; 0 for a Unix socket
 */
public record SocketAddress(Kind kind, String path, InetAddress host, int port) {
    /** The longest path of a Unix socket in bytes: {@code sun_path} without its final zero, unix(7). */
    public static final int MAX_PATH = 107;

    private static final String UNIX = "unix:";
    private static final String LOCALHOST = "localhost";
    private static final Pattern INTERNET =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+|" + LOCALHOST + ")):(0|[1-9][0-9]{0,4})");
    private static final int HIGHEST_PORT = 65535;

    /** A transport. */
    public enum Kind {
        UNIX,
        TCP,
        UDP;

        private String prefix() {
            return name().toLowerCase(Locale.ROOT) + ":";
        }
    }

    /**
     * Reads an address.
     *
     * @param internet the transport that it may have besides {@link Kind#UNIX}
     * @throws IllegalArgumentException if the text is none, saying what would be right
     */
    public static SocketAddress parse(String text, Kind internet) {
        if (text.startsWith(UNIX)) {
            return unix(text, internet);
        }
        Matcher address = INTERNET.matcher(
                text.startsWith(internet.prefix())
                        ? text.substring(internet.prefix().length())
                        : "");
        if (!address.matches()) {
            throw refusal(text, internet, "");
        }
        int port = Integer.parseInt(address.group(3));
        if (port > HIGHEST_PORT) {
            throw refusal(text, internet, "the highest port is " + HIGHEST_PORT + "; ");
        }
        boolean ipv6 = address.group(1) != null;
        byte[] host = host(ipv6 ? address.group(1) : address.group(2), ipv6);
        if (host == null) {
            throw refusal(text, internet, "");
        }
        return of(internet, host, port);
    }

    private static SocketAddress unix(String text, Kind internet) {
        String path = path(text.substring(UNIX.length()));
        if (path == null) {
            throw refusal(text, internet, "a file needs its absolute path; ");
        }
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH) {
            throw refusal(
                    text, internet, "the path has " + bytes + " bytes and a Unix socket's at most " + MAX_PATH + "; ");
        }
        return new SocketAddress(Kind.UNIX, path, null, 0);
    }

    /** The one form of an absolute path that can be a file; null if it is none. */
    private static String path(String text) {
        try {
            Path path = Path.of(text).normalize();
            return path.isAbsolute() && path.getFileName() != null && !text.endsWith("/") ? path.toString() : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static byte[] host(String text, boolean ipv6) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text.equals(LOCALHOST) ? "127.0.0.1" : text);
        return bytes == null || bytes.length != (ipv6 ? 16 : 4) ? null : bytes;
    }

    /** An IPv4-mapped address becomes one of IPv4, as everywhere in Java. */
    private static SocketAddress of(Kind kind, byte[] host, int port) {
        try {
            return new SocketAddress(kind, null, InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static IllegalArgumentException refusal(String text, Kind internet, String why) {
        String prefix = internet.prefix();
        return new IllegalArgumentException("'" + text + "' is not the address of a socket: " + why
                + "write it like unix:/run/a.sock, " + prefix + "127.0.0.1:9001 or " + prefix
                + "[::1]:9001; the host is an IP address, not a name");
    }

    /** The address of a file, whatever its length. */
    public static SocketAddress ofFile(Path file) {
        return new SocketAddress(Kind.UNIX, file.toString(), null, 0);
    }

    /** Whether the system is to choose the port number. */
    public boolean isAnyPort() {
        return !isUnix() && port == 0;
    }

    /** The same address with the port number that the system chose. */
    public SocketAddress withPort(int chosen) {
        return new SocketAddress(kind, path, host, chosen);
    }

    /** Whether only this host can reach it. */
    public boolean isLocal() {
        return isUnix() || host.isLoopbackAddress();
    }

    /** Whether it is a file. */
    public boolean isUnix() {
        return kind == Kind.UNIX;
    }

    /** The one form of each address that {@link #parse} reads. */
    @Override
    public String toString() {
        if (isUnix()) {
            return UNIX + path;
        }
        String digits = NetUtil.toAddressString(host);
        return kind.prefix() + (family() == LibC.AF_INET ? digits : "[" + digits + "]") + ":" + port;
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
