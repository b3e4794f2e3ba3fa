package io.tapswitch.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An HTTP server that says what a test tells it to, and keeps what it was asked. */
final class StubDaemon implements AutoCloseable {
    /** The ETag of every answer. */
    static final String TAG = "\"5f0c3a9be1d27746\"";

    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private final List<String> requests = new ArrayList<>();

    private record Answer(int status, String body, boolean chunked) {}

    StubDaemon() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Prepares the answer. @param request such as {@code GET /api/v1/ports} */
    StubDaemon on(String request, int status, String body) {
        answers.put(request, new ArrayDeque<>(List.of(new Answer(status, body, false))));
        return this;
    }

    /** Prepares a further answer, once the ones before were given. */
    StubDaemon then(String request, int status, String body) {
        answers.get(request).add(new Answer(status, body, false));
        return this;
    }

    /** Prepares an answer that comes bit by bit. */
    StubDaemon stream(String request, String body) {
        answers.put(request, new ArrayDeque<>(List.of(new Answer(200, body, true))));
        return this;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String token = exchange.getRequestHeaders().getFirst("Authorization");
        String condition = exchange.getRequestHeaders().getFirst("If-Match");
        requests.add(request
                + (body.isEmpty() ? "" : " " + body)
                + (token == null ? "" : " " + token)
                + (condition == null ? "" : " If-Match: " + condition));
        Answer answer = answer(request);
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("ETag", TAG);
        exchange.sendResponseHeaders(answer.status, answer.chunked ? 0 : bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Answer answer(String request) {
        Deque<Answer> prepared = answers.get(request);
        if (prepared == null) {
            return new Answer(404, "{\"detail\":\"no answer to " + request + "\"}", false);
        }
        return prepared.size() > 1 ? prepared.poll() : prepared.peek();
    }

    /** Method, target, body, token and condition of each request so far. */
    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A shell whose commands come here. */
    Shell shell(String... options) {
        List<String> all = new ArrayList<>(List.of("--url", url()));
        all.addAll(List.of(options));
        return new Shell(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
