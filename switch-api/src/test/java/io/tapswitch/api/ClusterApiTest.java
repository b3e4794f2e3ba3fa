package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemoteNeighbour;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.overlay.RemoteStation;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a host of a cluster says of the others. */
class ClusterApiTest extends ApiFixture {
    private static final String HOSTS = "/api/v1/hosts";
    private static final String EVENTS = "/api/v1/events";
    private static final String BLUE = NETWORKS + "/blue";
    private static final String NEIGHBOURS = BLUE + "/neighbours";

    private final FakeDirectory others = new FakeDirectory();

    @Override
    OverlayDirectory overlay() {
        return others;
    }

    @Test
    void showsTheCluster() {
        JsonNode joined = get("/api/v1/status").expect(200).body();
        assertThat(joined.path("overlay").asText()).isEqualTo("cluster lab");
        assertThat(joined.at("/cluster/state").asText()).isEqualTo("joined");
        assertThat(joined.path("cluster").has("reason")).isFalse();
        assertThat(joined.at("/cluster/refused/not-authentic").asLong()).isEqualTo(4);
        assertThat(joined.at("/cluster/conflicts/0").asText()).isEqualTo("vni 7 is two");
        others.cluster = new ClusterState(
                "lab", "here", "client", "unreachable", "no member answers", 0, 2, 1, 7, Map.of(), List.of());
        JsonNode cluster = get("/api/v1/status").expect(200).body().path("cluster");
        assertThat(cluster.path("reason").asText()).isEqualTo("no member answers");
        assertThat(cluster.path("refused")).isEmpty();
    }

    @Test
    void listsThisHostBeforeTheOthers() {
        makePort("web1");
        JsonNode all = get(HOSTS).expect(200).body();
        assertThat(all.findValuesAsText("name")).containsExactly("here", "there", "lost");
        assertThat(all.findValuesAsText("local")).containsExactly("true", "false", "false");
        assertThat(all.findValuesAsText("state")).containsExactly("up", "up", "silent");
        JsonNode here = all.path(0);
        assertThat(here.path("vteps").path(0).asText()).isEqualTo("192.0.2.1");
        assertThat(here.path("networks").path(0).asText()).isEqualTo("default");
        assertThat(here.path("stations").asInt()).isEqualTo(7);
        assertThat(here.has("heardSecondsAgo")).isFalse();
        JsonNode there = get(HOSTS + "/there").expect(200).body();
        assertThat(there).isEqualTo(all.path(1));
        assertThat(there.path("mtu").asInt()).isEqualTo(9000);
        assertThat(there.path("heardSecondsAgo").asInt()).isEqualTo(1);
        assertThat(there.has("reason")).isFalse();
        assertThat(all.path(2).path("reason").asText()).isEqualTo("cut off");
        assertThat(all.path(2).has("mtu")).isFalse();
        assertThat(get(HOSTS + "/here").expect(200).body()).isEqualTo(here);
        get(HOSTS + "/nowhere").expectProblem(404, "not-found");
    }

