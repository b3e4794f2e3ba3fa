package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.bridge.FdbEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FdbApiTest extends ApiFixture {
    private static final String MAC = "02:00:00:00:00:0a";
    private static final String ENTRY = FDB + "/" + MAC;

    @BeforeEach
    void makePorts() {
        makePort("web1");
        makePort("web2");
    }

    @Test
    void aStaticEntryOutlivesARestart() throws IOException {
        HttpTestClient.Answer made = put(ENTRY, "{\"port\":\"web1\"}").expect(201);
        assertThat(made.headers().get("Location")).isEqualTo(ENTRY);
        assertThat(made.body().path("type").asText()).isEqualTo("static");
        assertThat(made.body().path("port").asText()).isEqualTo("web1");
        assertThat(made.body().path("ageSeconds").asInt()).isZero();
        restart();
        assertThat(get(ENTRY).expect(200).body()).isEqualTo(made.body());
        delete(ENTRY).expect(204);
        get(ENTRY).expectProblem(404, "not-found");
        restart();
        get(ENTRY).expect(404);
    }

    @Test
    void findsStationsByAddressAndPort() {
        put(FDB + "/02:00:00:00:00:0a", "{\"port\":\"web1\"}").expect(201);
        put(FDB + "/02:00:00:00:0a:01", "{\"port\":\"web2\"}").expect(201);
        assertFound("0A:01", "02:00:00:00:0a:01");
        assertFound("00-00-0a", "02:00:00:00:00:0a", "02:00:00:00:0a:01");
        assertFound("eb2", "02:00:00:00:0a:01");
        assertFound("nothing");
    }

    private void assertFound(String text, String... macs) {
        JsonNode page = get(FDB + "?search=" + text).expect(200).body();
        assertThat(page.findValuesAsText("mac")).as(text).containsExactly(macs);
        assertThat(page.path("total").asInt()).as(text).isEqualTo(macs.length);
    }

    @Test
    void putReplacesWhateverThereWas() {
        put(ENTRY, "{\"port\":\"web1\",\"type\":\"dynamic\"}").expect(201);
        put(ENTRY, "{\"port\":\"web1\",\"type\":\"static\"}").expect(200);
        assertThat(get(CONFIG).body().path("fdb")).hasSize(1);
        put(ENTRY, "{\"port\":\"web2\"}").expect(200);
        assertThat(get(CONFIG).body().path("fdb")).hasSize(1);
        JsonNode sticky = put(ENTRY, "{\"port\":\"web1\",\"type\":\"sticky\"}")
                .expect(200)
                .body();
        assertThat(sticky.path("type").asText()).isEqualTo("sticky");
        assertThat(get(CONFIG).body().path("fdb")).isEmpty();
        put(ENTRY, get(ENTRY).text()).expect(200);
        put(ENTRY, "{\"port\":\"web1\",\"type\":\"extern\"}").expect(200);
        delete(ENTRY).expect(204);
        delete(ENTRY).expectProblem(404, "not-found");
    }

    @Test
    void namesTheFieldThatIsWrong() {
        assertThat(put(ENTRY, "{}").expectProblem(422, "invalid").field()).isEqualTo("port");
        assertThat(put(ENTRY, "{\"port\":\"web9\"}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("port");
        assertThat(put(ENTRY, "{\"port\":\"web9\",\"type\":\"sticky\"}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("port");
        assertThat(put(ENTRY, "{\"port\":\"web1\",\"type\":\"permanent\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("type");
        assertThat(put(ENTRY, "{\"port\":\"web1\",\"vlan\":1}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("vlan");
        assertThat(put(ENTRY, "{\"port\":\"web1\",\"mac\":\"02:00:00:00:00:0b\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("mac");
        assertThat(put(FDB + "/01:00:5e:00:00:01", "{\"port\":\"web1\"}")
                        .expectProblem(400, "malformed")
                        .field())
                .isEqualTo("mac");
        assertThat(get(FDB + "/nonsense").expectProblem(400, "malformed").field())
                .isEqualTo("mac");
        assertThat(get(FDB).body().path("total").asInt()).isZero();
    }

    @Test
    void thePortHasToBeInTheNetwork() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        String inBlue = NETWORKS + "/blue/fdb/" + MAC;
        put(inBlue, "{\"port\":\"web1\"}").expectProblem(409, "conflict");
        put(inBlue, "{\"port\":\"web1\",\"type\":\"sticky\"}").expectProblem(409, "conflict");
        patch(PORTS + "/web1", "{\"trunk\":\"all\"}").expect(200);
        put(inBlue, "{\"port\":\"web1\"}").expect(201);
        get(ENTRY).expect(404);
        get(NETWORKS + "/red/fdb").expectProblem(404, "not-found");
        put(NETWORKS + "/red/fdb/" + MAC, "{\"port\":\"web1\"}").expectProblem(404, "not-found");
        post(NETWORKS + "/red/fdb/flush", null).expectProblem(404, "not-found");
    }

    @Test
    void pagesInTheOrderOfAddressesAndMissesNothing() {
        for (int i = 0; i < 25; i++) {
            service.putEntry("default", 0x0200_0000_0100L + i * 37 % 25, "web" + (1 + i % 2), FdbEntry.Type.DYNAMIC);
        }
        List<String> all = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            JsonNode page = get(FDB + "?limit=10" + (next.isEmpty() ? "" : "&after=" + next))
                    .expect(200)
                    .body();
            assertThat(page.path("total").asInt()).isEqualTo(25);
            all.addAll(page.path("entries").findValuesAsText("mac"));
            next = page.path("next").asText();
            pages++;
        } while (!next.isEmpty());
        assertThat(pages).isEqualTo(3);
        assertThat(all).hasSize(25).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void filtersByPortAndType() {
        service.putEntry("default", 0x0200_0000_0001L, "web1", FdbEntry.Type.DYNAMIC);
        service.putEntry("default", 0x0200_0000_0002L, "web2", FdbEntry.Type.DYNAMIC);
        service.putEntry("default", 0x0200_0000_0003L, "web2", FdbEntry.Type.EXTERN);
        assertThat(get(FDB + "?port=web2").body().path("total").asInt()).isEqualTo(2);
        assertThat(get(FDB + "?type=dynamic").body().path("total").asInt()).isEqualTo(2);
        assertThat(get(FDB + "?port=web2&type=extern").body().path("entries").findValuesAsText("mac"))
                .containsExactly("02:00:00:00:00:03");
        assertThat(get(FDB + "?limit=3").body().has("next")).isFalse();
    }

    @Test
    void refusesParametersThatItDoesNotUnderstand() {
        assertThat(get(FDB + "?limit=0").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
        assertThat(get(FDB + "?limit=10001").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
        assertThat(get(FDB + "?limit=ten").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
        assertThat(get(FDB + "?type=old").expectProblem(400, "malformed").field())
                .isEqualTo("type");
        assertThat(get(FDB + "?after=zz").expectProblem(400, "malformed").field())
                .isEqualTo("after");
        assertThat(get(FDB + "?prot=web1").expectProblem(400, "malformed").field())
                .isEqualTo("prot");
        assertThat(get(FDB + "?limit=1&limit=2").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
    }

    @Test
    void flushKeepsStaticEntries() {
        put(FDB + "/02:00:00:00:00:01", "{\"port\":\"web1\"}").expect(201);
        put(FDB + "/02:00:00:00:00:02", "{\"port\":\"web1\",\"type\":\"dynamic\"}")
                .expect(201);
        put(FDB + "/02:00:00:00:00:03", "{\"port\":\"web2\",\"type\":\"sticky\"}")
                .expect(201);
        put(FDB + "/02:00:00:00:00:04", "{\"port\":\"web2\",\"type\":\"extern\"}")
                .expect(201);
        assertThat(flushed("{\"port\":\"web2\",\"type\":\"sticky\"}")).isEqualTo(1);
        assertThat(flushed("{\"port\":\"web2\"}")).isEqualTo(1);
        assertThat(flushed(null)).isEqualTo(1);
        assertThat(get(FDB).body().path("entries").findValuesAsText("type")).containsExactly("static");
        assertThat(post(FDB + "/flush", "{\"type\":\"static\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("type");
        post(FDB + "/flush", "{\"port\":\"web9\"}").expectProblem(409, "conflict");
        assertThat(post(FDB + "/flush", "{\"mac\":\"x\"}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("mac");
    }

    private int flushed(String body) {
        return post(FDB + "/flush", body).expect(200).body().path("flushed").asInt();
    }

    @Test
    void aStaticEntryOfAPortThatIsNotUpIsShownWithoutAnAge() throws InterruptedException {
        put(ENTRY, "{\"port\":\"web1\"}").expect(201);
        memory.port("web1").fail(new IOException("gone"));
        for (int i = 0; i < 1000 && get(ENTRY).body().has("ageSeconds"); i++) {
            Thread.sleep(2);
        }
        JsonNode waiting = get(ENTRY).expect(200).body();
        assertThat(waiting.path("port").asText()).isEqualTo("web1");
        assertThat(waiting.has("ageSeconds")).isFalse();
        assertThat(get(FDB).body().path("entries")).containsExactly(waiting);
        put(FDB + "/02:00:00:00:00:0b", "{\"port\":\"web1\",\"type\":\"sticky\"}")
                .expectProblem(409, "conflict");
        delete(ENTRY).expect(204);
        get(ENTRY).expect(404);
    }
}
