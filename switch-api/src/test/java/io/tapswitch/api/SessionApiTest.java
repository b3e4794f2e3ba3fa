package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How a browser logs in, and what it may do then. */
class SessionApiTest extends ApiFixture {
    private static final String SESSION = "/api/v1/session";
    private static final String CODES = "/api/v1/login-codes";
    private static final String PORT = "{\"name\":\"web1\",\"type\":\"memory\"}";
    private static final String WITH = "X-Requested-With";

    /** Who has come by another way than a token. */
    private static final String SOMEBODY = "uid 1000 (alice)";

    private HttpTestClient.Answer overTcp(Map<String, String> headers, String method, String target, String body) {
        try (HttpTestClient tcp = HttpTestClient.tcp(tcpPort(), "127.0.0.1", headers)) {
            return tcp.send(method, target, body);
        }
    }

    private HttpTestClient.Answer logIn(String field, String secret) {
        return overTcp(Map.of(), "POST", SESSION, "{\"" + field + "\":\"" + secret + "\"}");
    }

    /** As a browser sends it. */
    private static String cookie(HttpTestClient.Answer answer) {
        return answer.headers().get("Set-Cookie").split(";")[0];
    }

    private HttpTestClient.Answer byCookie(String cookie, String method, String target, String body, String... more) {
        Map<String, String> headers = new TreeMap<>(Map.of("Cookie", "a=b; " + cookie + "; c=d"));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return overTcp(headers, method, target, body);
    }

    private String origin() {
        return "http://127.0.0.1:" + tcpPort();
    }

