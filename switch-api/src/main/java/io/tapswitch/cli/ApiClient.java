package io.tapswitch.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The daemon's REST API, JSON in and out. Each request has a connection of its own. A refusal (RFC 9457 problem
 * details) becomes a {@link CliException} that reads {@code <field>: <detail>}.
 */
final class ApiClient {
    private static final String BASE = "/api/v1";
    private static final int UNAUTHORIZED = 401;
    private static final int FIRST_ERROR = 300;

    /** The daemon says something at least every 20 seconds. */
    private static final Duration STREAM_PATIENCE = Duration.ofSeconds(60);

    private final Endpoint endpoint;
    private final ClientTls tls;
    private final Duration timeout;
    private final Map<String, String> headers = new TreeMap<>();

    /**
     * Sends nothing yet.
     *
     * @throws CliException if the token cannot be read
     */
    ApiClient(ClientOptions.Settings settings) throws CliException {
        endpoint = settings.endpoint();
        tls = endpoint.isEncrypted() ? settings.tls() : null;
        timeout = settings.timeout();
        headers.put("Host", endpoint.host());
        headers.put("Accept", "application/json, application/problem+json");
        if (settings.tokenFile() != null) {
            headers.put("Authorization", "Bearer " + token(settings.tokenFile()));
        } else if (settings.token() != null) {
            headers.put("Authorization", "Bearer " + settings.token());
        }
    }

    private static String token(String file) throws CliException {
        String token;
        try {
            token = Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "--token-file: cannot read " + Reasons.of(e), e);
        }
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new CliException(
                    ExitCode.USAGE, "--token-file: " + file + " does not hold a token, which is one word");
        }
        return token;
    }

    /** Where the daemon is asked. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** A path of the API; the segments are encoded. */
    static String path(String... segments) {
        StringBuilder path = new StringBuilder(BASE);
        for (String segment : segments) {
            path.append('/').append(encode(segment));
        }
        return path.toString();
    }

    /** The same path with parameters; those that are null are left out. */
    static String withQuery(String path, Map<String, ?> parameters) {
        StringBuilder target = new StringBuilder(path);
        parameters.forEach((name, value) -> {
            if (value != null) {
                target.append(target.indexOf("?") < 0 ? '?' : '&').append(name + "=" + encode(value.toString()));
            }
        });
        return target.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Reads a resource. */
    JsonNode get(String target) throws CliException {
        return send("GET", target, null);
    }

    /** Removes a resource. */
    void delete(String target) throws CliException {
        send("DELETE", target, null);
    }

    /**
     * Sends a request.
     *
     * @param target a path, perhaps with parameters
     * @param body null for none
     * @return the answer's document; missing if it has none
     */
    JsonNode send(String method, String target, JsonNode body) throws CliException {
        return send(method, target, body, Map.of());
    }

    /** The same with more headers. */
    JsonNode send(String method, String target, JsonNode body, Map<String, String> more) throws CliException {
        return document(exchange(method, target, body, more));
    }

    /**
     * A document and what it is known by.
     *
     * @param tag its {@code ETag}; empty if it has none
     */
    record Tagged(JsonNode document, String tag) {}

    /** Reads a resource and its tag. */
    Tagged read(String target) throws CliException {
        HttpExchange.Answer answer = exchange("GET", target, null, Map.of());
        return new Tagged(document(answer), answer.header("etag"));
    }

    private JsonNode document(HttpExchange.Answer answer) throws CliException {
        if (answer.status() >= FIRST_ERROR) {
            throw refusal(answer);
        }
        try {
            return Json.read(answer.body());
        } catch (JsonProcessingException e) {
            throw new CliException(ExitCode.FAILED, endpoint.text() + " does not answer in JSON: is it TapSwitch?", e);
        }
    }

    /**
     * Reads an answer that comes bit by bit, until it ends or the sink wants no more.
     *
     * @param mediaType that is asked for
     */
    void stream(String target, String mediaType, HttpExchange.Sink sink) throws CliException {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("Accept", mediaType + ", application/problem+json");
        HttpExchange.Answer answer;
        Duration patience = timeout.compareTo(STREAM_PATIENCE) < 0 ? STREAM_PATIENCE : timeout;
        try (Connection connection = connect(patience)) {
            answer = HttpExchange.stream(connection, target, all, sink);
        } catch (IOException e) {
            throw failed(e);
        }
        if (answer.status() >= FIRST_ERROR) {
            throw refusal(answer);
        }
    }

    private CliException failed(IOException e) {
        return new CliException(ExitCode.FAILED, "the request to " + endpoint.text() + " failed: " + Reasons.of(e), e);
    }

    private HttpExchange.Answer exchange(String method, String target, JsonNode body, Map<String, String> more)
            throws CliException {
        Map<String, String> all = new TreeMap<>(headers);
        all.putAll(more);
        if (body != null) {
            all.put("Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        try (Connection connection = connect(timeout)) {
            return HttpExchange.send(connection, method, target, all, body == null ? null : Json.write(body));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Connection connect(Duration patience) throws CliException {
        try {
            return Connection.open(endpoint.address(), tls, patience);
        } catch (IOException e) {
            throw endpoint.unreachable(e);
        }
    }

    private CliException refusal(HttpExchange.Answer answer) {
        if (answer.status() == UNAUTHORIZED && !headers.containsKey("Authorization")) {
            return new CliException(
                    ExitCode.FAILED,
                    "the daemon wants a token: name the file that holds it with --token-file, or put it into TAPSWITCH_TOKEN");
        }
        JsonNode problem = Json.readOrMissing(answer.body());
        String other = "the daemon answered " + answer.status() + " " + answer.phrase();
        String detail = problem.path("detail").asText(problem.path("title").asText(other));
        String field = problem.path("field").asText("");
        return new CliException(ExitCode.FAILED, (field.isEmpty() ? "" : field + ": ") + detail);
    }
}
