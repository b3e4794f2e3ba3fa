package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code /api/v1/audit}. */
class AuditApiTest extends ApiFixture {
    private static final String AUDIT = "/api/v1/audit";

    private List<String> lines(int count) throws InterruptedException {
        JsonNode entries = get(AUDIT).expect(200).body().path("entries");
        while (entries.size() < count) {
            Thread.sleep(5);
            entries = get(AUDIT).expect(200).body().path("entries");
        }
        return entries.findValuesAsText("path");
    }

    @Test
    void hasChangesAndWhoWasRefusedButNoReading() throws InterruptedException {
        makePort("web1");
        get(PORTS).expect(200);
        delete(PORTS + "/nowhere").expect(404);
        try (HttpTestClient stranger = HttpTestClient.tcp(tcpPort(), "localhost", Map.of())) {
            stranger.send("GET", PORTS + "?secret=1", null).expectProblem(401, "unauthorized");
        }
        assertThat(lines(3)).containsExactly(PORTS, PORTS + "/nowhere", PORTS);
        JsonNode entries = get(AUDIT).body().path("entries");
        assertThat(entries.at("/0/caller").asText()).startsWith("uid ");
        assertThat(entries.at("/0/done").asText()).startsWith("port web1: created");
        assertThat(entries.at("/1/status").asInt()).isEqualTo(404);
        assertThat(entries.at("/1").has("done")).isFalse();
        assertThat(entries.at("/2/caller").asText()).isEqualTo("unknown");
        assertThat(get(AUDIT + "?limit=1").body().path("entries").findValuesAsText("status"))
                .containsExactly("401");
        assertThat(get(AUDIT + "?limit=0").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
    }

    @Test
    void saysWhyEachRequestWasRefused() throws InterruptedException {
        String token = makeToken("alice", Role.READ);
        Map<String, String> right = Map.of("Authorization", "Bearer " + token);
        try (HttpTestClient rebound = HttpTestClient.tcp(tcpPort(), "evil.example", right);
                HttpTestClient weak = overTcp(token)) {
            rebound.send("GET", PORTS, null).expect(403);
            weak.send("DELETE", PORTS + "/web1", null).expect(403);
            String cookie = weak.send("POST", "/api/v1/session", "{\"token\":\"" + token + "\"}")
                    .expect(201)
                    .headers()
                    .get("Set-Cookie")
                    .split(";")[0];
            try (HttpTestClient otherPage = HttpTestClient.tcp(tcpPort(), "127.0.0.1", Map.of("Cookie", cookie))) {
                otherPage.send("POST", PORTS, "{}").expect(403);
            }
        }
        lines(5);
        assertThat(get(AUDIT).body().path("entries").findValuesAsText("reason"))
                .satisfiesExactly(
                        host -> assertThat(host).startsWith("the Host header must name the loopback interface"),
                        role -> assertThat(role).isEqualTo("this needs the role 'operate', and alice has 'read'"),
                        page -> assertThat(page).startsWith("a change by the cookie of a session needs the header"));
        assertThat(get("/api/v1/events?kind=refused")
                        .body()
                        .at("/events/0/text")
                        .asText())
                .matches("GET " + PORTS
                        + " by unknown at 127\\.0\\.0\\.1:\\d+ was refused: the Host header must name.*");
    }

    @Test
    void takesAPageThatAsksWhoItIsForForNoAttemptToGetIn() throws InterruptedException {
        String session = "/api/v1/session";
        try (HttpTestClient page = HttpTestClient.tcp(tcpPort(), "localhost", Map.of());
                HttpTestClient guess = overTcp("guess")) {
            page.send("GET", session, null).expectProblem(401, "unauthorized");
            assertThat(get("/api/v1/events?kind=login-failed").body().path("events"))
                    .isEmpty();
            guess.send("GET", session, null).expectProblem(401, "unauthorized");
            page.send("DELETE", session, null).expectProblem(401, "unauthorized");
            try (HttpTestClient rebound = HttpTestClient.tcp(tcpPort(), "evil.example", Map.of())) {
                rebound.send("GET", session, null).expectProblem(403, "forbidden");
            }
        }
        assertThat(lines(3)).containsExactly(session, session, session);
        assertThat(get(AUDIT).body().findValuesAsText("method")).containsExactly("GET", "DELETE", "GET");
        assertThat(get("/api/v1/events?kind=login-failed").body().path("events"))
                .hasSize(1);
    }

    @Test
    void isForAdmins() throws IOException {
        assertThat(operations())
                .filteredOn(operation -> operation.path().equals(AUDIT))
                .extracting(Operation::role)
                .containsExactly(Role.ADMIN);
    }
}
