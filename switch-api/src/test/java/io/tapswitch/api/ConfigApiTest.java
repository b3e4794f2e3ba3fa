package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigApiTest extends ApiFixture {
    private static final String WANTED = """
            {"networks": [{"name": "blue", "vlan": 10}],
             "ports": [{"name": "web1", "type": "memory", "network": "blue"}],
             "fdb": [{"network": "blue", "mac": "02-00-00-00-00-01", "port": "web1"}]}""";

    @Test
    void replacesTheWholeAndSaysWhatChanged() {
        makePort("old");
        makePort("web1");
        String before = get(CONFIG).etag();
        ObjectNode change = object(put(CONFIG, WANTED).expect(200).body());
        assertThat(change.remove("before").asText()).isEqualTo(before);
        assertThat(change.remove("after").asText())
                .isEqualTo(get(CONFIG).etag())
                .isNotEqualTo(before);
        assertThat(change.toString())
                .isEqualTo("{\"dryRun\":false,\"changed\":true,"
                        + "\"networks\":{\"added\":[\"blue\"],\"removed\":[],\"changed\":[]},"
                        + "\"ports\":{\"added\":[],\"removed\":[\"old\"],\"changed\":[{\"name\":\"web1\",\"fields\":"
                        + "[{\"field\":\"network\",\"from\":\"default\",\"to\":\"blue\"}]}]},"
                        + "\"fdb\":{\"added\":[\"blue/02:00:00:00:00:01\"],\"removed\":[],\"changed\":[]},"
                        + "\"mirrors\":{\"added\":[],\"removed\":[],\"changed\":[]}}");
        assertThat(get(PORTS).body().findValuesAsText("name")).containsExactly("web1");
        assertThat(put(CONFIG, WANTED).body().path("changed").asBoolean()).isFalse();
        get(NETWORKS + "/blue/fdb/02:00:00:00:00:01").expect(200);
    }

    @Test
    void dryRunChangesNothing() throws IOException {
        makePort("old");
        String before = get(CONFIG).text();
        byte[] saved = Files.readAllBytes(stateDir().resolve("state.json"));
        JsonNode change = put(CONFIG + "?dryRun=true", WANTED).expect(200).body();
        assertThat(change.path("dryRun").asBoolean()).isTrue();
        assertThat(change.at("/ports/removed")).hasSize(1);
        assertThat(get(CONFIG).text()).isEqualTo(before);
        assertThat(Files.readAllBytes(stateDir().resolve("state.json"))).isEqualTo(saved);
        put(CONFIG + "?dryRun=true", "{\"ports\":[{\"name\":\"a\",\"type\":\"memory\",\"network\":\"red\"}]}")
                .expectProblem(409, "conflict");
        put(CONFIG + "?dryRun=maybe", WANTED).expectProblem(400, "malformed");
        put(CONFIG + "?dryrun=true", WANTED).expectProblem(400, "malformed");
    }

    @Test
    void namesEachFieldThatDiffers() {
        put(CONFIG, """
                        {"networks": [{"name": "blue", "vlan": 10}],
                         "ports": [{"name": "web1", "type": "memory", "trunk": ["blue"], "maxLearned": 5,
                                    "flood": {"broadcast": false}},
                                   {"name": "web2", "type": "memory"}],
                         "fdb": [{"network": "default", "mac": "02:00:00:00:00:01", "port": "web1"}]}""").expect(200);
        JsonNode change = put(CONFIG + "?dryRun=true", """
                        {"networks": [{"name": "blue", "vlan": 11}],
                         "ports": [{"name": "web2", "type": "memory"},
                                   {"name": "web1", "type": "stream", "trunk": "all",
                                    "flood": {"multicast": false}, "stream": {"listen": "unix:/run/a.sock"}}],
                         "fdb": [{"network": "default", "mac": "02:00:00:00:00:01", "port": "web2"}]}""").expect(200).body();
        assertThat(fields(change.at("/networks/changed/0"))).containsExactly("blue", "vlan 10 11");
        assertThat(fields(change.at("/ports/changed/0")))
                .startsWith("web1", "flood.broadcast false true", "flood.multicast true false", "maxLearned 5 -")
                .contains(
                        "trunk [\"blue\"] \"all\"",
                        "type \"memory\" \"stream\"",
                        "stream.listen - \"unix:/run/a.sock\"");
        assertThat(change.at("/ports/changed")).hasSize(1);
        assertThat(fields(change.at("/fdb/changed/0")))
                .containsExactly("default/02:00:00:00:00:01", "port \"web1\" \"web2\"");
    }

    private static List<String> fields(JsonNode item) {
        List<String> fields = new ArrayList<>(List.of(item.path("name").asText()));
        item.path("fields")
                .forEach(field -> fields.add(field.path("field").asText() + " " + value(field.path("from")) + " "
                        + value(field.path("to"))));
        return fields;
    }

    private static String value(JsonNode value) {
        return value.isMissingNode() ? "-" : value.toString();
    }

    @Test
    void whatWasComparedIsWhatIsReplacedOrNothing() {
        String before = put(CONFIG + "?dryRun=true", WANTED)
                .expect(200)
                .body()
                .path("before")
                .asText();
        makePort("meanwhile");
        HttpTestClient guarded = client().with("If-Match", before);
        HttpTestClient.Answer refused = guarded.send("PUT", CONFIG, WANTED).expectProblem(412, "precondition-failed");
        assertThat(refused.etag()).isEqualTo(get(CONFIG).etag());
        guarded.send("PUT", CONFIG + "?dryRun=true", WANTED).expectProblem(412, "precondition-failed");
        assertThat(get(PORTS).body().findValuesAsText("name")).containsExactly("meanwhile");
        delete(PORTS + "/meanwhile").expect(204);
        guarded.send("PUT", CONFIG, WANTED).expect(200);
    }

    @Test
    void aDocumentMayGoBackAsItCame() {
        put(CONFIG, WANTED).expect(200);
        ObjectNode shown = object(get(CONFIG).body());
        shown.set("ports", get(PORTS).body());
        assertThat(put(CONFIG, shown.toString())
                        .expect(200)
                        .body()
                        .path("changed")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void isWholeOrNothing() {
        makePort("web1");
        String before = get(CONFIG).text();
        HttpTestClient.Answer refused = put(CONFIG, """
                        {"networks": [{"name": "blue"}],
                         "ports": [{"name": "new", "type": "memory"},
                                   {"name": "bad", "type": "memory", "memory": {"refuse": "out of devices"}}]}""").expectProblem(409, "refused");
        assertThat(refused.detail()).isEqualTo("out of devices");
        assertThat(get(CONFIG).text()).isEqualTo(before);
        assertThat(get(PORTS + "/web1").body().at("/state/status").asText()).isEqualTo("up");
    }

    @Test
    void namesTheFieldWithItsPath() {
        assertThat(put(CONFIG, "{\"ports\":[{\"name\":\"a\",\"type\":\"memory\",\"flood\":{\"x\":1}}]}")
                        .expectProblem(422, "invalid")
                        .field())
                .isEqualTo("ports[0].flood.x");
        assertThat(put(CONFIG, "{\"networks\":[{\"name\":\"a\"},{\"name\":\"a\"}]}")
                        .expectProblem(409, "conflict")
                        .field())
                .isEqualTo("networks[2].name");
        assertThat(put(CONFIG, "{\"hosts\":[]}").expectProblem(422, "invalid").field())
                .isEqualTo("hosts");
        assertThat(put(CONFIG, "{\"ports\":{}}").expectProblem(422, "invalid").field())
                .isEqualTo("ports");
        assertThat(put(CONFIG, "{\"ports\":[7]}").expectProblem(422, "invalid").field())
                .isEqualTo("ports[0]");
    }

    @Test
    void anEmptyBodyIsNotAnEmptyConfiguration() {
        makePort("web1");
        put(CONFIG, "").expectProblem(400, "malformed");
        put(CONFIG, null).expectProblem(400, "malformed");
        put(CONFIG, "null").expectProblem(400, "malformed");
        assertThat(get(PORTS).body()).hasSize(1);
        put(CONFIG, "{}").expect(200);
        assertThat(get(PORTS).body()).isEmpty();
    }

    @Test
    void aDiskThatRefusesLeavesEverythingAsItWas() throws IOException {
        makePort("web1");
        String before = get(CONFIG).text();
        // A directory in the way of the new file: root may write anywhere, so permissions would not do.
        Files.createDirectory(stateDir().resolve("state.json.new"));
        HttpTestClient.Answer refused = put(CONFIG, WANTED).expectProblem(507, "not-saved");
        assertThat(refused.detail()).contains("nothing was changed");
        post(PORTS, "{\"name\":\"web2\",\"type\":\"memory\"}").expectProblem(507, "not-saved");
        assertThat(get(CONFIG).text()).isEqualTo(before);
        assertThat(get(PORTS).body().findValuesAsText("status")).containsExactly("up");
        Files.delete(stateDir().resolve("state.json.new"));
        put(CONFIG, WANTED).expect(200);
    }

    @Test
    void takesLargeDocuments() {
        StringBuilder ports = new StringBuilder("{\"ports\":[");
        for (int i = 0; i < 20_000; i++) {
            ports.append(i == 0 ? "" : ",").append("{\"name\":\"p").append(i).append("\",\"type\":\"memory\"}");
        }
        String document = ports.append("]}").toString();
        assertThat(document.length()).isLessThan(1 << 20);
        String padded = document + " ".repeat(3 << 20);
        assertThat(put(CONFIG + "?dryRun=true", padded).expect(200).body().at("/ports/added"))
                .hasSize(20_000);
    }
}
