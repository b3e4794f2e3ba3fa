package io.tapswitch.doctor;

/**
 * An error of the switch in two: what went wrong, and what to do about it, which its messages have after a semicolon:
 * {@code cannot open /dev/net/tun: No such file or directory (ENOENT); load the driver with: modprobe tun}.
 *
 * @param fix null if the message has none
 */
record Explained(String reason, String fix) {
    private static final String ADVICE = "; ";

    static Explained of(String message) {
        int at = message.indexOf(ADVICE);
        return at < 0
                ? new Explained(message, null)
                : new Explained(message.substring(0, at), message.substring(at + ADVICE.length()));
    }

    static Explained of(Exception e) {
        return of(e.getMessage() == null ? e.toString() : e.getMessage());
    }

    String fixOr(String otherwise) {
        return fix == null ? otherwise : fix;
    }
}
