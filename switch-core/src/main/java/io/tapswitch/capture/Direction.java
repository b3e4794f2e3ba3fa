package io.tapswitch.capture;

import io.tapswitch.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which of a port's frames somebody wants to see. */
public enum Direction {
    /** Those that come in from the far side. */
    INGRESS,
    /** Those that leave by the port. */
    EGRESS,
    /** All of them. */
    BOTH;

    /** The name in REST, CLI and configuration. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ConfigException of the field {@code direction} if the text is none */
    public static Direction of(String label) {
        List<String> labels = Arrays.stream(values()).map(Direction::label).toList();
        int found = labels.indexOf(label);
        if (found < 0) {
            throw ConfigException.invalid("direction", "'" + label + "' is no direction: use one of " + labels);
        }
        return values()[found];
    }

    /** Whether frames that come in, or those that leave, are among them. */
    boolean includes(boolean ingress) {
        return this == BOTH || this == (ingress ? INGRESS : EGRESS);
    }
}
