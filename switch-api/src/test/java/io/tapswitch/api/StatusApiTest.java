package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.port.DropReason;
import org.junit.jupiter.api.Test;

class StatusApiTest extends ApiFixture {
    @Test
    void showsTheSwitchAtAGlance() {
        makePort("web1");
        makePort("web2");
        patch(PORTS + "/web2", "{\"enabled\":false}").expect(200);
        put(FDB + "/02:00:00:00:00:01", "{\"port\":\"web1\"}").expect(201);
        JsonNode status = get("/api/v1/status").expect(200).body();
        assertThat(status.path("name").asText()).isEqualTo("here");
        assertThat(status.path("version").asText()).isEqualTo("0.0.1");
        assertThat(status.path("pid").asLong())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(status.path("overlay").asText()).isEqualTo("single host");
        assertThat(status.has("cluster")).isFalse();
        assertThat(status.at("/features/0/available").asBoolean()).isTrue();
        assertThat(status.path("ports").toString()).isEqualTo("{\"up\":1,\"disabled\":1,\"waiting\":0,\"failed\":0}");
        assertThat(status.path("fdbEntries").asInt()).isEqualTo(1);
        assertThat(status.path("networks").asInt()).isEqualTo(1);
        assertThat(status.at("/memory/rssBytes").asLong()).isGreaterThan(1 << 20);
        assertThat(status.at("/memory/heapMaxBytes").asLong())
                .isGreaterThanOrEqualTo(status.at("/memory/heapUsedBytes").asLong());
    }

    @Test
    void showsTheOneHost() {
        assertThat(get("/api/v1/hosts").expect(200).body().findValuesAsText("name"))
                .containsExactly("here");
        assertThat(get("/api/v1/hosts/here")
                        .expect(200)
                        .body()
                        .path("eventLoops")
                        .asInt())
                .isEqualTo(1);
        get("/api/v1/hosts/there").expectProblem(404, "not-found");
        get("/api/v1/hosts/there/ports").expectProblem(404, "not-found");
        assertThat(get("/api/v1/events").expect(200).body().path("events")).isEmpty();
    }

    @Test
    void healthFollowsTheSwitch() {
        get("/health/live").expect(200);
        get("/health/ready").expect(200);
        ready = false;
        get("/health/live").expect(200);
        get("/health/ready").expectProblem(503, "unavailable");
    }

    @Test
    void saysWhatDropReasonsMean() {
        JsonNode reasons = get("/api/v1/drop-reasons").expect(200).body();
        assertThat(reasons).hasSize(DropReason.values().length);
        assertThat(reasons.get(0).path("reason").asText()).isEqualTo("runt");
        assertThat(reasons.get(0).path("side").asText()).isEqualTo("ingress");
        assertThat(reasons.get(0).path("meaning").asText()).isEqualTo("shorter than its Ethernet header");
    }

    @Test
    void describesItself() {
        HttpTestClient.Answer answer = get("/api/v1/openapi.yaml").expect(200);
        assertThat(answer.headers().get("Content-Type")).isEqualTo("application/yaml");
        assertThat(answer.text()).startsWith("openapi: 3.1.0");
    }
}
