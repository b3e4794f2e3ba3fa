package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MirrorApiTest extends ApiFixture {
    private static final String MIRRORS = "/api/v1/mirrors";
    private static final String LOOK =
            "{\"name\":\"look\",\"port\":\"web1\",\"to\":{\"port\":\"monitor\"},\"seconds\":600}";

    @BeforeEach
    void ports() {
        makePort("web1");
        makePort("monitor");
    }

    @Test
    void makesChangesShowsAndDeletesAMirror() {
        HttpTestClient.Answer made = post(MIRRORS, LOOK).expect(201);
        assertThat(made.headers().get("Location")).isEqualTo(MIRRORS + "/look");
        JsonNode mirror = get(MIRRORS + "/look").expect(200).body();
        assertThat(mirror.path("direction").asText()).isEqualTo("both");
        assertThat(mirror.at("/state/status").asText()).isEqualTo("active");
        assertThat(mirror.at("/counters/frames").asInt()).isZero();
        assertThat(Instant.parse(mirror.path("expires").asText()))
                .isBetween(Instant.now().plusSeconds(500), Instant.now().plusSeconds(601));
        assertThat(patch(MIRRORS + "/look", "{\"expires\":null,\"snapLength\":64}")
                        .expect(200)
                        .body()
                        .has("expires"))
                .isFalse();
        assertThat(get(MIRRORS).body()).hasSize(1);
        assertThat(get(CONFIG).body().at("/mirrors/0/snapLength").asInt()).isEqualTo(64);
        delete(MIRRORS + "/look").expect(204);
        get(MIRRORS + "/look").expectProblem(404, "not-found");
    }

    @Test
    void saysWhichFieldIsWrong() {
        post(MIRRORS, LOOK).expect(201);
        assertThat(post(MIRRORS, LOOK).expectProblem(409, "conflict").field()).isEqualTo("name");
        assertThat(post(MIRRORS, "{\"name\":\"x\",\"port\":\"monitor\",\"to\":{\"port\":\"web1\"}}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("port");
        assertThat(post(MIRRORS, "{\"name\":\"x\",\"port\":\"web1\",\"to\":{\"port\":\"none\"}}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("to.port");
        assertThat(post(MIRRORS, "{\"name\":\"x\",\"port\":\"web1\",\"to\":{},\"filter\":\"tcp\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("to");
        assertThat(post(MIRRORS, LOOK.replace("600", "0"))
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("seconds");
        assertThat(patch(MIRRORS + "/look", "{\"name\":\"other\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("name");
        patch(MIRRORS + "/none", "{}").expectProblem(404, "not-found");
        delete(MIRRORS + "/none").expectProblem(404, "not-found");
    }

    @Test
    void putsAPortInQuarantineForATimeAndLetsItOut() {
        JsonNode port = patch(PORTS + "/web1", "{\"quarantine\":{\"port\":\"monitor\",\"seconds\":60}}")
                .expect(200)
                .body();
        assertThat(Instant.parse(port.at("/quarantine/expires").asText()))
                .isBetween(Instant.now(), Instant.now().plusSeconds(61));
        assertThat(patch(PORTS + "/web1", "{\"quarantine\":null}")
                        .expect(200)
                        .body()
                        .has("quarantine"))
                .isFalse();
        assertThat(patch(PORTS + "/web1", "{\"quarantine\":{\"port\":\"web1\"}}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("quarantine.port");
        assertThat(patch(PORTS + "/web1", "{\"quarantine\":{\"port\":\"monitor\",\"seconds\":\"x\"}}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("quarantine.seconds");
    }

    @Test
    void anAnalysisPortSaysWhoseItIs() {
        assertThat(get(PORTS + "/monitor").body().path("state").has("analysis")).isFalse();
        post(MIRRORS, LOOK).expect(201);
        makePort("web2");
        patch(PORTS + "/web2", "{\"quarantine\":{\"port\":\"monitor\"}}").expect(200);
        String expected = "{\"mirrors\":[\"look\"],\"ports\":[\"web2\"]}";
        assertThat(get(PORTS + "/monitor").body().at("/state/analysis")).hasToString(expected);
        assertThat(get(PORTS).body().findValues("analysis")).singleElement().hasToString(expected);
        patch(PORTS + "/web2", "{\"quarantine\":null}").expect(200);
        delete(MIRRORS + "/look").expect(204);
        assertThat(get(PORTS + "/monitor").body().path("state").has("analysis")).isFalse();
    }

    @Test
    void mirrorsAreInTheWholeStateAndMayGoBackAsTheyCame() {
        post(MIRRORS, LOOK).expect(201);
        String mirrors = get(MIRRORS).text();
        String state = "{\"ports\":" + get(PORTS).text() + ",\"mirrors\":" + mirrors + "}";
        assertThat(put(CONFIG, state).expect(200).body().path("changed").asBoolean())
                .isFalse();
        JsonNode change =
                put(CONFIG, "{\"ports\":" + get(PORTS).text() + "}").expect(200).body();
        assertThat(change.at("/mirrors/removed/0").asText()).isEqualTo("look");
        assertThat(get(MIRRORS).body()).isEmpty();
    }
}
