package io.tapswitch.doctor;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;

/** Values in the words of findings. */
final class Words {
    private static final int MANY = 5;

    private Words() {}

    /** The largest unit of a time span: {@code 4 days}, {@code 3.5 seconds}. */
    static String span(Duration span) {
        if (span.toDays() >= 2) {
            return span.toDays() + " days";
        }
        if (span.toHours() >= 2) {
            return span.toHours() + " hours";
        }
        return span.toMinutes() >= 2
                ? span.toMinutes() + " minutes"
                : String.format(Locale.ROOT, "%.1f seconds", span.toMillis() / 1000.0);
    }

    /** Names with commas; of many, some, and how many more there are. */
    static String names(Collection<String> names) {
        String some = String.join(", ", names.stream().limit(MANY).toList());
        return names.size() <= MANY ? some : some + " and " + (names.size() - MANY) + " more";
    }

    /** A count with thousands apart. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