    @Test
    void thisHostIsInTheNetworksThatItsPortsCarry() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"vni\":100}").expect(201);
        post(NETWORKS, "{\"name\":\"red\",\"vlan\":11}").expect(201);
        post(NETWORKS, "{\"name\":\"idle\",\"vni\":12}").expect(201);
        assertThat(get(HOSTS + "/here").body().path("networks")).isEmpty();
        post(PORTS, "{\"name\":\"up1\",\"type\":\"memory\",\"network\":\"blue\",\"trunk\":[\"red\"]}")
                .expect(201);
        post(
                        PORTS,
                        "{\"name\":\"far\",\"type\":\"vxlan\",\"network\":\"idle\","
                                + "\"vxlan\":{\"remote\":\"127.0.0.8\",\"port\":" + freeUdpPort() + "}}")
                .expect(201);
        assertThat(get(HOSTS + "/here").body().path("networks").toString()).isEqualTo("[\"blue\",\"red\"]");
    }

    @Test
    void showsThePortsOfThisHostInTheFormOfTheOthers() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10}").expect(201);
        post(NETWORKS, "{\"name\":\"red\",\"vlan\":11}").expect(201);
        post(PORTS, "{\"name\":\"up1\",\"type\":\"memory\",\"network\":\"blue\",\"trunk\":\"all\"}")
                .expect(201);
        post(PORTS, "{\"name\":\"up2\",\"type\":\"memory\",\"enabled\":false,\"trunk\":[\"red\"]}")
                .expect(201);
        JsonNode ports = get(HOSTS + "/here/ports").expect(200).body();
        assertThat(ports.findValuesAsText("name")).containsExactly("up1", "up2");
        assertThat(ports.findValues("trunk").toString()).isEqualTo("[[\"red\"], [\"red\"]]");
        assertThat(ports.findValuesAsText("status")).containsExactly("up", "disabled");
        makePort("web1");
        assertThat(get(HOSTS + "/here/ports").body().path(2).has("trunk")).isFalse();
    }

    @Test
    void showsThePortsOfAnotherHost() {
        JsonNode ports = get(HOSTS + "/there/ports").expect(200).body();
        assertThat(ports.findValuesAsText("name")).containsExactly("web9", "web8");
        assertThat(ports.path(0).has("trunk")).isFalse();
        assertThat(ports.path(1).at("/trunk/0").asText()).isEqualTo("red");
        assertThat(ports.path(1).path("reason").asText()).isEqualTo("for QEMU");
        get(HOSTS + "/nowhere/ports").expectProblem(404, "not-found");
    }

    @Test
    void saysWhyAnotherHostCannotBeAsked() {
        others.ports = host -> CompletableFuture.failedFuture(new IOException("no member answers"));
        assertThat(get(HOSTS + "/there/ports").expectProblem(503, "unavailable").detail())
                .isEqualTo("the ports of host 'there' cannot be had now: no member answers");
        others.events = () -> CompletableFuture.failedFuture(new CompletionException(new IOException("split")));
        assertThat(get(EVENTS).expectProblem(503, "unavailable").detail())
                .isEqualTo("the events cannot be had now: split");
        others.events = () -> CompletableFuture.failedFuture(new IllegalStateException("wedged"));
        assertThat(get(EVENTS).expectProblem(503, "unavailable").detail()).contains("wedged");
        others.events = () -> {
            throw new IllegalStateException("closed");
        };
        assertThat(get(EVENTS).expectProblem(503, "unavailable").detail()).contains("closed");
    }

    @Test
    void noReadWaitsWithThoseThatWaitForOtherHosts() {
        CompletionStage<List<RemotePort>> noPorts = new CompletableFuture<>();
        CompletionStage<List<HostEvent>> noEvents = new CompletableFuture<>();
        others.ports = host -> noPorts;
        others.events = () -> noEvents;
        Future<HttpTestClient.Answer> ports = client().sendLater("GET", HOSTS + "/there/ports", null, null);
        Future<HttpTestClient.Answer> events = client().sendLater("GET", EVENTS, null, null);
        for (String target : List.of("/api/v1/status", HOSTS, PORTS, NETWORKS + "/default/neighbours", FDB)) {
            get(target).expect(200);
        }
        makePort("web1");
        assertThat(ports.isComplete() || events.isComplete()).isFalse();
        assertThat(HttpTestClient.await(ports).expectProblem(503, "unavailable").detail())
                .contains("no answer within 5 seconds");
        HttpTestClient.await(events).expectProblem(503, "unavailable");
    }

    @Test
    void anFdbEntryNamesTheHostAndItsPort() throws Exception {
        String entry = BLUE + "/fdb/02:00:00:00:00:0a";
        stationsBehindTheLink(FakeDirectory.STATION, FakeDirectory.STATION + 1);
        JsonNode first = get(entry).expect(200).body();
        assertThat(first.path("host").asText()).isEqualTo("there");
        assertThat(first.path("remotePort").asText()).isEqualTo("web9");
        assertThat(get(BLUE + "/fdb").body().findValuesAsText("remotePort")).containsExactly("web9");
        JsonNode second = get(BLUE + "/fdb/02:00:00:00:00:0b").body();
        assertThat(second.path("host").asText()).isEqualTo("there");
        assertThat(second.has("remotePort")).isFalse();
    }

    @Test
    void anFdbEntryIsWhereFramesHaveShownItAndNotWhereItWas() throws Exception {
        stationsBehindTheLink(FakeDirectory.STATION);
        others.stations = List.of(new RemoteStation(FakeDirectory.STATION, "elsewhere", "web9", "127.0.0.7", 3, false));
        JsonNode entry = get(BLUE + "/fdb/02:00:00:00:00:0a").body();
        assertThat(entry.path("host").asText()).isEqualTo("there");
        assertThat(entry.has("remotePort")).isFalse();
    }

    @Test
    void aStationThatIsHereNowIsNotSaidToBeElsewhere() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\",\"network\":\"blue\"}")
                .expect(201);
        put(BLUE + "/fdb/02:00:00:00:00:0a", "{\"port\":\"web1\",\"type\":\"dynamic\"}")
                .expect(201);
        assertThat(get(BLUE + "/fdb/02:00:00:00:00:0a").expect(200).body().has("host"))
                .isFalse();
    }

    @Test
    void aPortOfAHostMayBeUnknown() throws Exception {
        stationsBehindTheLink(FakeDirectory.STATION);
        others.stations = List.of(new RemoteStation(FakeDirectory.STATION, "there", null, "127.0.0.2", 0, true));
        others.neighbours = List.of(new RemoteNeighbour("fe80::9", FakeDirectory.STATION, "there", null, "127.0.0.2"));
        assertThat(get(BLUE + "/fdb/02:00:00:00:00:0a").body().has("remotePort"))
                .isFalse();
        assertThat(get(NEIGHBOURS).expect(200).body().path("entries").path(0).has("port"))
                .isFalse();
    }

    @Test
    void neighboursAreInTheOrderOfTheirNumbers() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        others.neighbours =
                neighbours("fd00::a", "10.0.0.10", "200.0.0.1", "10.0.0.9", "fd00::9", "fe80::1", "9.9.9.9");
        JsonNode page = get(NEIGHBOURS).expect(200).body();
        assertThat(page.path("entries").findValuesAsText("address"))
                .containsExactly("9.9.9.9", "10.0.0.9", "10.0.0.10", "200.0.0.1", "fd00::9", "fd00::a", "fe80::1");
        assertThat(page.path("total").asInt()).isEqualTo(7);
        assertThat(page.has("next")).isFalse();
        assertThat(page.at("/entries/0/mac").asText()).isEqualTo("02:00:00:00:00:0a");
        assertThat(page.at("/entries/0/port").asText()).isEqualTo("web9");
        get(NETWORKS + "/red/neighbours").expectProblem(404, "not-found");
        assertThat(get(NETWORKS + "/default/neighbours").body().path("total").asInt())
                .isZero();
    }

    @Test
    void findsStationsAndNeighboursByTextAndHost() throws IOException {
        stationsBehindTheLink(FakeDirectory.STATION);
        assertThat(get(BLUE + "/fdb?search=there")
                        .expect(200)
                        .body()
                        .path("total")
                        .asInt())
                .isEqualTo(1);
        others.neighbours = neighbours("10.0.0.10", "10.0.0.9", "fd00::a");
        for (String text : List.of("0.0.9", "THERE&limit=1", "fd00")) {
            assertThat(get(NEIGHBOURS + "?search=" + text).expect(200).body().path("entries"))
                    .as(text)
                    .hasSize(1);
        }
        assertThat(get(NEIGHBOURS + "?search=red")
                        .expect(200)
                        .body()
                        .path("total")
                        .asInt())
                .isZero();
    }

    private static List<RemoteNeighbour> neighbours(String... addresses) {
        List<RemoteNeighbour> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(new RemoteNeighbour(address, FakeDirectory.STATION, "there", "web9", "192.0.2.2"));
        }
        return all;
    }

    @Test
    void pagesOfNeighboursMissNothing() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        List<RemoteNeighbour> all = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            all.addAll(neighbours((i % 2 == 0 ? "10.0.0." : "fd00::") + i));
        }
        // Two hosts claim one address, where a page would end.
        all.add(new RemoteNeighbour("10.0.0.18", 7, "lost", "web1", "192.0.2.3"));
        Collections.shuffle(all, new java.util.Random(1));
        others.neighbours = all;
        List<String> seen = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = get(NEIGHBOURS + "?limit=10" + (next.isEmpty() ? "" : "&after=" + next))
                    .expect(200)
                    .body();
            assertThat(page.path("total").asInt()).isEqualTo(26);
            assertThat(page.path("entries").size()).isLessThanOrEqualTo(11);
            page.path("entries").forEach(entry -> seen.add(entry.path("address").asText() + entry.path("host")));
            next = page.path("next").asText();
        } while (!next.isEmpty());
        assertThat(seen).hasSize(26).doesNotHaveDuplicates();
        assertThat(get(NEIGHBOURS + "?host=lost").body().path("total").asInt()).isEqualTo(1);
        assertThat(get(NEIGHBOURS + "?after=fe80::").body().path("entries")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, 10001",
        "limit, ten",
        "after, web1",
        "after, 10.0.0",
        "after, fe80::1%25eth0",
        "port, web1"
    })
    void neighboursRefuseParametersThatTheyDoNotUnderstand(String name, String value) {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        assertThat(get(NEIGHBOURS + "?" + name + "=" + value)
                        .expectProblem(400, "malformed")
                        .field())
                .isEqualTo(name);
    }

    @Test
    void eventsEndWithTheNewest() {
        events.add(FakeDirectory.event(1, "here"));
        events.add(FakeDirectory.event(3, "here"));
        assertThat(texts("")).containsExactly("event 1", "event 2", "event 3");
        assertThat(texts("?limit=2")).containsExactly("event 2", "event 3");
        assertThat(texts("?host=here")).containsExactly("event 1", "event 3");
        assertThat(texts("?host=here&limit=1")).containsExactly("event 3");
        assertThat(texts("?kind=host-joined")).containsExactly("event 2");
        assertThat(get(EVENTS).body().at("/events/0/time").asText()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(get(EVENTS + "?limit=0").expectProblem(400, "malformed").field())
                .isEqualTo("limit");
        assertThat(get(EVENTS + "?since=1").expectProblem(400, "malformed").field())
                .isEqualTo("since");
    }

    private List<String> texts(String query) {
        return get(EVENTS + query).expect(200).body().findValuesAsText("text");
    }

    @Test
    void aHostThatIsDeadHoldsNoNetwork() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        others.hosts = List.of(new RemoteHost(
                "there", "1", "silent", null, null, List.of("192.0.2.2"), 4789, null, 0, 2, List.of("blue"), 0, 90L));
        delete(BLUE).expect(204);
    }

    @Test
    void aNetworkStaysAsLongAsOtherHostsHavePortsInIt() {
        post(NETWORKS, "{\"name\":\"blue\",\"vlan\":10,\"vni\":100}").expect(201);
        post(NETWORKS, "{\"name\":\"red\",\"vni\":200}").expect(201);
        for (String vni : List.of("null", "101")) {
            HttpTestClient.Answer answer = patch(BLUE, "{\"vni\":" + vni + "}").expectProblem(409, "conflict");
            assertThat(answer.field()).isEqualTo("vni");
            assertThat(answer.detail()).contains("hosts [there] have ports in network 'blue'");
        }
        assertThat(delete(BLUE).expectProblem(409, "conflict").detail()).contains("hosts [there]");
        assertThat(put(CONFIG, "{}").expectProblem(409, "conflict").detail()).contains("hosts [there]");
        put(CONFIG + "?dryRun=true", "{}").expectProblem(409, "conflict");
        assertThat(put(CONFIG, "{\"networks\":[{\"name\":\"blue\",\"vni\":7}]}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("networks[1].vni");
        patch(BLUE, "{\"mtu\":1400,\"vlan\":null,\"encryption\":false}").expect(200);
        patch(NETWORKS + "/red", "{\"vni\":null}").expect(200);
        delete(NETWORKS + "/red").expect(204);
        others.hosts = List.of();
        patch(BLUE, "{\"vni\":101}").expect(200);
        delete(BLUE).expect(204);
    }
}
