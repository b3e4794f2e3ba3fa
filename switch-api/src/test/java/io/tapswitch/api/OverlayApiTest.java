package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user of the overlay sees, and is told when something does not fit; the VTEPs are both here, on loopback. */
class OverlayApiTest extends ApiFixture {
    private static final String BLUE = NETWORKS + "/blue";

    @Test
    void showsTheRemoteVtep() throws Exception {
        makeOverlay();
        JsonNode east = get(PORTS + "/east").expect(200).body();
        assertThat(east.at("/vxlan/remote").asText()).isEqualTo("127.0.0.2");
        assertThat(east.at("/vxlan/ttl").asInt()).isEqualTo(64);
        assertThat(east.at("/vxlan/keepalive").asBoolean()).isTrue();
        JsonNode remote = east.at("/state/remote");
        assertThat(remote.path("address").asText()).isEqualTo("127.0.0.2");
        assertThat(remote.path("state").asText()).isEqualTo("alive");
        assertThat(remote.path("roundTripMicros").asLong()).isPositive();
        assertThat(remote.path("lossPercent").asInt()).isBetween(0, 100);
        assertThat(remote.path("encrypted").asBoolean()).isFalse();
        makePort("web1");
        assertThat(get(PORTS + "/web1").body().path("state").has("remote")).isFalse();
    }

    @Test
    void aPortToAHostOfTheClusterIsShownAndNotChanged() throws IOException {
        String link = PORTS + "/vtep-there";
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makeLink();
        JsonNode port = get(link).expect(200).body();
        assertThat(port.path("host").asText()).isEqualTo("there");
        assertThat(port.at("/state/status").asText()).isEqualTo("up");
        assertThat(delete(link).expectProblem(409, "conflict").detail())
                .isEqualTo("port 'vtep-there' leads to host 'there' of the cluster, and comes and goes with it:"
                        + " it cannot be changed or deleted");
        patch(link, "{\"isolated\":true}").expectProblem(409, "conflict");
        HttpTestClient.Answer taken =
                post(PORTS, "{\"name\":\"vtep-there\",\"type\":\"memory\"}").expectProblem(409, "conflict");
        assertThat(taken.field()).isEqualTo("name");
        HttpTestClient.Answer nailed = put(BLUE + "/fdb/02:00:00:00:00:0a", "{\"port\":\"vtep-there\"}")
                .expectProblem(409, "conflict");
        assertThat(nailed.field()).isEqualTo("port");
        assertThat(get(CONFIG).text()).doesNotContain("vtep-there");
        makePort("web1");
        assertThat(get(PORTS + "/web1").body().has("host")).isFalse();
        delete(BLUE).expect(204);
        delete(link).expectProblem(404, "not-found");
    }

    @Test
    void aHostInADocumentSaysNothingAsItIsOnlyRead() {
        JsonNode made = post(PORTS, "{\"name\":\"a\",\"type\":\"memory\",\"host\":\"there\"}")
                .expect(201)
                .body();
        assertThat(made.has("host")).isFalse();
    }

    @Test
    void showsWhichSecretAPortHasAndNothingElseOfIt(@TempDir Path directory) throws Exception {
        makeOverlay();
        assertThat(get(PORTS + "/east").body().at("/state/remote").has("secret"))
                .isFalse();
        String id = encrypt("east", directory);
        JsonNode remote = get(PORTS + "/east").expect(200).body().at("/state/remote");
        assertThat(remote.path("encrypted").asBoolean()).isTrue();
        assertThat(remote.path("secret").asText()).isEqualTo(id).matches("[0-9a-f]{8}");
    }

