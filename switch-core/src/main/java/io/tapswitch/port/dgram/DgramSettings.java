package io.tapswitch.port.dgram;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.UnixSocketFile;
import io.tapswitch.port.SocketFields;
import java.io.IOException;
import java.net.InetAddress;

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
    private static final String UNIX = "a Unix socket";

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
        mode = own.isUnix()
                ? Checks.fileMode("mode", Checks.orElse(mode, SocketFields.DEFAULT_MODE))
                : SocketFields.absent("mode", mode, SocketFields.DEFAULT_MODE, UNIX);
        owner = own.isUnix() ? owner : SocketFields.absent("owner", owner, null, UNIX);
        group = own.isUnix() ? group : SocketFields.absent("group", group, null, UNIX);
    }

    private static SocketAddress address(String field, String text) {
        return SocketFields.fixedAddress(field, Checks.required(field, text), SocketAddress.Kind.UDP);
    }

    private static void checkUnicast(String text, InetAddress host) {
        if (host.isMulticastAddress() || host.isAnyLocalAddress()) {
            throw ConfigException.invalid("remote", "'" + text + "' is not the address of one host");
        }
    }

    SocketAddress localAddress() {
        return address("local", local);
    }

    SocketAddress remoteAddress() {
        return address("remote", remote);
    }

    /** Who may send to a Unix socket; null for others. @throws IOException if there is no such account */
    UnixSocketFile.Access access() throws IOException {
        return SocketFields.access("dgram", mode, owner, group);
    }
}
