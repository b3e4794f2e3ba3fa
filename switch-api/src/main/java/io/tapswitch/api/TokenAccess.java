package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/**
 * The TCP port: whoever has the token may do everything. Requests for other hosts than this one are refused before
 * that, so that a web page whose name is made to point here (DNS rebinding) gets nowhere.
 */
final class TokenAccess implements Access {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?", Pattern.CASE_INSENSITIVE);
    private static final String SCHEME = "Bearer ";

    private final byte[] token;

    TokenAccess(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Caller check(HttpServerRequest request) {
        HostAndPort host = request.authority();
        if (host == null || !LOOPBACK.matcher(host.host()).matches()) {
            throw Problem.of(
                    Kind.FORBIDDEN,
                    "the Host header must name the loopback interface, such as 127.0.0.1; a proxy in front has to set it");
        }
        String given = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (given == null || !given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized(
                    "send the header Authorization: Bearer TOKEN, with the token of the daemon's token file");
        }
        byte[] offered = given.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(offered, token)) {
            throw unauthorized("the token is not the one of the daemon's token file");
        }
        return new Caller("token", Role.ADMIN, Access.address(request));
    }

    private static Problem unauthorized(String detail) {
        return Problem.of(Kind.UNAUTHORIZED, detail).with("WWW-Authenticate", "Bearer realm=\"tapswitch\"");
    }
}