    @Test
    void aVtepThatNeverAnsweredHasNoFiguresOfProbes() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        post(PORTS, vxlan("\"remote\":\"127.0.0.8\",\"port\":" + freeUdpPort())).expect(201);
        JsonNode remote = get(PORTS + "/v").expect(200).body().at("/state/remote");
        assertThat(remote.path("state").asText()).isEqualTo("unknown");
        assertThat(remote.has("roundTripMicros")).isFalse();
        assertThat(remote.has("lossPercent")).isFalse();
        assertThat(remote.has("lastHeardMillis")).isFalse();
        assertThat(remote.path("pathMtu").asInt()).isPositive();
    }

    @Test
    void anFdbEntryNamesTheVtepAndMayGoBackAsItCame() throws Exception {
        makeOverlay();
        String entry = BLUE + "/fdb/02:00:00:00:00:0a";
        JsonNode made = put(entry, "{\"port\":\"east\",\"type\":\"static\"}")
                .expect(201)
                .body();
        assertThat(made.path("vtep").asText()).isEqualTo("127.0.0.2");
        assertThat(get(BLUE + "/fdb").body().at("/entries/0/vtep").asText()).isEqualTo("127.0.0.2");
        put(entry, get(entry).text()).expect(200);
        makePort("web1");
        put(FDB + "/02:00:00:00:00:0b", "{\"port\":\"web1\"}").expect(201);
        assertThat(get(FDB + "/02:00:00:00:00:0b").body().has("vtep")).isFalse();
    }

    @Test
    void aPathBoundsWhatCrossesTheNetworkAndNotWhatItIsConfiguredFor() throws Exception {
        makeOverlay();
        patch(BLUE, "{\"mtu\":65521}").expect(200);
        JsonNode blue = get(BLUE).expect(200).body();
        assertThat(blue.path("mtu").asInt()).isEqualTo(65521);
        assertThat(blue.path("effectiveMtu").asInt()).isBetween(1280, 65535 - 50);
        patch(BLUE, "{\"mtu\":1280}").expect(200);
        assertThat(get(BLUE).body().path("effectiveMtu").asInt()).isEqualTo(1280);
    }

    @Test
    void aNetworkKeepsTheVniThatAnOverlayPortNeeds() throws Exception {
        makeOverlay();
        HttpTestClient.Answer cleared = patch(BLUE, "{\"vni\":null}").expectProblem(409, "conflict");
        assertThat(cleared.field()).isEqualTo("vni");
        assertThat(cleared.detail()).contains("[east, west]", "take the network from them first");
        assertThat(delete(BLUE).expectProblem(409, "conflict").detail()).contains("[east, west]");
        patch(BLUE, "{\"vni\":101}").expect(200);
        post(NETWORKS, "{\"name\":\"red\",\"vni\":200}").expect(201);
        patch(PORTS + "/east", "{\"trunk\":\"all\"}").expect(200);
        patch(NETWORKS + "/red", "{\"vni\":null}").expect(200);
    }

    @Test
    void aVniBelongsToOneNetwork() {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        HttpTestClient.Answer second =
                post(NETWORKS, "{\"name\":\"red\",\"vni\":100}").expectProblem(409, "conflict");
        assertThat(second.field()).isEqualTo("vni");
        assertThat(second.detail()).contains("VNI 100", "'blue'", "'red'");
    }

    @Test
    void theNetworksOfAnOverlayPortNeedAVni() throws IOException {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        post(NETWORKS, "{\"name\":\"red\",\"vlan\":10}").expect(201);
        assertConflict(
                "{\"name\":\"v\",\"type\":\"vxlan\",\"vxlan\":{\"remote\":\"127.0.0.8\"}}", "network", "default");
        assertConflict(
                "{\"name\":\"v\",\"type\":\"vxlan\",\"network\":\"blue\",\"trunk\":[\"blue\",\"red\"],"
                        + "\"vxlan\":{\"remote\":\"127.0.0.8\"}}",
                "trunk[1]",
                "red");
        patch(NETWORKS + "/red", "{\"vni\":200}").expect(200);
        post(
                        PORTS,
                        "{\"name\":\"v\",\"type\":\"vxlan\",\"network\":\"blue\",\"trunk\":[\"red\"],"
                                + "\"vxlan\":{\"remote\":\"127.0.0.8\",\"port\":" + freeUdpPort() + "}}")
                .expect(201);
        patch(NETWORKS + "/red", "{\"vlan\":null}").expect(200);
        assertThat(patch(NETWORKS + "/red", "{\"vni\":null}")
                        .expectProblem(409, "conflict")
                        .detail())
                .contains("[v]");
    }

    private void assertConflict(String json, String field, String network) {
        HttpTestClient.Answer answer = post(PORTS, json).expectProblem(409, "conflict");
        assertThat(answer.field()).isEqualTo(field);
        assertThat(answer.detail())
                .isEqualTo("network '" + network + "' has no vni; give it one to carry it on the overlay");
    }

    @Test
    void twoPortsDoNotLeadToOneVtep() throws IOException {
        int udpPort = freeUdpPort();
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        post(PORTS, vxlan("\"remote\":\"127.0.0.8\",\"port\":" + udpPort)).expect(201);
        HttpTestClient.Answer second = post(
                        PORTS,
                        vxlan("\"remote\":\"127.0.0.8\",\"port\":" + udpPort).replace("\"v\"", "\"w\""))
                .expectProblem(409, "conflict");
        assertThat(second.field()).isEqualTo("vxlan");
        assertThat(second.detail()).contains("VTEP 127.0.0.8 by UDP port " + udpPort, "'v'", "'w'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "                                      | remote     | is missing",
                "'remote':'example.org'                | remote     | such as 192.0.2.2 or 2001:db8::2",
                "'remote':'192.0.2.2:4789'             | remote     | such as 192.0.2.2 or 2001:db8::2",
                "'remote':'239.1.1.1'                  | remote     | is not the address of one host",
                "'remote':'ff02::1'                    | remote     | is not the address of one host",
                "'remote':'fe80::2'                    | remote     | use one that is routed",
                "'remote':'2001:db8::2%eth0'           | remote     | use one that is routed",
                "'remote':'0.0.0.0'                    | remote     | is not the address of one host",
                "'remote':'127.0.0.8','local':'127.0.0.8' | remote  | name the far VTEP's",
                "'remote':'127.0.0.8','local':'::1'    | local      | are not of the same version of IP",
                "'remote':'127.0.0.8','local':'eth0'   | local      | is no IP address",
                "'remote':'127.0.0.8','port':0         | port       | use 1 to 65535",
                "'remote':'127.0.0.8','ttl':0          | ttl        | use 1 to 255",
                "'remote':'127.0.0.8','ttl':256        | ttl        | use 1 to 255",
                "'remote':'127.0.0.8','dscp':64        | dscp       | use 0 to 63",
                "'remote':'127.0.0.8','inheritTtl':64  | inheritTtl | must be true or false",
                "'remote':'127.0.0.8','namespace':''   | namespace  | neither a name of a network namespace nor",
                "'remote':'127.0.0.8','vni':100        | vni        | is not a known field; known are [dscp, inheritDscp",
                "'remote':'127.0.0.8','secretFile':'overlay.secret' | secretFile | is not an absolute path",
                "'remote':'127.0.0.8','secretFile':'/s','keepalive':false | keepalive | has to be on with a secretFile",
            })
    void namesTheFieldThatIsWrong(String section, String field, String detail) {
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        HttpTestClient.Answer answer = post(PORTS, vxlan(section == null ? "" : section.replace('\'', '"')))
                .expectProblem(422, "invalid");
        assertThat(answer.field()).isEqualTo("vxlan." + field);
        assertThat(answer.detail()).contains(detail);
        assertThat(get(PORTS).body()).isEmpty();
    }

    private static String vxlan(String section) {
        return "{\"name\":\"v\",\"type\":\"vxlan\",\"network\":\"blue\",\"vxlan\":{" + section + "}}";
    }
}
