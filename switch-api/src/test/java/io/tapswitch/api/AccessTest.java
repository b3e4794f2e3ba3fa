package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessTest extends ApiFixture {
    private static final String PORT = "{\"name\":\"web1\",\"type\":\"memory\"}";

    private String token() throws IOException {
        return Files.readString(stateDir().resolve("token")).strip();
    }

    private HttpTestClient.Answer overTcp(
            String host, Map<String, String> headers, String method, String target, String body) {
        try (HttpTestClient tcp = HttpTestClient.tcp(tcpPort(), host, headers)) {
            return tcp.send(method, target, body);
        }
    }

    @Test
    void tcpNeedsTheToken() throws IOException {
        Map<String, String> right = Map.of("Authorization", "Bearer " + token());
        overTcp("127.0.0.1", right, "POST", PORTS, PORT).expect(201);
        overTcp("127.0.0.1", Map.of("authorization", "bearer " + token()), "GET", PORTS, null)
                .expect(200);
    }

    @Test
    void withoutTheTokenNothingHappens() throws IOException {
        for (String header : new String[] {
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Basic " + token(),
            token(),
            "Bearer " + token() + "x",
            "Bearer " + token().substring(1)
        }) {
            Map<String, String> headers = header.isEmpty() ? Map.of() : Map.of("Authorization", header);
            HttpTestClient.Answer answer =
                    overTcp("127.0.0.1", headers, "POST", PORTS, PORT).expectProblem(401, "unauthorized");
            assertThat(answer.headers().get("WWW-Authenticate")).startsWith("Bearer");
            overTcp("127.0.0.1", headers, "GET", "/api/v1/nowhere", null).expectProblem(401, "unauthorized");
        }
        assertThat(get(PORTS).body()).isEmpty();
    }

    @Test
    void otherHostNamesAreRefused() throws IOException {
        Map<String, String> right = Map.of("Authorization", "Bearer " + token());
        for (String host :
                new String[] {"evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example"}) {
            overTcp(host, right, "GET", PORTS, null).expectProblem(403, "forbidden");
        }
        for (String host : new String[] {"127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "[::1]"}) {
            overTcp(host, right, "GET", PORTS, null).expect(200);
        }
    }

    @Test
    void healthNeedsNoToken() {
        overTcp("127.0.0.1", Map.of(), "GET", "/health/live", null).expect(200);
        overTcp("127.0.0.1", Map.of(), "GET", "/health/../api/v1/ports", null).expectProblem(401, "unauthorized");
    }

    @Test
    void theUnixSocketNeedsNone() throws IOException {
        post(PORTS, PORT).expect(201);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                .isEqualTo("rw-rw----");
    }

    @Test
    void theTokenIsPrivateAndStays() throws IOException {
        String before = token();
        assertThat(before).hasSizeGreaterThan(40);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(stateDir().resolve("token"))))
                .isEqualTo("rw-------");
        restart();
        assertThat(token()).isEqualTo(before);
    }
}
