package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tapswitch.config.ConfigReader;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client that checks every answer against {@code openapi.yaml}. */
final class HttpTestClient implements AutoCloseable {
    private static final Vertx VERTX =
            Vertx.builder().withTransport(Transport.EPOLL).build();
    private static final OpenApiContract CONTRACT = OpenApiContract.load();

    private final HttpClient client;
    private final SocketAddress server;
    private final Map<String, String> headers;
    private final String host;

    /** @param body missing if it is not JSON */
    record Answer(int status, MultiMap headers, String text, JsonNode body) {
        Answer expect(int wanted) {
            assertThat(status).as(text).isEqualTo(wanted);
            return this;
        }

        /** The answer, if it is the problem that was expected. */
        Answer expectProblem(int wanted, String kind) {
            expect(wanted);
            assertThat(headers.get("Content-Type")).isEqualTo("application/problem+json");
            assertThat(body.path("status").asInt()).isEqualTo(wanted);
            assertThat(body.path("type").asText()).isEqualTo("urn:tapswitch:error:" + kind);
            return this;
        }

        String etag() {
            return headers.get("ETag");
        }

        String field() {
            return body.path("field").asText();
        }

        String detail() {
            return body.path("detail").asText();
        }
    }

    private HttpTestClient(SocketAddress server, String host, Map<String, String> headers, HttpClientOptions options) {
        this(VERTX.createHttpClient(options, new PoolOptions().setHttp1MaxSize(16)), server, host, headers);
    }

    private HttpTestClient(HttpClient client, SocketAddress server, String host, Map<String, String> headers) {
        this.client = client;
        this.server = server;
        this.host = host;
        this.headers = headers;
    }

    static HttpTestClient unix(Path socket) {
        return unix(socket, Map.of());
    }

    static HttpTestClient unix(Path socket, Map<String, String> headers) {
        return new HttpTestClient(
                SocketAddress.domainSocketAddress(socket.toString()), "localhost", headers, new HttpClientOptions());
    }

    /** @param host for the Host header */
    static HttpTestClient tcp(int port, String host, Map<String, String> headers) {
        return tcp(port, host, headers, new HttpClientOptions());
    }

    static HttpTestClient tcp(int port, String host, Map<String, String> headers, HttpClientOptions options) {
        return new HttpTestClient(SocketAddress.inetSocketAddress(port, "127.0.0.1"), host, headers, options);
    }

    /** The same client, but its requests have one more header. It is closed with the other. */
    HttpTestClient with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new HttpTestClient(client, server, host, more);
    }

    /** Sends JSON, or nothing if it is null. */
    Answer send(String method, String target, String json) {
        return send(method, target, json, "application/json");
    }

    Answer send(String method, String target, String body, String mediaType) {
        return await(sendLater(method, target, body == null ? null : Buffer.buffer(body), mediaType));
    }

    Future<Answer> sendLater(String method, String target, Buffer body, String mediaType) {
        RequestOptions options = new RequestOptions()
                .setServer(server)
                .setHost(host)
                .setPort(server.isInetSocket() ? server.port() : 80)
                .setMethod(HttpMethod.valueOf(method))
                .setURI(target);
        headers.forEach(options::putHeader);
        if (body != null && mediaType != null) {
            options.putHeader("Content-Type", mediaType);
        }
        return client.request(options)
                .compose(request -> exchange(request, body))
                .map(answer -> checked(method, target, answer));
    }

    private static Future<Answer> exchange(HttpClientRequest request, Buffer body) {
        return (body == null ? request.send() : request.send(body)).compose(response -> response.body()
                .map(bytes -> new Answer(
                        response.statusCode(),
                        response.headers(),
                        bytes.toString(),
                        parse(response.getHeader("Content-Type"), bytes))));
    }

    private static JsonNode parse(String mediaType, Buffer bytes) {
        if (mediaType == null || !mediaType.contains("json") || bytes.length() == 0) {
            return MissingNode.getInstance();
        }
        try {
            return ConfigReader.JSON.readTree(bytes.toString());
        } catch (JsonProcessingException e) {
            throw new AssertionError(bytes.toString(), e);
        }
    }

    private static Answer checked(String method, String target, Answer answer) {
        CONTRACT.check(method, target, answer);
        return answer;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    @Override
    public void close() {
        await(client.close());
    }
}
