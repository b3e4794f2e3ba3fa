package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A client may say for how long; the desired state says until when. */
final class Times {
    private static final String SECONDS = "seconds";
    private static final String EXPIRES = "expires";
    private static final int MAX_SECONDS = 366 * 86_400;

    private Times() {}

    /**
     * Puts {@code expires} in place of {@code seconds} in a document, if it has that.
     *
     * @param path of the document, for errors; empty if it is the whole
     */
    static void resolve(String path, JsonNode document) {
        if (!(document instanceof ObjectNode json) || !json.has(SECONDS)) {
            return;
        }
        String field = path.isEmpty() ? SECONDS : path + "." + SECONDS;
        JsonNode seconds = json.remove(SECONDS);
        if (!seconds.isIntegralNumber() || !seconds.canConvertToInt()) {
            throw ConfigException.invalid(field, "must be a whole number");
        }
        if (json.has(EXPIRES)) {
            throw ConfigException.invalid(field, "and 'expires' exclude each other: give one of them");
        }
        int count = Checks.range(field, seconds.intValue(), 1, MAX_SECONDS);
        json.put(
                EXPIRES,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(count).toString());
    }
}
