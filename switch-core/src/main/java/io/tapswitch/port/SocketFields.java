package io.tapswitch.port;

import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.Accounts;
import io.tapswitch.linux.SocketAddress;
import io.tapswitch.linux.UnixSocketFile;
import java.io.IOException;

/** What the sections of port types whose far side is a socket share. */
public final class SocketFields {
    /** The permissions of a Unix socket's file, unless others are given. */
    public static final String DEFAULT_MODE = "0660";

    private SocketFields() {}

    /**
     * Reads the address of a socket.
     *
     * @param internet the transport that it may have besides Unix
     * @throws ConfigException naming the field, if it is none
     */
    public static SocketAddress address(String field, String text, SocketAddress.Kind internet) {
        try {
            return SocketAddress.parse(text, internet);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
    }

    /** The same for an address that has to name its port. */
    public static SocketAddress fixedAddress(String field, String text, SocketAddress.Kind internet) {
        SocketAddress address = address(field, text, internet);
        if (address.isAnyPort()) {
            throw ConfigException.invalid(field, "'" + text + "' has no port: write one from 1 to 65535");
        }
        return address;
    }

    /** A field that does not apply; its default may stand there, as in a document that was read and is sent back. */
    public static <T> T absent(String field, T value, T byDefault, String appliesTo) {
        if (value != null && !value.equals(byDefault)) {
            throw ConfigException.invalid(field, "applies only to " + appliesTo + ": leave it out");
        }
        return null;
    }

    /**
     * Who may use the file of a Unix socket. Looks accounts up, which may take a name service: not for an event loop.
     *
     * @param section of the port's configuration, for errors
     * @param mode octal; null if the socket has no file
     * @param owner by name or number; null for the daemon's user
     * @param group likewise
     * @return null if the socket has no file
     * @throws IOException if there is no such account
     */
    public static UnixSocketFile.Access access(String section, String mode, String owner, String group)
            throws IOException {
        if (mode == null) {
            return null;
        }
        return new UnixSocketFile.Access(
                Integer.parseInt(mode, 8),
                account(section + ".owner", owner, Accounts::userId),
                account(section + ".group", group, Accounts::groupId));
    }

    @FunctionalInterface
    private interface Lookup {
        long id(String name) throws IOException;
    }

    private static Long account(String field, String name, Lookup lookup) throws IOException {
        try {
            return name == null ? null : Long.valueOf(lookup.id(name));
        } catch (IOException e) {
            throw new IOException(field + ": " + e.getMessage(), e);
        }
    }
}
