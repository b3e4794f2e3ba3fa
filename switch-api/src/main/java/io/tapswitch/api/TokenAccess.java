package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The TCP port: a token says who somebody is, or the cookie of a session that was opened with one. Without TLS, requests for
 * other hosts than this one are refused before that, so that a web page whose name is made to point here (DNS rebinding)
 * gets nowhere; with TLS, the certificate sees to that.
 */
final class TokenAccess implements Access {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?", Pattern.CASE_INSENSITIVE);
    private static final String SCHEME = "Bearer ";
    private static final String OWN_PAGE = "tapswitch";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final Credentials credentials;

    TokenAccess(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public void checkWay(HttpServerRequest request) {
        HostAndPort host = request.authority();
        if (!request.isSSL() && (host == null || !LOOPBACK.matcher(host.host()).matches())) {
            throw Problem.of(
                    Kind.FORBIDDEN,
                    "the Host header must name the loopback interface, such as 127.0.0.1; a proxy in front has to set it");
        }
    }

    @Override
    public Caller check(HttpServerRequest request) {
        checkWay(request);
        String given = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (given == null) {
            return byCookie(request);
        }
        String address = Access.address(request);
        credentials.failures().check(address);
        return holder(given)
                .orElseThrow(() -> {
                    credentials.failures().add(address);
                    return unauthorized("the token is not one of the daemon's, or it has expired");
                })
                .at(address);
    }

    @Override
    public Optional<Caller> checkAgain(HttpServerRequest request) {
        String given = request.getHeader(HttpHeaders.AUTHORIZATION);
        return (given == null ? session(request).map(TokenAccess::holder) : holder(given))
                .map(caller -> caller.at(Access.address(request)));
    }

    private Optional<Caller> holder(String authorization) {
        return Optional.of(authorization)
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .flatMap(header ->
                        credentials.holder(header.substring(SCHEME.length()).strip()));
    }

    private Optional<Sessions.Session> session(HttpServerRequest request) {
        return Access.cookie(request)
                .value(request.getHeader(HttpHeaders.COOKIE))
                .flatMap(credentials.sessions()::find);
    }

    /** A session that has ended is no guess: browsers go on with it until somebody logs in again. */
    private Caller byCookie(HttpServerRequest request) {
        Sessions.Session session = session(request)
                .orElseThrow(() -> unauthorized(
                        "send the header Authorization: Bearer TOKEN; 'tapswitch token create' makes a token"));
        if (!READING.contains(request.method())) {
            requireOwnPage(request);
        }
        return holder(session).at(Access.address(request));
    }

    private static Caller holder(Sessions.Session session) {
        return new Caller(session.name(), session.role(), "", true);
    }

    /** The browser sends the cookie by itself; so another page must not be able to have a request sent that changes something. */
    private static void requireOwnPage(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String own = (request.isSSL() ? "https://" : "http://") + request.getHeader(HttpHeaders.HOST);
        if (!OWN_PAGE.equals(request.getHeader("X-Requested-With")) || origin != null && !origin.equals(own)) {
            throw Problem.of(
                    Kind.FORBIDDEN,
                    "a change by the cookie of a session needs the header X-Requested-With: " + OWN_PAGE
                            + " and, if there is one, the Origin of this page");
        }
    }

    private static Problem unauthorized(String detail) {
        return Problem.of(Kind.UNAUTHORIZED, detail).with("WWW-Authenticate", "Bearer realm=\"tapswitch\"");
    }
}
