package io.tapswitch.api;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the API is reached, and by whom: the section {@code api} of the configuration file.
 *
 * @param socket path of the Unix socket, or {@code none}; default {@code /run/tapswitch/api.sock}
 * @param socketMode its permissions, octal; default {@code 0660}
 * @param socketGroup its group, by name or number; default: the daemon's own
 * @param listen {@code HOST:PORT}, or {@code none}; default {@code 127.0.0.1:7470}; port 0 lets the kernel choose. Another
 *     address than of the loopback interface needs {@code tls}
 * @param tokenFile holds a bearer token for {@code listen}; default: {@code token} in the state directory
 * @param tls of {@code listen}; null for none
 * @param requestsPerSecond how many a caller may make on average; default 500
 */
public record ApiConfig(
        String socket,
        String socketMode,
        String socketGroup,
        String listen,
        String tokenFile,
        TlsConfig tls,
        Integer requestsPerSecond) {
    /** In place of an address: do not listen there. */
    public static final String NONE = "none";

    private static final Pattern LISTEN = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:]+):([0-9]{1,5})");
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final int MAX_PORT = 65_535;
    private static final int DEFAULT_REQUESTS = 500;
    private static final int MOST_REQUESTS = 1_000_000;

    /** What holds if nothing is said; after the patterns that it is checked by. */
    public static final ApiConfig DEFAULTS = new ApiConfig(null, null, null, null, null, null, null);

    /** Fills in the defaults and checks each field. */
    public ApiConfig {
        socket = Checks.orElse(socket, "/run/tapswitch/api.sock");
        socketMode = Checks.fileMode("socketMode", Checks.orElse(socketMode, "0660"));
        listen = Checks.orElse(listen, "127.0.0.1:7470");
        requestsPerSecond = Checks.range("requestsPerSecond", requestsPerSecond, 1, MOST_REQUESTS, DEFAULT_REQUESTS);
        if (!listen.equals(NONE)) {
            address(listen, tls != null);
        }
    }

    /** The same with the token in the state directory, unless it has a place. */
    public ApiConfig in(Path stateDir) {
        String token = Checks.orElse(tokenFile, stateDir.resolve("token").toString());
        return new ApiConfig(socket, socketMode, socketGroup, listen, token, tls, requestsPerSecond);
    }

    /** The Unix socket, if there is one. */
    public Optional<Path> socketPath() {
        return socket.equals(NONE)
                ? Optional.empty()
                : Optional.of(Path.of(socket).toAbsolutePath().normalize());
    }

    /** The permissions of the Unix socket, as chmod(2) takes them. */
    public int socketPermissions() {
        return Integer.parseInt(socketMode, 8);
    }

    /** The TCP address, if there is one. */
    public Optional<InetSocketAddress> listenAddress() {
        return listen.equals(NONE) ? Optional.empty() : Optional.of(address(listen, tls != null));
    }

    private static InetSocketAddress address(String text, boolean hasTls) {
        Matcher matcher = LISTEN.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
            throw ConfigException.invalid(
                    "listen", "'" + text + "' is not an address: write HOST:PORT, such as 127.0.0.1:7470, or none");
        }
        InetAddress host = literal(matcher.group(1).equals("localhost") ? "127.0.0.1" : matcher.group(1));
        if (!hasTls && (host == null || !host.isLoopbackAddress())) {
            throw ConfigException.invalid(
                    "listen",
                    "listening on " + matcher.group(1) + " needs TLS: set api.tls.certFile and api.tls.keyFile"
                            + " ('tapswitch tls create' makes a pair for a start), or listen on 127.0.0.1 or [::1]");
        }
        if (host == null) {
            throw ConfigException.invalid(
                    "listen", "'" + matcher.group(1) + "' is a name: write the address, or 0.0.0.0 or [::] for all");
        }
        return new InetSocketAddress(host, Integer.parseInt(matcher.group(2)));
    }

    /** The address that is written out, null for a name: a name service has no say in where the daemon listens. */
    private static InetAddress literal(String host) {
        if (!ADDRESS.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
