package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Values in words and units for people. */
final class Text {
    /** Stands for a value that there is not. */
    static final String NONE = "-";

    private static final String[] BINARY_UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Text() {}

    /**
     * The text without anything that a terminal might act on: control characters (ESC and C1 among them) and invisible
     * format characters, such as those that turn the direction of writing, become question marks.
     */
    static String clean(String text) {
        return text.codePoints()
                .map(c -> isVisible(c) ? c : Character.isWhitespace(c) ? ' ' : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    /** A scalar as it is, a list with commas, {@value #NONE} for none. */
    static String of(JsonNode value) {
        if (value.isArray()) {
            String items = StreamSupport.stream(value.spliterator(), false)
                    .map(Text::of)
                    .collect(Collectors.joining(","));
            return items.isEmpty() ? NONE : items;
        }
        boolean absent = value.isMissingNode() || value.isNull();
        return absent ? NONE : value.isTextual() && value.textValue().isEmpty() ? NONE : value.asText();
    }

    /** A size: {@code 999 B}, {@code 1.5 KiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes / 1024.0;
        int unit = 0;
        while (size >= 999.95 && unit < BINARY_UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", size, BINARY_UNITS[unit]);
    }

    /** A time span, its two largest units: {@code 45s}, {@code 3m 20s}, {@code 4d 3h}. */
    static String age(long seconds) {
        if (seconds < MINUTE) {
            return Math.max(0, seconds) + "s";
        }
        if (seconds < HOUR) {
            return seconds / MINUTE + "m " + seconds % MINUTE + "s";
        }
        if (seconds < DAY) {
            return seconds / HOUR + "h " + seconds % HOUR / MINUTE + "m";
        }
        return seconds / DAY + "d " + seconds % DAY / HOUR + "h";
    }

    /** A short time span, in milliseconds: {@code 0.412 ms}. */
    static String millis(long micros) {
        return String.format(Locale.ROOT, "%.3f ms", micros / 1000.0);
    }

    /** A count with thousands apart: {@code 1,234,567}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
