package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is the same for every resource. */
class HttpApiTest extends ApiFixture {
    @Test
    void answersWithProblemsWhereThereIsNothing() {
        for (String path :
                new String[] {"/page", "/web/", "/api", "/api/v1", "/api/v2/ports", "/api/v1/ports/a/b", "/metrics/x"
                }) {
            HttpTestClient.Answer answer = get(path).expectProblem(404, "not-found");
            assertThat(answer.body().path("instance").asText()).isEqualTo(path);
        }
    }

    @Test
    void saysWhichMethodsThereAre() {
        makePort("web1");
        assertThat(allowed("DELETE", PORTS)).isEqualTo("GET, HEAD, POST");
        assertThat(allowed("PUT", PORTS + "/web1")).isEqualTo("DELETE, GET, HEAD, PATCH");
        assertThat(allowed("PUT", NETWORKS + "/default")).isEqualTo("DELETE, GET, HEAD, PATCH");
        assertThat(allowed("GET", FDB + "/flush")).isEqualTo("POST");
        assertThat(allowed("POST", CONFIG)).isEqualTo("GET, HEAD, PUT");
        assertThat(allowed("OPTIONS", CONFIG)).isEqualTo("GET, HEAD, PUT");
        assertThat(allowed("POST", "/health/live")).isEqualTo("GET, HEAD");
    }

    private String allowed(String method, String path) {
        HttpTestClient.Answer answer = client().send(method, path, method.equals("PUT") ? "{}" : null);
        return answer.expectProblem(405, "method-not-allowed").headers().get("Allow");
    }

    @Test
    void headIsGetWithoutTheBody() {
        HttpTestClient.Answer get = get(NETWORKS);
        HttpTestClient.Answer head = client().send("HEAD", NETWORKS, null).expect(200);
        assertThat(head.text()).isEmpty();
        assertThat(head.headers().get("Content-Length")).isEqualTo(get.headers().get("Content-Length"));
        assertThat(client().send("HEAD", PORTS + "/none", null).expect(404).text())
                .isEmpty();
    }

    @Test
    void takesOnlyJson() {
        String port = "{\"name\":\"web1\",\"type\":\"memory\"}";
        for (String type :
                new String[] {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", null}) {
            client().send("POST", PORTS, port, type).expectProblem(415, "unsupported-media-type");
            client().send("PATCH", NETWORKS + "/default", "{}", type).expectProblem(415, "unsupported-media-type");
        }
        client().send("POST", PORTS, port, "application/merge-patch+json").expectProblem(415, "unsupported-media-type");
        client().send("POST", PORTS, port, "Application/JSON;charset=UTF-8").expect(201);
    }

    @Test
    void takesOnlyAnObject() {
        for (String body :
                new String[] {"", "{", "[]", "7", "\"x\"", "{\"name\":\"a\",\"name\":\"b\"}", "{} {}", "\0"}) {
            post(PORTS, body).expectProblem(400, "malformed");
            patch(NETWORKS + "/default", body).expectProblem(400, "malformed");
        }
        HttpTestClient.Answer latin1 = HttpTestClient.await(client().sendLater(
                        "POST", PORTS, Buffer.buffer(new byte[] {'"', (byte) 0xe4, '"'}), "application/json"));
        latin1.expectProblem(400, "malformed");
        post(PORTS, "[".repeat(100_000)).expectProblem(400, "malformed");
        post(PORTS, "{\"a\":".repeat(900) + "1" + "}".repeat(900)).expectProblem(422, "invalid");
    }

    @Test
    void refusesBodiesThatAreTooLong() {
        post(PORTS, " ".repeat((1 << 20) + 1)).expectProblem(413, "too-large");
        patch(NETWORKS + "/default", " ".repeat(3 << 20)).expectProblem(413, "too-large");
        get(PORTS).expect(200);
    }

    @Test
    void answersRequestsThatAreNotHttp() throws IOException {
        assertThat(raw("NONSENSE\r\n\r\n")).contains(" 400 ", "urn:tapswitch:error:malformed");
        assertThat(raw("GET /api/v1/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains(" 400 ", "urn:tapswitch:error:malformed");
        assertThat(raw("GET /api/v1/networks/default/fdb?after=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains(" 400 ", "urn:tapswitch:error:malformed");
        assertThat(raw("GET /api/v1/ports/%2e%2e/x%2fy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains(" 404 ");
        assertThat(raw("GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .containsPattern(" 4\\d\\d ");
        assertThat(raw("GET http://x/api/v1/ports HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .containsPattern(" (200|404) ");
        assertThat(raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains(" 414 ", "urn:tapswitch:error:uri-too-long");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(90_000) + "\r\n\r\n"))
                .contains(" 431 ", "urn:tapswitch:error:headers-too-large");
        get(PORTS).expect(200);
    }

    @Test
    void answersAPathOfManyParts() throws IOException {
        String parts = "/a".repeat(2000);
        for (String path : new String[] {parts, "/api/v1" + parts, PORTS + parts, PORTS + parts + "/"}) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .as(path.substring(0, 20))
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void takesAPathHoweverItIsWritten() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\"}").expect(201);
        for (String path : new String[] {
            NETWORKS + "/blue",
            NETWORKS + "/blue/",
            "/api/v1//networks/blue",
            "/api/v1/networks/./blue",
            "/api/v1/ports/../networks/blue",
            "/api/v1/%6eetworks/bl%75e",
            "http://x" + NETWORKS + "/blue"
        }) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"name\":\"blue\"");
        }
    }

    private String raw(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket()));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (channel.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
    }
}
