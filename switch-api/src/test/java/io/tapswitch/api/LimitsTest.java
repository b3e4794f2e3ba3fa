package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Nobody takes the API from others: not by guessing, not by asking all the time, not by connections. */
class LimitsTest extends ApiFixture {
    private static final String WRONG = "{\"token\":\"wrong\"}";

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private HttpTestClient with(String header, String value) {
        return HttpTestClient.tcp(tcpPort(), "127.0.0.1", Map.of(header, value));
    }

    @Test
    void whoGuessesHasToWaitAndOthersDoNot() throws IOException {
        String token = makeToken("alice", Role.READ);
        String right = "{\"token\":\"" + token + "\"}";
        try (HttpTestClient guesser = with("Authorization", "Bearer wrong");
                HttpTestClient same = with("Authorization", "Bearer " + token)) {
            String session = same.send("POST", "/api/v1/session", right)
                    .expect(201)
                    .headers()
                    .get("Set-Cookie")
                    .split(";")[0];
            for (int i = 0; i < Failures.MOST_A_MINUTE / 2; i++) {
                guesser.send("POST", "/api/v1/session", WRONG).expectProblem(401, "unauthorized");
                guesser.send("GET", PORTS, null).expectProblem(401, "unauthorized");
            }
            HttpTestClient.Answer refused = guesser.send("GET", PORTS, null).expectProblem(429, "too-many-requests");
            assertThat(Integer.parseInt(refused.headers().get("Retry-After"))).isBetween(1, 60);
            same.send("GET", PORTS, null).expectProblem(429, "too-many-requests");
            same.send("POST", "/api/v1/session", right).expectProblem(429, "too-many-requests");
            try (HttpTestClient browser = with("Cookie", session)) {
                browser.send("GET", PORTS, null).expect(200);
            }
        }
        assertThat(answerFrom("127.0.0.6", "Bearer wrong")).startsWith("HTTP/1.1 401 ");
        assertThat(answerFrom("127.0.0.6", "Bearer " + token)).startsWith("HTTP/1.1 200 ");
        get(PORTS).expect(200);
    }

    private String answerFrom(String address, String authorization) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getByName("127.0.0.1"), tcpPort(), InetAddress.getByName(address), 0)) {
            String request = "GET /api/v1/ports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: "
                    + authorization + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aMinuteLaterTheAddressMayTryAgain() {
        Failures failures = new Failures(nanos::get);
        for (int i = 0; i < Failures.MOST_A_MINUTE; i++) {
            assertThatCode(() -> failures.check("192.0.2.1:5000")).doesNotThrowAnyException();
            failures.add("192.0.2.1:" + (5000 + i));
        }
        assertThatThrownBy(() -> failures.check("192.0.2.1:9")).isInstanceOf(Problem.class);
        assertThatCode(() -> failures.check("192.0.2.10:9")).doesNotThrowAnyException();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
        assertThatThrownBy(() -> failures.check("192.0.2.1:9")).hasMessageContaining("wait 2 seconds");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThatCode(() -> failures.check("192.0.2.1:9")).doesNotThrowAnyException();
    }

    @Test
    void aHostCannotEvadeByItsManyAddresses() {
        Failures failures = new Failures(nanos::get);
        for (int i = 0; i < Failures.MOST_A_MINUTE; i++) {
            failures.add("2001:db8:0:1:0:0:0:" + i + ":5000");
        }
        assertThatThrownBy(() -> failures.check("2001:db8:0:1:9:9:9:9:1")).isInstanceOf(Problem.class);
        assertThatCode(() -> failures.check("2001:db8:0:2:0:0:0:1:1")).doesNotThrowAnyException();
    }

    @Test
    void aCallerHasABudgetOfItsOwn() {
        RequestBudget budget = new RequestBudget(10, nanos::get);
        Caller alice = new Caller("alice", Role.READ, "");
        takeAll(budget, alice);
        assertThatThrownBy(() -> budget.take(alice)).hasMessageContaining("more than 10 requests a second");
        assertThat(budget.take(new Caller("bob", Role.READ, ""))).isNotNull();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(150));
        budget.take(alice);
        assertThatThrownBy(() -> budget.take(alice)).isInstanceOf(Problem.class);
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        takeAll(budget, alice);
        assertThatThrownBy(() -> budget.take(alice)).isInstanceOf(Problem.class);
    }

    private static void takeAll(RequestBudget budget, Caller caller) {
        for (int i = 0; i < 20; i++) {
            budget.take(caller);
        }
    }

    @Test
    void connectionsAreLimitedAndThoseThereAreGoOn() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < HttpListener.MOST_CONNECTIONS; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), tcpPort()));
            }
            assertThat(answers(sockets.get(0))).isTrue();
            assertThat(answers(sockets.get(sockets.size() - 1))).isTrue();
            sockets.add(new Socket(InetAddress.getLoopbackAddress(), tcpPort()));
            assertThat(answers(sockets.get(sockets.size() - 1))).isFalse();
            assertThat(answers(sockets.get(1))).isTrue();
            get(PORTS).expect(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** However the holder of a token comes: with it, or by sessions that it opened. */
    @Test
    void streamsAreCountedByWhoseTheyAre() throws IOException {
        String alice = "Authorization: Bearer " + makeToken("alice", Role.READ);
        List<Socket> streams = new ArrayList<>();
        try (HttpTestClient http = HttpTestClient.tcp(tcpPort(), "127.0.0.1", Map.of())) {
            String cookie = http.send("POST", "/api/v1/session", "{\"token\":\"" + alice.substring(22) + "\"}")
                    .expect(201)
                    .headers()
                    .get("Set-Cookie");
            for (int i = 0; i < StreamPump.MAX_OF_ONE_CALLER; i++) {
                streams.add(follow(i % 2 == 0 ? alice : "Cookie: " + cookie.split(";")[0]));
                assertThat(head(streams.get(i))).contains(" 200 ", "text/event-stream");
            }
            streams.add(follow(alice));
            assertThat(head(streams.get(StreamPump.MAX_OF_ONE_CALLER)))
                    .contains(" 429 ", "Retry-After: 10", "application/problem+json")
                    .doesNotContain("text/event-stream");
            streams.add(follow("Authorization: Bearer " + makeToken("bob", Role.READ)));
            assertThat(head(streams.get(streams.size() - 1))).contains(" 200 ");
        } finally {
            for (Socket stream : streams) {
                stream.close();
            }
        }
    }

    private Socket follow(String credential) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort());
        String request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + credential
                + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        return head.toString();
    }

    private static boolean answers(Socket socket) {
        try {
            String request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == 'H';
        } catch (IOException e) {
            return false;
        }
    }
}
