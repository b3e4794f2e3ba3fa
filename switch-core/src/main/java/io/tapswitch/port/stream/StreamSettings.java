package io.tapswitch.port.stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;

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
    private static final String DEFAULT_MODE = "0660";
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
        listen = listen == null ? null : StreamAddress.parse("listen", listen).toString();
        connect = connect == null ? null : target(connect).toString();
        boolean file = listen != null && StreamAddress.parse("listen", listen).isUnix();
        maxConnections = listen == null
                ? absent("maxConnections", maxConnections, ONE_CONNECTION, "listen")
                : Checks.range("maxConnections", maxConnections, 1, MAX_CONNECTIONS, ONE_CONNECTION);
        mode = file
                ? Checks.fileMode("mode", Checks.orElse(mode, DEFAULT_MODE))
                : absent("mode", mode, DEFAULT_MODE, "a Unix socket to listen on");
        owner = file ? owner : absent("owner", owner, null, "a Unix socket to listen on");
        group = file ? group : absent("group", group, null, "a Unix socket to listen on");
        reconnectSeconds = connect == null
                ? absent("reconnectSeconds", reconnectSeconds, DEFAULT_RECONNECT_SECONDS, "connect")
                : Checks.range(
                        "reconnectSeconds", reconnectSeconds, 1, MAX_RECONNECT_SECONDS, DEFAULT_RECONNECT_SECONDS);
    }

    private static StreamAddress target(String connect) {
        StreamAddress address = StreamAddress.parse("connect", connect);
        if (address.isAnyPort()) {
            throw ConfigException.invalid("connect", "'" + connect + "' has no port: write the far side's");
        }
        return address;
    }

    /** A field that does not apply; its default may stand there, as in a document that was read and is sent back. */
    private static <T> T absent(String field, T value, T byDefault, String appliesTo) {
        if (value != null && !value.equals(byDefault)) {
            throw ConfigException.invalid(field, "applies only to " + appliesTo + ": leave it out");
        }
        return null;
    }

    /** The address to listen on or to connect to. */
    @JsonIgnore
    StreamAddress address() {
        return listen == null ? StreamAddress.parse("connect", connect) : StreamAddress.parse("listen", listen);
    }

    /** Whether the port only takes connections in, each of which gets a port of its own. */
    @JsonIgnore
    boolean isForMany() {
        return listen != null && maxConnections > ONE_CONNECTION;
    }
}
