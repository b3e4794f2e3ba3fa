package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PortApiTest extends ApiFixture {
    private static final String WEB1 = PORTS + "/web1";

    @Test
    void createsShowsAndDeletes() {
        HttpTestClient.Answer made = post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\",\"isolated\":true}")
                .expect(201);
        assertThat(made.headers().get("Location")).isEqualTo(WEB1);
        assertThat(made.body().path("network").asText()).isEqualTo("default");
        assertThat(made.body().at("/state/status").asText()).isEqualTo("up");
        assertThat(made.body().at("/state/device").asText()).isEqualTo("memory");
        assertThat(made.body().at("/counters/rxFrames").asLong()).isZero();
        assertThat(made.body().at("/counters/drops").isObject()).isTrue();

        assertThat(get(WEB1).expect(200).body()).isEqualTo(made.body());
        assertThat(get(PORTS).body()).containsExactly(made.body());

        delete(WEB1).expect(204);
        get(WEB1).expectProblem(404, "not-found");
        delete(WEB1).expectProblem(404, "not-found");
        patch(WEB1, "{}").expectProblem(404, "not-found");
        assertThat(get(PORTS).body()).isEmpty();
    }

    @Test
    void refusesASecondOneOfTheSameName() {
        makePort("web1");
        HttpTestClient.Answer again = post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\",\"isolated\":true}")
                .expectProblem(409, "conflict");
        assertThat(again.field()).isEqualTo("name");
        assertThat(get(WEB1).body().path("isolated").asBoolean()).isFalse();
    }

    @Test
    void whatTheSystemRefusesLeavesNothing() throws IOException {
        HttpTestClient.Answer refused = post(
                        PORTS,
                        "{\"name\":\"web1\",\"type\":\"memory\",\"memory\":{\"refuse\":\"the device is in use\"}}")
                .expectProblem(409, "refused");
        assertThat(refused.detail()).isEqualTo("the device is in use");
        get(WEB1).expect(404);
        restart();
        get(WEB1).expect(404);
    }

    @Test
    void aPatchThatTheSystemRefusesLeavesThePortAsItWas() {
        makePort("web1");
        String before = get(CONFIG).text();
        patch(WEB1, "{\"memory\":{\"refuse\":\"no\"},\"isolated\":true}").expectProblem(409, "refused");
        assertThat(get(CONFIG).text()).isEqualTo(before);
        assertThat(get(WEB1).body().at("/state/status").asText()).isEqualTo("up");
    }

    @Test
    void patchChangesWhatItNames() {
        makePort("web1");
        JsonNode changed = patch(
                        WEB1, "{\"enabled\":false,\"flood\":{\"broadcast\":false},\"storm\":{\"multicast\":10}}")
                .expect(200)
                .body();
        assertThat(changed.at("/state/status").asText()).isEqualTo("disabled");
        assertThat(changed.at("/flood/broadcast").asBoolean()).isFalse();
        assertThat(changed.at("/flood/multicast").asBoolean()).isTrue();
        assertThat(changed.at("/storm/multicast").asInt()).isEqualTo(10);
        assertThat(patch(WEB1, "{\"storm\":null,\"flood\":null}")
                        .body()
                        .at("/flood/broadcast")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void aDocumentMayGoBackAsItCame() {
        makePort("web1");
        String shown = get(WEB1).text();
        patch(WEB1, shown).expect(200);
        delete(WEB1).expect(204);
        post(PORTS, shown).expect(201);
    }

    @Test
    void anotherTypeReplacesTheFarSide() {
        makePort("web1");
        HttpTestClient.Answer unknown = patch(WEB1, "{\"type\":\"tap\"}").expectProblem(422, "invalid");
        assertThat(unknown.field()).isEqualTo("type");
        assertThat(unknown.detail()).contains("[memory, stream, vxlan]");
        patch(WEB1, "{\"type\":\"memory\",\"memory\":{}}").expect(200);
    }

    @Test
    void aNameCannotChange() {
        makePort("web1");
        assertThat(patch(WEB1, "{\"name\":\"web2\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("name");
        get(PORTS + "/web2").expect(404);
    }

    @Test
    void namesTheFieldThatIsWrong() {
        assertWrong("{\"type\":\"memory\"}", 422, "name");
        assertWrong("{\"name\":\"web1\"}", 422, "type");
        assertWrong("{\"name\":\"web1\",\"type\":7}", 422, "type");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"speed\":1}", 422, "speed");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"enabled\":\"yes\"}", 422, "enabled");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"flood\":{\"unicast\":true}}", 422, "flood.unicast");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"storm\":{\"broadcast\":0}}", 422, "storm.broadcast");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"memory\":{\"refuse\":1}}", 422, "memory.refuse");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"memory\":[]}", 422, "memory");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":7}", 422, "trunk");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"network\":\"red\"}", 409, "network");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":[\"red\"]}", 409, "trunk[0]");
        assertWrong("{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":[\"default\"]}", 409, "trunk[0]");
    }

    private void assertWrong(String json, int status, String field) {
        HttpTestClient.Answer answer = post(PORTS, json).expectProblem(status, status == 422 ? "invalid" : "conflict");
        assertThat(answer.field()).as(json).isEqualTo(field);
        assertThat(get(PORTS).body()).as(json).isEmpty();
    }

    @Test
    void countsFramesAndDropsByReason() {
        makePort("web1");
        makePort("web2");
        Frame frame = new Frame();
        frame.set(new byte[6]);
        memory.port("web1").inject(frame, new Burst(0).begin(System.nanoTime()));
        JsonNode counters = get(WEB1).body().path("counters");
        assertThat(counters.path("rxFrames").asLong()).isEqualTo(1);
        assertThat(counters.at("/drops/runt").asLong()).isEqualTo(1);
    }

    @Test
    void aLostPortIsFailedWithTheReasonAndComesBack() throws InterruptedException {
        makePort("web1");
        memory.port("web1").fail(new IOException("the cable is cut"));
        JsonNode state = awaitStatus("failed");
        assertThat(state.path("reason").asText()).isEqualTo("the cable is cut");
        assertThat(state.has("device")).isFalse();
        assertThat(awaitStatus("up").has("reason")).isFalse();
    }

    private JsonNode awaitStatus(String status) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        JsonNode state = get(WEB1).body().path("state");
        while (!state.path("status").asText().equals(status) && System.nanoTime() < end) {
            Thread.sleep(10);
            state = get(WEB1).body().path("state");
        }
        assertThat(state.path("status").asText()).isEqualTo(status);
        return state;
    }

    @Test
    void outlivesARestart() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":\"all\",\"maxLearned\":5}")
                .expect(201);
        makePort("web2");
        String before = get(CONFIG).text();
        restart();
        assertThat(get(CONFIG).text()).isEqualTo(before);
        assertThat(get(WEB1).body().at("/state/status").asText()).isEqualTo("up");
    }

    @Test
    void whatTheConfigurationFileDefinesIsChangedOnlyThere() throws IOException {
        stop();
        ConfigReader reader = new ConfigReader(new PortDrivers(List.of(new MemoryDriver())));
        SwitchConfig file = reader.config(ConfigReader.parseYaml("ports: [{name: web1, type: memory}]"));
        startWith(file);
        assertThat(patch(WEB1, "{\"isolated\":true}")
                        .expectProblem(409, "conflict")
                        .detail())
                .contains("configuration file");
        delete(WEB1).expectProblem(409, "conflict");
        put(CONFIG, "{}").expectProblem(409, "conflict");
        makePort("web2");
        get(WEB1).expect(200);
    }
}
