package io.tapswitch.port.stream;

import io.netty.util.NetUtil;
import io.tapswitch.config.ConfigException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the far side of a stream is: {@code unix:/PATH}, {@code tcp:IPV4:PORT} or {@code tcp:[IPV6]:PORT}. Names of hosts
 * are not looked up, as a name service would then say who is connected; {@code localhost} is 127.0.0.1.
 *
 * @param socket a {@link UnixDomainSocketAddress} or a resolved {@link InetSocketAddress}
 */
record StreamAddress(SocketAddress socket) {
    private static final String UNIX = "unix:";
    private static final Pattern TCP = Pattern.compile("tcp:(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+|localhost)):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    /**
     * Reads an address.
     *
     * @param field where it stands, for errors
     * @throws ConfigException if it is none
     */
    static StreamAddress parse(String field, String text) {
        if (text.startsWith(UNIX)) {
            return new StreamAddress(UnixDomainSocketAddress.of(path(field, text.substring(UNIX.length()))));
        }
        Matcher tcp = TCP.matcher(text);
        if (!tcp.matches() || Integer.parseInt(tcp.group(3)) > MAX_PORT) {
            throw ConfigException.invalid(
                    field,
                    "'" + text + "' is not an address: write unix:/PATH or tcp:ADDRESS:PORT, such as"
                            + " unix:/run/vm1.sock, tcp:127.0.0.1:9000 or tcp:[::1]:9000; the host is an IP address,"
                            + " not a name");
        }
        String host = tcp.group(1) == null ? tcp.group(2) : tcp.group(1);
        return new StreamAddress(new InetSocketAddress(host(field, host), Integer.parseInt(tcp.group(3))));
    }

    private static Path path(String field, String text) {
        try {
            Path path = Path.of(text).normalize();
            if (path.isAbsolute() && path.getFileName() != null) {
                return path;
            }
        } catch (InvalidPathException e) {
            // The error below says it.
        }
        throw ConfigException.invalid(
                field, "'" + text + "' is not the absolute path of a file: write such as unix:/run/vm1.sock");
    }

    private static InetAddress host(String field, String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text.equals("localhost") ? "127.0.0.1" : text);
        if (bytes == null) {
            throw ConfigException.invalid(field, "'" + text + "' is not an IP address");
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it is a Unix socket. */
    boolean isUnix() {
        return socket instanceof UnixDomainSocketAddress;
    }

    /** The file of a Unix socket. */
    Path path() {
        return ((UnixDomainSocketAddress) socket).getPath();
    }

    /** The port number of a TCP address. */
    int port() {
        return ((InetSocketAddress) socket).getPort();
    }

    /** Whether the system is to choose the port number. */
    boolean isAnyPort() {
        return !isUnix() && port() == 0;
    }

    /** The same TCP address with the port number that the system chose. */
    StreamAddress withPort(int port) {
        return new StreamAddress(new InetSocketAddress(((InetSocketAddress) socket).getAddress(), port));
    }

    /** Whether only this host can reach it. */
    boolean isLocal() {
        return isUnix() || ((InetSocketAddress) socket).getAddress().isLoopbackAddress();
    }

    /** The one form of each address that {@link #parse} reads. */
    @Override
    public String toString() {
        if (isUnix()) {
            return UNIX + path();
        }
        String host = NetUtil.toAddressString(((InetSocketAddress) socket).getAddress());
        return "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
    }
}
