package io.tapswitch.doctor;

import java.util.Locale;

/** How bad a finding is; the worst first. */
public enum Result {
    /** Something does not work. */
    PROBLEM,
    /** It works, but worse than it could, or not for long. */
    WARNING,
    /** It could not be checked. */
    UNKNOWN,
    /** Nothing is wrong. */
    OK;

    /** The name in REST and CLI. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
