package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class NetworkApiTest extends ApiFixture {
    private static final String BLUE = NETWORKS + "/blue";

    @Test
    void defaultAlwaysExists() {
        assertThat(get(NETWORKS).expect(200).body().findValuesAsText("name")).containsExactly("default");
        delete(NETWORKS + "/default").expectProblem(409, "conflict");
    }

    @Test
    void createsShowsAndDeletes() {
        HttpTestClient.Answer made =
                post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        assertThat(made.headers().get("Location")).isEqualTo(BLUE);
        assertThat(made.body().path("vlan").asInt()).isEqualTo(10);
        assertThat(made.body().path("mtu").asInt()).isEqualTo(1500);

        assertThat(get(BLUE).expect(200).body()).isEqualTo(made.body());
        assertThat(get(NETWORKS).body()).hasSize(2);

        delete(BLUE).expect(204);
        get(BLUE).expectProblem(404, "not-found");
        delete(BLUE).expectProblem(404, "not-found");
        patch(BLUE, "{}").expectProblem(404, "not-found");
    }

    @Test
    void refusesASecondOneOfTheSameName() {
        post(NETWORKS, "{\"name\":\"blue\",\"mtu\":1400}").expect(201);
        HttpTestClient.Answer again = post(NETWORKS, "{\"name\":\"blue\"}").expectProblem(409, "conflict");
        assertThat(again.field()).isEqualTo("name");
        assertThat(get(BLUE).body().path("mtu").asInt()).isEqualTo(1400);
    }

    @Test
    void patchChangesWhatItNamesAndNullTakesTheDefault() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"mtu\":1400,\"ageingSeconds\":60}")
                .expect(201);
        patch(BLUE, "{\"mtu\":9000,\"vlan\":null,\"ageingSeconds\":null}").expect(200);
        assertThat(get(BLUE).text())
                .contains("\"mtu\":9000", "\"ageingSeconds\":300")
                .doesNotContain("vlan");
        assertThat(client().send("PATCH", BLUE, "{\"mtu\":1500}", "application/merge-patch+json; charset=utf-8")
                        .expect(200)
                        .body()
                        .path("mtu")
                        .asInt())
                .isEqualTo(1500);
    }

    @Test
    void aNameCannotChange() {
        post(NETWORKS, "{\"name\":\"blue\"}").expect(201);
        assertThat(patch(BLUE, "{\"name\":\"red\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("name");
        assertThat(get(NETWORKS).body()).hasSize(2);
    }

    @Test
    void namesTheFieldThatIsWrong() {
        assertThat(post(NETWORKS, "{\"name\":\"blue\",\"vlan\":4095}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("vlan");
        assertThat(post(NETWORKS, "{\"name\":\"blue\",\"mtu\":\"1500\"}")
                        .expectProblem(422, "invalid")
                        .detail())
                .isEqualTo("must be a whole number");
        assertThat(post(NETWORKS, "{\"name\":\"blue\",\"vid\":1}")
                        .expectProblem(422, "invalid")
                        .detail())
                .contains("known are", "vlan", "vni");
        assertThat(post(NETWORKS, "{\"name\":\"blue\",\"vni\":16777216}")
                        .expectProblem(422, "invalid")
                        .detail())
                .isEqualTo("16777216 is out of range: use 1 to 16777215");
        assertThat(post(NETWORKS, "{\"name\":\"Blue!\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("name");
        assertThat(post(NETWORKS, "{}").expectProblem(422, "invalid").field()).isEqualTo("name");
        assertThat(get(NETWORKS).body()).hasSize(1);
    }

    @Test
    void aVlanBelongsToOneNetwork() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        HttpTestClient.Answer second =
                post(NETWORKS, "{\"name\":\"red\",\"vlan\":10}").expectProblem(409, "conflict");
        assertThat(second.field()).isEqualTo("vlan");
        assertThat(second.detail()).contains("VLAN 10", "'blue'", "'red'");
        assertThat(patch(NETWORKS + "/default", "{\"vlan\":10}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("vlan");
        get(NETWORKS + "/red").expect(404);
    }

    @Test
    void aDocumentMayGoBackAsItCame() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"vni\":100,\"mtu\":9000}")
                .expect(201);
        HttpTestClient.Answer shown = get(BLUE).expect(200);
        assertThat(shown.body().path("vni").asInt()).isEqualTo(100);
        assertThat(shown.body().path("effectiveMtu").asInt()).isEqualTo(9000);
        patch(BLUE, shown.text()).expect(200);
        delete(BLUE).expect(204);
        post(NETWORKS, shown.text()).expect(201);
        put(CONFIG, "{\"networks\":[" + shown.text() + "]}").expect(200);
        assertThat(get(BLUE).body()).isEqualTo(shown.body());
    }

    @Test
    void aNetworkInUseStays() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\",\"network\":\"blue\"}")
                .expect(201);
        post(PORTS, "{\"name\":\"up1\",\"type\":\"memory\",\"trunk\":[\"blue\"]}")
                .expect(201);
        assertThat(delete(BLUE).expectProblem(409, "conflict").detail()).contains("web1", "up1");
        HttpTestClient.Answer untagged = patch(BLUE, "{\"vlan\":null}").expectProblem(409, "conflict");
        assertThat(untagged.field()).isEqualTo("vlan");
        assertThat(untagged.detail()).contains("[up1]", "take the network from them first");
        delete(PORTS + "/web1").expect(204);
        delete(PORTS + "/up1").expect(204);
        delete(BLUE).expect(204);
    }

    @Test
    void outlivesARestart() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        String before = get(NETWORKS).text();
        restart();
        assertThat(get(NETWORKS).text()).isEqualTo(before);
    }
}
