package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.StaticEntry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A request that was let in: who makes it, its parameters and its document, checked as they are asked for. Immutable. */
final class Call {
    private final Caller caller;
    private final SessionCookie cookie;
    private final Map<String, String> headers;
    private final Map<String, String> path;
    private final Map<String, List<String>> query;
    private final byte[] body;

    /**
     * @param cookie of the listener that it came by
     * @param headers by name in lower case; of several of one name, the first
     * @param path the parameters of the path, decoded
     * @param query the parameters of the query, decoded
     * @param body empty if there is none
     */
    Call(
            Caller caller,
            SessionCookie cookie,
            Map<String, String> headers,
            Map<String, String> path,
            Map<String, List<String>> query,
            byte[] body) {
        this.caller = caller;
        this.cookie = cookie;
        this.headers = headers;
        this.path = path;
        this.query = query;
        this.body = body;
    }

    /** Who makes the request. */
    Caller caller() {
        return caller;
    }

    /** The cookie that a browser has or gets. */
    SessionCookie cookie() {
        return cookie;
    }

    /** Where the caller sees the page, without a path; empty if it did not come over TCP. */
    Optional<String> pageUrl() {
        String host = header("host");
        boolean isTcp = cookie.port() > 0 && host != null;
        return isTcp ? Optional.of((cookie.encrypted() ? "https://" : "http://") + host) : Optional.empty();
    }

    /** A header of the request, null if it is not there. @param name in lower case */
    String header(String name) {
        return headers.get(name);
    }

    /** What its maker takes the resource to be. @throws Problem if that cannot be read */
    Preconditions preconditions() {
        return Preconditions.of(header("if-match"), header("if-none-match"));
    }

    /** A parameter of the path. */
    String path(String name) {
        return path.get(name);
    }

    /** The parameter {@code mac} of the path: the address of a station. */
    long mac() {
        return parameter("mac", path("mac"), text -> StaticEntry.unicast("", text));
    }

    /** Refuses parameters of the query that are not among these, so that a typing error does not go unnoticed. */
    void allowQuery(String... names) {
        List<String> known = List.of(names);
        query.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw Problem.of(Kind.MALFORMED, name, "is not a parameter of this resource; known are " + known);
            }
            if (values.size() > 1) {
                throw Problem.of(Kind.MALFORMED, name, "is given more than once");
            }
        });
    }

    /**
     * A parameter of the query, or its default.
     *
     * @param parser reads it, throwing {@link ConfigException} or {@link IllegalArgumentException} with what is wrong
     */
    <T> T query(String name, T absent, Function<String, T> parser) {
        List<String> values = query.get(name);
        return values == null ? absent : parameter(name, values.get(0), parser);
    }

    /** The parameter {@code limit} of the query: how many items at most. */
    int limit(int absent, int most) {
        return query("limit", absent, text -> {
            try {
                return Checks.range("", Integer.parseInt(text), 1, most);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("must be a whole number", e);
            }
        });
    }

    private static <T> T parameter(String name, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (ConfigException e) {
            throw Problem.of(Kind.MALFORMED, name, e.detail());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Kind.MALFORMED, name, e.getMessage());
        }
    }

    boolean hasBody() {
        return body.length > 0;
    }

    /** The document that came with the request, which has to be a JSON object. */
    ObjectNode json() {
        if (!hasBody()) {
            throw Problem.of(Kind.MALFORMED, "the body is empty: a JSON object is needed");
        }
        try {
            return ConfigReader.parseJson(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            throw Problem.of(Kind.MALFORMED, "the body is not UTF-8");
        } catch (ConfigException e) {
            throw Problem.of(Kind.MALFORMED, "the body " + e.detail());
        }
    }
}
