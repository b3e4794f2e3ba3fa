package io.tapswitch.api;

import io.tapswitch.config.ConfigException;
import java.util.Locale;

/** What a caller may do; each role includes those before it. */
public enum Role {
    /** Whoever reaches the listener: to see that the daemon lives, to log in. */
    ANYONE,
    /** Look at everything but the content of frames, secrets and who did what. */
    READ,
    /** Change ports, networks and stations, and see frames. */
    OPERATE,
    /** Say who may do what. */
    ADMIN;

    /** Whether this role is enough where another one is asked for. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** A role that can be given to somebody, by its name. @throws ConfigException if it is none */
    static Role of(String label) {
        return switch (label) {
            case "read" -> READ;
            case "operate" -> OPERATE;
            case "admin" -> ADMIN;
            default ->
                throw ConfigException.invalid("role", "'" + label + "' is not a role: use read, operate or admin");
        };
    }

    /** The name in REST and CLI. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
