package io.tapswitch.doctor;

import java.util.Objects;

/**
 * What one check found.
 *
 * @param check by name: lower case with hyphens
 * @param subject what it is about: {@code "port web1"}, {@code "network blue"}, {@code "this machine"}
 * @param text what is the matter and how it shows, in words
 * @param fix what to do, with the command to type; null if nothing need be done
 */
public record Finding(String check, Result result, String subject, String text, String fix) {
    /** Everything but the fix has to be there; the fix as well, if something is wrong. */
    public Finding {
        Objects.requireNonNull(check);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(text);
        if (result != Result.OK) {
            Objects.requireNonNull(fix);
        }
    }
}
