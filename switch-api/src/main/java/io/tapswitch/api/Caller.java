package io.tapswitch.api;

/**
 * Who makes a request.
 *
 * @param name for logs and people
 * @param role what the caller may do
 * @param address where the request comes from: {@code 127.0.0.1:50000}, or {@code unix}
 * @param isBySession whether it is known by the cookie of a session only
 */
public record Caller(String name, Role role, String address, boolean isBySession) {
    /** Somebody who is known by what outlasts a session. */
    public Caller(String name, Role role, String address) {
        this(name, role, address, false);
    }

    /** Somebody who has not said who it is. */
    static Caller unknown(String address) {
        return new Caller("unknown", Role.ANYONE, address);
    }

    /** The same, coming from somewhere else. */
    Caller at(String elsewhere) {
        return new Caller(name, role, elsewhere, isBySession);
    }
}
