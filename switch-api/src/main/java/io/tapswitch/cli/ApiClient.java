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

    private final Endpoint endpoint;
    private final Duration timeout;
    private final Map<String, String> headers = new TreeMap<>();

    /**
     * Sends nothing yet.
     *
     * @param tokenFile null for none
     * @throws CliException if the token cannot be read
     */
    ApiClient(Endpoint endpoint, String tokenFile, Duration timeout) throws CliException {
        this.endpoint = endpoint;
        this.timeout = timeout;
        headers.put("Host", endpoint.host());
        headers.put("Accept", "application/json, application/problem+json");
        if (tokenFile != null) {
            headers.put("Authorization", "Bearer " + token(tokenFile));
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
        HttpExchange.Answer answer = exchange(method, target, body);
        if (answer.status() >= FIRST_ERROR) {
            throw refusal(answer);
        }
        try {
            return Json.read(answer.body());
        } catch (JsonProcessingException e) {
            throw new CliException(ExitCode.FAILED, endpoint.text() + " does not answer in JSON: is it TapSwitch?", e);
        }
    }

    private HttpExchange.Answer exchange(String method, String target, JsonNode body) throws CliException {
        Map<String, String> all = new TreeMap<>(headers);
        if (body != null) {
            all.put("Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        try (Connection connection = connect()) {
            return HttpExchange.send(connection, method, target, all, body == null ? null : Json.write(body));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "the request to " + endpoint.text() + " failed: " + Reasons.of(e), e);
        }
    }

    private Connection connect() throws CliException {
        try {
            return Connection.open(endpoint.address(), timeout);
        } catch (IOException e) {
            throw endpoint.unreachable(e);
        }
    }

    private CliException refusal(HttpExchange.Answer answer) {
        if (answer.status() == UNAUTHORIZED && !headers.containsKey("Authorization")) {
            return new CliException(
                    ExitCode.FAILED, "the daemon wants a token: name the file that holds it with --token-file");
        }
        JsonNode problem = Json.readOrMissing(answer.body());
        String other = "the daemon answered " + answer.status() + " " + answer.phrase();
        String detail = problem.path("detail").asText(problem.path("title").asText(other));
        String field = problem.path("field").asText("");
        return new CliException(ExitCode.FAILED, (field.isEmpty() ? "" : field + ": ") + detail);
    }
}
