package io.tapswitch.port.dgram;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.DatagramSocket;
import io.tapswitch.linux.SocketAddress;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * The section {@code dgram} of a port. Both addresses are of one kind: {@code unix:/run/a.sock}, {@code
 * udp:127.0.0.1:9001} or {@code udp:[::1]:9001}.
 *
 * @param local the port's own address
 * @param remote the only address that it sends to and takes frames from
 * @param mode the permissions of a Unix socket's file: whoever may write to it may send; default {@code 0660}
 * @param owner of a Unix socket's file, by name or number; default: the daemon's user
 * @param group likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DgramSettings(String local, String remote, String mode, String owner, String group) {
    private static final String DEFAULT_MODE = "0660";
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

    /** Fills in the defaults and checks each field. */
    public DgramSettings {
        SocketAddress own = address("local", local);
        SocketAddress far = address("remote", remote);
        if (own.kind() != far.kind()
                || !own.isUnix() && own.host().getClass() != far.host().getClass()) {
            throw ConfigException.invalid(
                    "remote",
                    "'" + remote + "' is of another kind than '" + local + "': both must be Unix, or UDP over"
                            + " the same version of IP");
        }
        if (own.equals(far)) {
            throw ConfigException.invalid("remote", "'" + remote + "' is the port's own address; name the far side's");
        }
        if (!far.isUnix()) {
            checkUnicast(remote, far.host());
        }
        local = own.toString();
        remote = far.toString();
        mode = own.isUnix() ? mode(mode) : onlyOfUnix("mode", mode);
        owner = own.isUnix() ? owner : onlyOfUnix("owner", owner);
        group = own.isUnix() ? group : onlyOfUnix("group", group);
    }

    private static SocketAddress address(String field, String text) {
        SocketAddress address;
        try {
            address = SocketAddress.parse(Checks.required(field, text));
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
        if (address.kind() == SocketAddress.Kind.TCP) {
            throw ConfigException.invalid(field, "'" + text + "' carries no datagrams: use unix: or udp:");
        }
        return address;
    }

    private static void checkUnicast(String text, InetAddress host) {
        if (host.isMulticastAddress() || host.isAnyLocalAddress()) {
            throw ConfigException.invalid("remote", "'" + text + "' is not the address of one host");
        }
    }

    private static String mode(String text) {
        String mode = Checks.orElse(text, DEFAULT_MODE);
        if (!MODE.matcher(mode).matches()) {
            throw ConfigException.invalid("mode", "'" + mode + "' is not a mode: write it in octal, such as \"0660\"");
        }
        return mode.length() == 3 ? "0" + mode : mode;
    }

    private static String onlyOfUnix(String field, String value) {
        if (value != null) {
            throw ConfigException.invalid(field, "is for Unix sockets, which have a file; leave it out");
        }
        return null;
    }

    SocketAddress localAddress() {
        return SocketAddress.parse(local);
    }

    SocketAddress remoteAddress() {
        return SocketAddress.parse(remote);
    }

    DatagramSocket.Access access() {
        return new DatagramSocket.Access(mode == null ? 0 : Integer.parseInt(mode, 8), owner, group);
    }
}
