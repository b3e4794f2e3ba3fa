package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of two who change the same thing at once, one is told. */
class EntityTagTest extends ApiFixture {
    private static final String BLUE = NETWORKS + "/blue";
    private static final String WEB1 = PORTS + "/web1";
    private static final String ENTRY = FDB + "/02:00:00:00:00:01";

    private HttpTestClient ifMatch(String tag) {
        return client().with("If-Match", tag);
    }

    private HttpTestClient ifNoneMatch(String tag) {
        return client().with("If-None-Match", tag);
    }

    private void receive(String port) {
        Frame frame = new Frame();
        frame.set(new byte[6]);
        memory.port(port).inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    @Test
    void aChangeThatRestsOnAnOldStateIsRefused() {
        post(NETWORKS, "{\"name\":\"blue\"}").expect(201);
        String old = get(BLUE).etag();
        String present = patch(BLUE, "{\"mtu\":1400}").expect(200).etag();
        assertThat(present).isNotEqualTo(old).isEqualTo(get(BLUE).etag());

        HttpTestClient.Answer refused =
                ifMatch(old).send("PATCH", BLUE, "{\"mtu\":9000}").expectProblem(412, "precondition-failed");
        assertThat(refused.field()).isEqualTo("If-Match");
        assertThat(refused.detail()).contains(refused.etag());
        ifMatch(old).send("DELETE", BLUE, null).expectProblem(412, "precondition-failed");
        assertThat(get(BLUE).body().path("mtu").asInt()).isEqualTo(1400);

        ifMatch(refused.etag()).send("PATCH", BLUE, "{\"mtu\":9000}").expect(200);
        ifMatch("*").send("PATCH", BLUE, "{\"mtu\":1500}").expect(200);
        ifMatch(old).send("DELETE", BLUE, null).expect(204);
    }

    @Test
    void aTagComesBackWithTheStateThatItStandsFor() {
        makePort("web1");
        String open = get(WEB1).etag();
        String locked = patch(WEB1, "{\"locked\":true}").etag();
        assertThat(revision(locked)).isNotEqualTo(revision(open));
        assertThat(revision(patch(WEB1, "{\"locked\":null}").etag())).isEqualTo(revision(open));
    }

    private static String revision(String tag) {
        return tag.substring(1, 17);
    }

    @Test
    void whatIsCountedStandsInNobodysWay() {
        makePort("web1");
        HttpTestClient.Answer shown = get(WEB1);
        receive("web1");
        HttpTestClient.Answer later = get(WEB1);
        assertThat(later.etag()).isNotEqualTo(shown.etag());
        assertThat(revision(later.etag())).isEqualTo(revision(shown.etag()));
        ifMatch(shown.etag()).send("PATCH", WEB1, "{\"isolated\":true}").expect(200);
        ifMatch(shown.etag()).send("DELETE", WEB1, null).expectProblem(412, "precondition-failed");
        ifMatch(get(WEB1).etag()).send("DELETE", WEB1, null).expect(204);
        ifMatch("*").send("DELETE", WEB1, null).expectProblem(404, "not-found");
    }

    @Test
    void anEntryIsPutOnlyWhereItIsNotOrAsItWasSeen() {
        makePort("web1");
        makePort("web2");
        ifMatch("*").send("PUT", ENTRY, "{\"port\":\"web1\"}").expectProblem(412, "precondition-failed");
        String first = ifNoneMatch("*")
                .send("PUT", ENTRY, "{\"port\":\"web1\",\"type\":\"sticky\"}")
                .expect(201)
                .etag();
        for (String type : List.of("static", "extern")) {
            ifNoneMatch("*")
                    .send("PUT", ENTRY, "{\"port\":\"web2\",\"type\":\"" + type + "\"}")
                    .expectProblem(412, "precondition-failed");
            ifMatch("\"0\"")
                    .send("PUT", ENTRY, "{\"port\":\"web2\",\"type\":\"" + type + "\"}")
                    .expectProblem(412, "precondition-failed");
        }
        assertThat(get(ENTRY).body().path("port").asText()).isEqualTo("web1");
        service.putEntry("default", MacAddress.parse("02:00:00:00:00:01"), "web2", FdbEntry.Type.STICKY);
        ifMatch(first).send("DELETE", ENTRY, null).expectProblem(412, "precondition-failed");
        String second = ifMatch(get(ENTRY).etag())
                .send("PUT", ENTRY, "{\"port\":\"web2\"}")
                .expect(200)
                .etag();
        ifMatch(first).send("DELETE", ENTRY, null).expectProblem(412, "precondition-failed");
        ifMatch(second).send("DELETE", ENTRY, null).expect(204);
    }

    @Test
    void aListCanBeHeldWhileSomethingIsAdded() {
        String ports = get(PORTS).etag();
        String networks = get(NETWORKS).etag();
        makePort("web1");
        ifMatch(ports)
                .send("POST", PORTS, "{\"name\":\"web2\",\"type\":\"memory\"}")
                .expectProblem(412, "precondition-failed");
        ifMatch(get(PORTS).etag())
                .send("POST", PORTS, "{\"name\":\"web2\",\"type\":\"memory\"}")
                .expect(201);
        ifMatch(networks).send("POST", NETWORKS, "{\"name\":\"blue\"}").expect(201);
        ifMatch(networks).send("POST", NETWORKS, "{\"name\":\"red\"}").expectProblem(412, "precondition-failed");
        assertThat(get(NETWORKS).body().findValuesAsText("name")).containsExactly("default", "blue");
    }

    @Test
    void aCallerIsNotToldTwice() {
        makePort("web1");
        put(ENTRY, "{\"port\":\"web1\"}").expect(201);
        List.of(
                        NETWORKS,
                        NETWORKS + "/default",
                        PORTS,
                        WEB1,
                        ENTRY,
                        FDB,
                        CONFIG,
                        "/api/v1/hosts",
                        "/api/v1/openapi.yaml")
                .forEach(this::isToldOnce);
    }

    private void isToldOnce(String target) {
        HttpTestClient.Answer answer = get(target).expect(200);
        assertThat(answer.etag()).as(target).matches("\"[0-9a-f]{16}(-[0-9a-f]{16})?\"");
        // The age of an FDB entry may have become another in between.
        HttpTestClient.Answer again = ifNoneMatch(answer.etag()).send("GET", target, null);
        for (int i = 0; i < 3 && again.status() == 200; i++) {
            again = ifNoneMatch(again.etag()).send("GET", target, null);
        }
        assertThat(again.expect(304).text()).as(target).isEmpty();
        assertThat(again.etag()).as(target).isNotNull();
        ifNoneMatch("*").send("HEAD", target, null).expect(304);
        ifNoneMatch("\"0\", \"1\"").send("GET", target, null).expect(200);
    }

    @Test
    void aCallerIsToldWhatWasCountedSince() {
        makePort("web1");
        String tag = get(WEB1).etag();
        receive("web1");
        ifNoneMatch(tag).send("GET", WEB1, null).expect(200);
        ifNoneMatch("\"" + revision(tag) + "\"").send("GET", WEB1, null).expect(200);
    }

    @Test
    void aConditionThatCannotBeCheckedIsRefused() {
        makePort("web1");
        ifMatch("*").send("POST", FDB + "/flush", null).expectProblem(412, "precondition-failed");
        assertThat(ifMatch("web1")
                        .send("DELETE", WEB1, null)
                        .expectProblem(400, "malformed")
                        .field())
                .isEqualTo("If-Match");
        ifNoneMatch("x").send("GET", WEB1, null).expectProblem(400, "malformed");
        get(WEB1).expect(200);
    }

    @Test
    void ofManyWhoChangeTheSameStateOneDoes() throws Exception {
        makePort("web1");
        String tag = get(WEB1).etag();
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> changes = IntStream.rangeClosed(1, 32)
                    .<Callable<Integer>>mapToObj(i -> () -> ifMatch(tag)
                            .send("PATCH", WEB1, "{\"maxLearned\":" + i + "}")
                            .status())
                    .toList();
            int done = 0;
            for (Future<Integer> status : callers.invokeAll(changes)) {
                assertThat(status.get()).isIn(200, 412);
                done += status.get() == 200 ? 1 : 0;
            }
            assertThat(done).isEqualTo(1);
        } finally {
            callers.shutdownNow();
        }
    }
}
