package io.tapswitch.api;

import java.time.Instant;

/**
 * What the switch keeps of a token; not the token.
 *
 * @param id random, the part of the token's text that says which one it is
 * @param name unique among the tokens there are; the name of whoever uses it
 * @param role what it allows
 * @param expires null for never
 * @param sha256 of the secret part of the token's text, in small hexadecimal digits
 */
record Token(String id, String name, Role role, Instant created, Instant expires, String sha256) {
    boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }
}
