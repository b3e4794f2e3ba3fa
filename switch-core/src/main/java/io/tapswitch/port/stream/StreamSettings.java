package io.tapswitch.port.stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.UnixSocketFile;
import io.tapswitch.port.SocketFields;
import java.io.IOException;

/**
 * The section {@code stream} of a port. Exactly one of {@code listen} and {@code connect} is there; both are written
 * {@code unix:/PATH}, {@code tcp:IPV4:PORT} or {@code tcp:[IPV6]:PORT}.
 *
 * <p>TCP carries frames in the clear, and whoever reaches the address is let in: beyond the loopback interface that is a
 * matter of the network around it, so no address is listened on that is not written out.
 *
 * @param listen where the switch waits for its far side; TCP port 0 lets the system choose
 * @param connect where the far side waits for the switch
 * @param maxConnections with {@code listen}: 1 makes the port that of whoever is connected; more makes a port for each
 *     connection, named like this one with a number; default 1
 * @param mode with a Unix socket to listen on: its permissions, octal; default {@code 0660}
 * @param owner likewise, its owner, by name or number; default: the daemon's user
 * @param group likewise, its group; default: the daemon's
 * @param reconnectSeconds with {@code connect}: the longest pause before the next attempt; the first is 0.1 s; default 5
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamSettings(
        String listen,
        String connect,
        Integer maxConnections,
        String mode,
        String owner,
        String group,
        Integer reconnectSeconds) {
    private static final int MAX_CONNECTIONS = 4096;
    private static final int MAX_RECONNECT_SECONDS = 3600;
    private static final int ONE_CONNECTION = 1;
    private static final int DEFAULT_RECONNECT_SECONDS = 5;

    /** Fills in the defaults and checks each field. */
    public StreamSettings {
        if ((listen == null) == (connect == null)) {
            throw ConfigException.invalid(
                    listen == null ? "listen" : "connect",
                    listen == null
                            ? "is missing, and so is connect: say where the far side is, such as listen:"
                                    + " unix:/run/vm1.sock"
                            : "is there together with listen: the switch either listens or connects; leave one out");
        }
        listen = listen == null ? null : address("listen", listen).toString();
        connect = connect == null
                ? null
                : SocketFields.fixedAddress("connect", connect, SocketAddress.Kind.TCP)
                        .toString();
        boolean file = listen != null && address("listen", listen).isUnix();
        maxConnections = listen == null
                ? SocketFields.absent("maxConnections", maxConnections, ONE_CONNECTION, "listen")
                : Checks.range("maxConnections", maxConnections, 1, MAX_CONNECTIONS, ONE_CONNECTION);
        mode = file
                ? Checks.fileMode("mode", Checks.orElse(mode, SocketFields.DEFAULT_MODE))
                : SocketFields.absent("mode", mode, SocketFields.DEFAULT_MODE, "a Unix socket to listen on");
        owner = file ? owner : SocketFields.absent("owner", owner, null, "a Unix socket to listen on");
        group = file ? group : SocketFields.absent("group", group, null, "a Unix socket to listen on");
        reconnectSeconds = connect == null
                ? SocketFields.absent("reconnectSeconds", reconnectSeconds, DEFAULT_RECONNECT_SECONDS, "connect")
                : Checks.range(
                        "reconnectSeconds", reconnectSeconds, 1, MAX_RECONNECT_SECONDS, DEFAULT_RECONNECT_SECONDS);
    }

    private static SocketAddress address(String field, String text) {
        return SocketFields.address(field, text, SocketAddress.Kind.TCP);
    }

    /** The address to listen on or to connect to. */
    @JsonIgnore
    SocketAddress address() {
        return listen == null ? address("connect", connect) : address("listen", listen);
    }

    /** Who may connect to a Unix socket to listen on; null for others. @throws IOException if there is no such account */
    UnixSocketFile.Access access() throws IOException {
        return SocketFields.access("stream", mode, owner, group);
    }

    /** Whether the port only takes connections in, each of which gets a port of its own. */
    @JsonIgnore
    boolean isForMany() {
        return listen != null && maxConnections > ONE_CONNECTION;
    }
}
