package io.tapswitch.config;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Until when something of the desired state holds: an instant as ISO 8601 writes it, or null for good. */
public final class Expiry {
    private Expiry() {}

    /** A moment, or none. */
    public static String optional(String field, String value) {
        try {
            return value == null ? null : Instant.parse(value).toString();
        } catch (DateTimeParseException e) {
            throw ConfigException.invalid(
                    field, "'" + value + "' is no moment: write one such as 2030-01-31T12:00:00Z");
        }
    }

    /** Whether that moment has come. */
    public static boolean isOver(String expires, Instant now) {
        return expires != null && !Instant.parse(expires).isAfter(now);
    }
}
