package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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
            // Otherwise what is wrong is not looked at any more for a minute.
            restart();
            Map<String, String> headers = header.isEmpty() ? Map.of() : Map.of("Authorization", header);
            try (HttpTestClient tcp = HttpTestClient.tcp(tcpPort(), "127.0.0.1", headers)) {
                HttpTestClient.Answer answer = tcp.send("POST", PORTS, PORT).expectProblem(401, "unauthorized");
                assertThat(answer.headers().get("WWW-Authenticate")).startsWith("Bearer");
                tcp.send("GET", "/api/v1/nowhere", null).expectProblem(401, "unauthorized");
            }
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

    @Test
    void aTokenGivesItsRoleUntilItIsRevoked() {
        String token = makeToken("alice", Role.READ);
        try (HttpTestClient tcp = overTcp(token)) {
            tcp.send("GET", PORTS, null).expect(200);
            HttpTestClient.Answer refused = tcp.send("POST", PORTS, PORT).expectProblem(403, "forbidden");
            assertThat(refused.detail()).isEqualTo("this needs the role 'operate', and alice has 'read'");
            assertThat(get("/api/v1/tokens/alice").body().has("lastUsed")).isTrue();
            delete("/api/v1/tokens/alice").expect(204);
            tcp.send("GET", PORTS, null).expectProblem(401, "unauthorized");
        }
        assertThat(get(PORTS).body()).isEmpty();
        delete("/api/v1/tokens/alice").expectProblem(404, "not-found");
    }

    @Test
    void aTokenIsToldOnceOnly() {
        String token = makeToken("alice", Role.OPERATE);
        assertThat(get("/api/v1/tokens").text()).contains("alice").doesNotContain(token.substring(16));
        assertThat(get("/api/v1/tokens/alice").text()).doesNotContain(token.substring(16));
    }

    @Test
    void aTokenThatMakesNoSenseIsNotMade() {
        for (String json : new String[] {
            "{\"role\":\"read\"}",
            "{\"name\":\"a\"}",
            "{\"name\":\"A\",\"role\":\"read\"}",
            "{\"name\":\"a\",\"role\":\"anyone\"}",
            "{\"name\":\"a\",\"role\":\"read\",\"expiresDays\":0}",
            "{\"name\":\"a\",\"role\":\"read\",\"expires\":1}"
        }) {
            HttpTestClient.Answer answer = post("/api/v1/tokens", json).expectProblem(422, "invalid");
            assertThat(answer.field()).isNotEmpty();
        }
        makeToken("a", Role.READ);
        post("/api/v1/tokens", "{\"name\":\"a\",\"role\":\"read\"}").expectProblem(409, "conflict");
    }

    @Test
    void whoUsesTheUnixSocketIsKnownByTheKernel() throws IOException {
        List<String> lines = new CopyOnWriteArrayList<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(event.getFormattedMessage());
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger(ApiRouter.class);
        appender.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
        try {
            post(PORTS, PORT).expect(201);
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(null);
        }
        assertThat(lines).singleElement().asString().contains("(by uid " + Files.getAttribute(directory, "unix:uid"));
    }
}
