package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.tapswitch.config.ConfigException;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The listener for other hosts: the certificate says which host asks, and that host in whose name, as it has checked who
 * that is. The header is {@code Tapswitch-Caller: operate alice}, the name percent-encoded.
 */
final class HostAccess implements Access {
    static final String HEADER = "Tapswitch-Caller";
    private static final int LONGEST_NAME = 128;
    private static final Pattern UNPRINTABLE = Pattern.compile("\\p{Cntrl}");

    private final HostTrust trust;

    HostAccess(HostTrust trust) {
        this.trust = trust;
    }

    /** What to say for a caller of this host. */
    static String header(Caller caller) {
        return caller.role().label() + " " + URLEncoder.encode(caller.name(), StandardCharsets.UTF_8);
    }

    @Override
    public Caller check(HttpServerRequest request) {
        String host = trust.host(request.connection().sslSession())
                .orElseThrow(() -> Problem.of(Kind.FORBIDDEN, "you are no host of the cluster any more"));
        String header = request.getHeader(HEADER);
        String[] words = header == null ? new String[0] : header.split(" ", 2);
        if (words.length < 2) {
            throw Problem.of(Kind.UNAUTHORIZED, "the header " + HEADER + " is missing");
        }
        try {
            String name = URLDecoder.decode(words[1], StandardCharsets.UTF_8);
            String shown = UNPRINTABLE.matcher(name).replaceAll("?");
            return new Caller(
                    shown.substring(0, Math.min(shown.length(), LONGEST_NAME)) + "@" + host,
                    Role.of(words[0]),
                    Access.address(request));
        } catch (ConfigException | IllegalArgumentException e) {
            throw Problem.of(Kind.UNAUTHORIZED, "the header " + HEADER + " cannot be read");
        }
    }
}
