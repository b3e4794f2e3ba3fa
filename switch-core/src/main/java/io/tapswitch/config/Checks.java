package io.tapswitch.config;

import java.util.List;
import java.util.regex.Pattern;

/** The checks that the records of this package, and those of port types, share. */
public final class Checks {
    private static final Pattern NAMESPACE = Pattern.compile("/[^\\x00]+|[^/\\x00]{1,255}");
    private static final Pattern FILE_MODE = Pattern.compile("0?[0-7]{3}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** The longest name of a network or port. */
    public static final int MAX_NAME = 63;

    private Checks() {}

    /** A name of a network or port. */
    public static String name(String field, String value) {
        if (!isName(required(field, value))) {
            throw ConfigException.invalid(
                    field,
                    "'" + value + "' is not a name: use 1 to 63 of a-z, 0-9, '.', '_' and '-', the first a letter or"
                            + " digit");
        }
        return value;
    }

    /** Whether a text could be the name of a network or port. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** A network namespace, a name below {@code /run/netns} or an absolute path, or none. */
    public static String optionalNamespace(String field, String value) {
        if (value != null && (!NAMESPACE.matcher(value).matches() || value.startsWith("."))) {
            throw ConfigException.invalid(
                    field, "'" + value + "' is neither a name of a network namespace nor an absolute path");
        }
        return value;
    }

    /** A field that has to be there. */
    public static <T> T required(String field, T value) {
        if (value == null) {
            throw ConfigException.invalid(field, "is missing");
        }
        return value;
    }

    /** A number in a range, both ends included. */
    public static int range(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw ConfigException.invalid(field, value + " is out of range: use " + least + " to " + most);
        }
        return value;
    }

    /** A number in a range, or its default. */
    public static int range(String field, Integer value, int least, int most, int absent) {
        return value == null ? absent : range(field, value, least, most);
    }

    /** A number in a range, or none. */
    public static Integer optionalRange(String field, Integer value, int least, int most) {
        return value == null ? null : Integer.valueOf(range(field, value, least, most));
    }

    /** The permissions of a file, in four octal digits. */
    public static String fileMode(String field, String value) {
        if (!FILE_MODE.matcher(value).matches()) {
            throw ConfigException.invalid(
                    field, "'" + value + "' is not a file mode: write it in octal digits, such as \"0660\"");
        }
        return value.length() == 3 ? "0" + value : value;
    }

    /** A value, or its default. */
    public static <T> T orElse(T value, T absent) {
        return value == null ? absent : value;
    }

    /** A list without nulls, empty if absent. */
    public static <T> List<T> list(String field, List<T> value) {
        if (value == null) {
            return List.of();
        }
        for (int i = 0; i < value.size(); i++) {
            required(field + "[" + i + "]", value.get(i));
        }
        return List.copyOf(value);
    }
}
