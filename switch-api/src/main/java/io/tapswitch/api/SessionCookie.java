package io.tapswitch.api;

import java.util.Optional;

/**
 * The cookie of a session, RFC 6265. Cookies do not tell ports apart, so the name does: a browser may be logged in to several
 * daemons of one machine.
 *
 * @param port TCP, of the listener
 * @param encrypted whether that speaks TLS
 */
record SessionCookie(int port, boolean encrypted) {
    private String name() {
        return "tapswitch-" + port;
    }

    /** What is in the cookie, if there is one. @param header {@code Cookie}, or null */
    Optional<String> value(String header) {
        String wanted = name() + "=";
        for (String pair : header == null ? new String[0] : header.split(";")) {
            if (pair.strip().startsWith(wanted)) {
                return Optional.of(pair.strip().substring(wanted.length()));
            }
        }
        return Optional.empty();
    }

    /** The header {@code Set-Cookie}. No script can read the cookie, and no other site has it sent. */
    String set(String value) {
        return name() + "=" + value + "; Path=/; Max-Age=" + Sessions.LIFETIME.toSeconds() + attributes();
    }

    /** The header {@code Set-Cookie} that takes it away. */
    String clear() {
        return name() + "=; Path=/; Max-Age=0" + attributes();
    }

    private String attributes() {
        return "; HttpOnly; SameSite=Strict" + (encrypted ? "; Secure" : "");
    }
}