    @Test
    void aTokenOpensASessionThatHasItsRole() {
        HttpTestClient.Answer opened =
                logIn("token", makeToken("alice", Role.OPERATE)).expect(201);
        assertThat(opened.headers().get("Set-Cookie"))
                .matches("tapswitch-" + tcpPort()
                        + "=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
        String cookie = cookie(opened);
        assertThat(byCookie(cookie, "GET", SESSION, null).expect(200).text())
                .contains("\"name\":\"alice\",\"role\":\"operate\",\"expires\":\"");
        String[] own = {WITH, "tapswitch", "Origin", origin()};
        byCookie(cookie, "POST", PORTS, PORT, own).expect(201);
        byCookie(cookie, "GET", "/api/v1/tokens", null).expectProblem(403, "forbidden");

        HttpTestClient.Answer closed =
                byCookie(cookie, "DELETE", SESSION, null, own).expect(204);
        assertThat(closed.headers().get("Set-Cookie")).contains("=; Path=/; Max-Age=0;");
        byCookie(cookie, "GET", PORTS, null).expectProblem(401, "unauthorized");
    }

    @Test
    void anotherPageCannotHaveTheBrowserChangeAnything() {
        String cookie = cookie(logIn("token", makeToken("alice", Role.ADMIN)).expect(201));
        byCookie(cookie, "GET", PORTS, null, "Origin", "http://evil.example").expect(200);
        for (String[] headers : new String[][] {
            {},
            {WITH, "XMLHttpRequest"},
            {"Origin", origin()},
            {WITH, "tapswitch", "Origin", "http://evil.example"},
            {WITH, "tapswitch", "Origin", "null"},
            {WITH, "tapswitch", "Origin", origin() + "0"},
            {WITH, "tapswitch", "Origin", "https" + origin().substring(4)}
        }) {
            byCookie(cookie, "POST", PORTS, PORT, headers).expectProblem(403, "forbidden");
            byCookie(cookie, "DELETE", SESSION, null, headers).expectProblem(403, "forbidden");
        }
        assertThat(get(PORTS).body()).isEmpty();
        byCookie(cookie, "POST", PORTS, PORT, WITH, "tapswitch").expect(201);
    }

    @Test
    void aSessionEndsWithItsToken() {
        String token = makeToken("alice", Role.READ);
        String byToken = cookie(logIn("token", token).expect(201));
        String code = overTcp(Map.of("Authorization", "Bearer " + token), "POST", CODES, null)
                .expect(200)
                .body()
                .path("code")
                .asText();
        String byCode = cookie(logIn("code", code).expect(201));
        byCookie(byCode, "GET", PORTS, null).expect(200);
        delete("/api/v1/tokens/alice").expect(204);
        makeToken("alice", Role.ADMIN);
        byCookie(byToken, "GET", PORTS, null).expectProblem(401, "unauthorized");
        byCookie(byCode, "GET", PORTS, null).expectProblem(401, "unauthorized");
    }

    @Test
    void aCodeOpensOneSessionForWhoeverAskedForIt() {
        HttpTestClient.Answer made = post(CODES, null).expect(200);
        String code = made.body().path("code").asText();
        assertThat(made.body().path("url").asText()).isEqualTo(origin() + "/#code=" + code);
        HttpTestClient.Answer opened = logIn("code", code).expect(201);
        assertThat(opened.body().path("name").asText()).startsWith("uid ");
        assertThat(opened.body().path("role").asText()).isEqualTo("admin");
        byCookie(cookie(opened), "GET", "/api/v1/tokens", null).expect(200);
        logIn("code", code).expectProblem(401, "unauthorized");
    }

    /** Else a cookie that was stolen once would be good for ever, also after its owner has signed out. */
    @Test
    void aSessionCannotMakeItsOwnSuccessor() throws IOException {
        String code = post(CODES, null).expect(200).body().path("code").asText();
        String fileToken = Files.readString(stateDir().resolve("token")).strip();
        for (HttpTestClient.Answer opened : List.of(
                logIn("code", code), logIn("token", makeToken("alice", Role.ADMIN)), logIn("token", fileToken))) {
            HttpTestClient.Answer refused = byCookie(cookie(opened.expect(201)), "POST", CODES, null, WITH, "tapswitch")
                    .expectProblem(403, "forbidden");
            assertThat(refused.detail()).contains("tapswitch login");
            assertThat(refused.headers().contains("Set-Cookie")).isFalse();
        }
        overTcp(Map.of("Authorization", "Bearer " + fileToken), "POST", CODES, null)
                .expect(200);
    }

    @Test
    void whatMakesNoSenseOpensNothing() {
        for (String body : new String[] {"{}", "{\"token\":\"a\",\"code\":\"b\"}", "{\"password\":\"x\"}"}) {
            overTcp(Map.of(), "POST", SESSION, body).expectProblem(422, "invalid");
        }
        logIn("token", "x").expectProblem(401, "unauthorized");
        logIn("code", "x").expectProblem(401, "unauthorized");
        byCookie("tapswitch-" + tcpPort() + "=", "GET", PORTS, null).expectProblem(401, "unauthorized");
        overTcp(Map.of(), "POST", SESSION, " ".repeat(5000)).expectProblem(413, "too-large");
    }

    /** A clock that goes when it is told to. */
    private static final class HandClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void sessionsAndCodesEndByTime() throws IOException {
        HandClock clock = new HandClock();
        Instant start = clock.now;
        Sessions sessions = new Sessions(new Tokens(directory, clock), clock);
        String code = sessions.code(SOMEBODY, Role.READ);
        String late = sessions.code(SOMEBODY, Role.READ);
        String session = sessions.open(SOMEBODY, Role.READ);
        clock.now = start.plusSeconds(59);
        assertThat(sessions.redeem(code)).isPresent();
        clock.now = start.plusSeconds(60);
        assertThat(sessions.redeem(late)).isEmpty();
        clock.now = start.plus(Duration.ofHours(12)).minusNanos(1);
        assertThat(sessions.find(session)).isPresent();
        clock.now = start.plus(Duration.ofHours(12));
        assertThat(sessions.find(session)).isEmpty();
    }

    @Test
    void aTokenThatWasTakenBackOpensNothingAndOneMadeAnewHasItsOwnRole() throws IOException {
        Clock clock = Clock.systemUTC();
        Tokens tokens = new Tokens(directory, clock);
        Sessions sessions = new Sessions(tokens, clock);
        tokens.create("alice", Role.ADMIN, null);
        tokens.revoke("alice");
        // The holder was let in just before.
        assertThatThrownBy(() -> sessions.code("alice", Role.ADMIN)).hasMessageContaining("taken back");
        assertThatThrownBy(() -> sessions.open("alice", Role.ADMIN)).hasMessageContaining("taken back");
        tokens.create("alice", Role.READ, null);
        assertThat(sessions.redeem(sessions.code("alice", Role.ADMIN))
                        .orElseThrow()
                        .role())
                .isEqualTo(Role.READ);
    }

    private Socket connect(String token, String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort());
        socket.setSoTimeout(20_000);
        String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + token;
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsUnderWayEndsWithItsToken() throws IOException {
        String token = makeToken("alice", Role.OPERATE);
        try (Socket slow = connect(token, "POST " + PORTS);
                Socket follower = connect(token, "GET /api/v1/events")) {
            write(
                    slow,
                    "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " + PORT.length()
                            + "\r\n\r\n");
            write(follower, "\r\nAccept: text/event-stream\r\n\r\n");
            String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(new String(slow.getInputStream().readNBytes(goOn.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(goOn);
            assertThat(follower.getInputStream().read()).isEqualTo('H');
            delete("/api/v1/tokens/alice").expect(204);
            write(slow, PORT);
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("HTTP/1.1 401 ");
            assertThat(new String(follower.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains(" 200 ")
                    .endsWith("0\r\n\r\n");
        }
        assertThat(get(PORTS).body()).isEmpty();
    }

    @Test
    void aPageThatIsMadeToPointHereCannotTryToLogIn() {
        try (HttpTestClient page = HttpTestClient.tcp(tcpPort(), "evil.example", Map.of())) {
            for (int i = 0; i < 2 * Failures.MOST_A_MINUTE; i++) {
                page.send("POST", SESSION, "{\"token\":\"x\"}").expectProblem(403, "forbidden");
            }
        }
        logIn("token", makeToken("alice", Role.READ)).expect(201);
    }

    @Test
    void everyAnswerTellsBrowsersToBeCareful() {
        for (String path : new String[] {"/health/live", "/nowhere", PORTS, "/api/v1/openapi.yaml"}) {
            HttpTestClient.Answer answer = overTcp(Map.of(), "GET", path, null);
            assertThat(answer.headers().get("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.headers().get("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(answer.headers().get("Content-Security-Policy"))
                    .startsWith("default-src 'self';")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().contains("Strict-Transport-Security")).isFalse();
        }
    }
}
