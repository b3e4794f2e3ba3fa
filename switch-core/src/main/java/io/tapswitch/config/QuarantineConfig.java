package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * Where a port's frames go instead of its networks: to an analysis port and to nobody else, and only that port's come back.
 *
 * @param port the analysis port, which is in no network meanwhile
 * @param expires when the port goes back to its networks; null for never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QuarantineConfig(String port, String expires) {
    /** Checks each field. */
    public QuarantineConfig {
        Checks.name("port", port);
        expires = Expiry.optional("expires", expires);
    }

    /** Whether its time is over. */
    public boolean isOver(Instant now) {
        return Expiry.isOver(expires, now);
    }
}
