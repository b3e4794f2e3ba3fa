package io.tapswitch.linux;

import java.util.regex.Pattern;

/**
 * What may name a network interface. The kernel's own rule (dev_valid_name) is: not empty, at most 15 bytes, not "."
 * or "..", no '/', no ':', no white space. This one is a little narrower, printable ASCII without '%', because a name
 * ends up in shells, sysctl paths and logs. It has to be checked before the kernel sees the name, since TUNSETIFF
 * cuts a longer one short without a word.
 */
public final class InterfaceName {
    /** The longest name in bytes, IFNAMSIZ - 1. */
    public static final int MAX_LENGTH = 15;

    private static final Pattern CHARACTERS = Pattern.compile("[!-~&&[^/:%]]+");

    private InterfaceName() {}

    /**
     * Gives the name back if an interface can have it.
     *
     * @throws IllegalArgumentException if not, saying why
     */
    public static String check(String name) {
        check(name, name);
        return name;
    }

    /**
     * Gives the name back if an interface can have it, or if it is a pattern with one "%d" for which the kernel fills
     * in the first free number.
     *
     * @throws IllegalArgumentException if not, saying why
     */
    public static String checkPattern(String name) {
        check(name, name.replaceFirst("%d", "0"));
        return name;
    }

    private static void check(String name, String filledIn) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw refusal(name, "it must have 1 to " + MAX_LENGTH + " characters and has " + name.length());
        }
        if (name.equals(".") || name.equals("..")) {
            throw refusal(name, "it is a directory's name");
        }
        if (!CHARACTERS.matcher(filledIn).matches()) {
            throw refusal(name, "only printable ASCII is allowed, without spaces, '/', ':' and '%'");
        }
    }

    private static IllegalArgumentException refusal(String name, String why) {
        return new IllegalArgumentException("'" + name + "' cannot name a network interface: " + why);
    }
}
