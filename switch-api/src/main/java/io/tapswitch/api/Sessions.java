package io.tapswitch.api;

import io.tapswitch.config.Checks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who has logged in with a browser, and the one-time codes to do so. Only in memory: after a restart people log in again. A
 * session ends with the token that it was opened by. Any thread.
 */
final class Sessions {
    static final Duration LIFETIME = Duration.ofHours(12);
    static final Duration CODE_LIFETIME = Duration.ofSeconds(60);

    /** Beyond that the oldest ends. */
    private static final int MOST = 1000;

    private final Tokens tokens;
    private final Clock clock;
    private final Map<String, Session> sessions = new Bounded();
    private final Map<String, Session> codes = new Bounded();

    /**
     * Somebody who has logged in, or may with a code.
     *
     * @param token by which; null for another way, the callers of which have names that no token can have
     */
    record Session(String name, Role role, Token token, Instant expires) {}

    /** By the digest of the secret, the oldest first. */
    private static final class Bounded extends LinkedHashMap<String, Session> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
            return size() > MOST;
        }
    }

    Sessions(Tokens tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Opens a session. @return the secret that leads to it */
    synchronized String open(String name, Role role) {
        return add(sessions, name, role, LIFETIME);
    }

    /** Makes a code that opens a session, once and soon. */
    synchronized String code(String name, Role role) {
        return add(codes, name, role, CODE_LIFETIME);
    }

    /** A token may have been taken back, or made anew with another role, since its holder was let in. */
    private String add(Map<String, Session> to, String name, Role role, Duration lifetime) {
        Token token = tokens.named(name).orElse(null);
        if (token == null && Checks.isName(name)) {
            throw Problem.of(Problem.Kind.UNAUTHORIZED, "the token '" + name + "' was taken back");
        }
        String secret = Secrets.secret();
        Instant expires = clock.instant().plus(lifetime);
        to.put(Secrets.digest(secret), new Session(name, token == null ? role : token.role(), token, expires));
        return secret;
    }

    /** Whoever a code was made for; it is of no use any more then. */
    synchronized Optional<Session> redeem(String code) {
        return Optional.ofNullable(codes.remove(Secrets.digest(code))).filter(this::isGood);
    }

    /** The session that a secret leads to, if it has not ended. */
    synchronized Optional<Session> find(String secret) {
        return Optional.ofNullable(sessions.get(Secrets.digest(secret))).filter(this::isGood);
    }

    private boolean isGood(Session session) {
        return clock.instant().isBefore(session.expires())
                && (session.token() == null || tokens.isGood(session.token()));
    }

    /** Ends a session, if there is one. */
    synchronized void close(String secret) {
        sessions.remove(Secrets.digest(secret));
    }
}
