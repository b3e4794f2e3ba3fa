package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.FloodConfig;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.QuarantineConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.StormConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.doctor.Finding;
import io.tapswitch.doctor.Result;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.overlay.RemoteNeighbour;
import io.tapswitch.overlay.RemotePort;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.RemoteVtep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document and the server say the same; {@link OpenApiContract} holds every answer of every test to it as well. */
class OpenApiTest extends ApiFixture {
    private final ObjectNode document = OpenApiContract.document();
    private final FakeDirectory others = new FakeDirectory();

    @Override
    OverlayDirectory overlay() {
        return others;
    }

    @Test
    void describesTheOperationsThatThereAre() throws IOException {
        Set<String> routes = operations().stream()
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(OpenApiContract.operations(document)).isEqualTo(routes);
    }

    @Test
    void describesTheFieldsThatCanBeSet() {
        Set<String> network = fields(NetworkConfig.class);
        network.add("effectiveMtu");
        assertThat(properties("Network")).isEqualTo(network);
        assertThat(properties("Flood")).isEqualTo(fields(FloodConfig.class));
        assertThat(properties("Storm")).isEqualTo(fields(StormConfig.class));
        assertThat(properties("StaticEntry")).isEqualTo(fields(StaticEntry.class));
        assertThat(properties("RemoteVtep")).isEqualTo(fields(RemoteVtep.class));
        Set<String> mirror = fields(MirrorConfig.class);
        mirror.addAll(Set.of("state", "counters"));
        assertThat(properties("Mirror")).isEqualTo(mirror);
        assertThat(properties("MirrorTarget")).isEqualTo(fields(MirrorConfig.Target.class));
        assertThat(properties("Quarantine")).isEqualTo(fields(QuarantineConfig.class));
        assertThat(properties("Config")).isEqualTo(fields(SwitchConfig.class));
        Set<String> port = fields(PortConfig.class);
        port.addAll(PortDrivers.all().types());
        port.addAll(Set.of("host", "state", "counters"));
        assertThat(properties("Port")).isEqualTo(port);
    }

    @Test
    void describesWhatOtherHostsSay() {
        Set<String> host = fields(RemoteHost.class);
        host.add("local");
        assertThat(properties("Host")).isEqualTo(host);
        assertThat(properties("HostPort")).isEqualTo(fields(RemotePort.class));
        assertThat(properties("Neighbour")).isEqualTo(fields(RemoteNeighbour.class));
        Set<String> event = fields(HostEvent.class);
        event.addAll(Set.of("id", "by"));
        assertThat(properties("Event")).isEqualTo(event);
        assertThat(properties("Cluster")).isEqualTo(fields(ClusterState.class));
        assertThat(properties("Finding")).isEqualTo(fields(Finding.class));
    }

    @Test
    void describesEveryPortType() {
        PortDrivers drivers = PortDrivers.all();
        assertThat(words("Port", "type")).isEqualTo(drivers.types());
        for (String type : drivers.types()) {
            assertThat(properties(schemaOf(type)))
                    .isEqualTo(fields(drivers.of(type).settingsType()));
        }
    }

    @Test
    void describesEveryWord() {
        assertThat(document.at("/components/schemas/FdbType/enum"))
                .extracting(JsonNode::asText)
                .containsExactly(Arrays.stream(FdbEntry.Type.values())
                        .map(FdbEntry.Type::label)
                        .toArray(String[]::new));
        assertThat(words("HostPort", "status")).isEqualTo(words("PortState", "status"));
        assertThat(words("PortState", "status"))
                .isEqualTo(Arrays.stream(PortView.Status.values())
                        .map(PortView.Status::label)
                        .collect(Collectors.toSet()));
        assertThat(words("Finding", "result"))
                .isEqualTo(Arrays.stream(Result.values()).map(Result::label).collect(Collectors.toSet()));
        for (Problem.Kind kind : Problem.Kind.values()) {
            assertThat(document.at("/info/description").asText())
                    .contains("| " + kind.status() + " | `" + kind.type() + "` |");
        }
    }

    @Test
    void rolesThatAreNotTheUsualOnesAreSaid() throws IOException {
        for (Operation operation : operations()) {
            JsonNode described = document.path("paths")
                    .path(operation.path())
                    .path(operation.method().toLowerCase());
            String said =
                    described.path("x-role").asText(usual(operation, described).label());
            assertThat(said)
                    .as("x-role of %s %s", operation.method(), operation.path())
                    .isEqualTo(operation.role().label());
        }
    }

    private static Role usual(Operation operation, JsonNode described) {
        boolean isOpen = described.path("security").toString().equals("[{}]");
        return isOpen ? Role.ANYONE : operation.method().equals("GET") ? Role.READ : Role.OPERATE;
    }

    @Test
    void whatTheDocumentGuardsTheServerGuards() throws IOException {
        Set<String> guarded = operations().stream()
                .filter(Operation::guarded)
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toSet());
        Set<String> described = OpenApiContract.operations(document).stream()
                .filter(operation -> operation(operation).path("responses").has("412"))
                .collect(Collectors.toSet());
        assertThat(described).isEqualTo(guarded);
    }

    private JsonNode operation(String methodAndPath) {
        String[] words = methodAndPath.split(" ");
        return document.path("paths").path(words[1]).path(words[0].toLowerCase());
    }

    @Test
    void describesTheFieldsThatTheServerGives() throws Exception {
        post(
                        PORTS,
                        "{\"name\":\"web1\",\"type\":\"memory\",\"trunk\":\"all\",\"maxLearned\":5,"
                                + "\"storm\":{\"unknownUnicast\":1,\"multicast\":1,\"broadcast\":1}}")
                .expect(201);
        mirrorsAndAQuarantine();
        put(FDB + "/02:00:00:00:00:01", "{\"port\":\"web1\"}").expect(201);
        put(FDB + "/02:00:00:00:00:02", "{\"port\":\"web1\"}").expect(201);
        get(FDB + "?limit=1").expect(200);
        post(FDB + "/flush", null).expect(200);
        get(CONFIG).expect(200);
        put(CONFIG, "{\"networks\":[{\"name\":\"default\",\"mtu\":1400}]}").expect(200);
        post(PORTS, "{\"name\":\"web1\",\"type\":\"memory\"}").expect(201);
        get(CONFIG).expect(200);
        get("/api/v1/status").expect(200);
        get("/api/v1/hosts").expect(200);
        get("/api/v1/drop-reasons").expect(200);
        get("/api/v1/hosts/there/ports").expect(200);
        get("/api/v1/events").expect(200);
        get("/api/v1/doctor").expect(200);
        Files.writeString(
                stateDir().resolve("audit.log"),
                "{\"time\":\"t\",\"caller\":\"c\",\"role\":\"read\",\"address\":\"a\",\"method\":\"GET\",\"path\":\"/\","
                        + "\"status\":401,\"done\":\"d\",\"reason\":\"r\",\"alsoRefused\":1,\"lostBefore\":1}\n",
                StandardOpenOption.APPEND);
        get("/api/v1/audit").expect(200);
        get("/health/live").expect(200);
        aTokenThatWasUsed();
        patch(NETWORKS + "/default", "{\"vlan\":0}").expect(422);
        patch(NETWORKS + "/default", "{\"vlan\":10}").expect(200);
        memory.port("web1").fail(new IOException("cut"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!get(PORTS).text().contains("\"reason\"") && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        aConnectionOfAListener();
        makeOverlay();
        others.neighbours = List.of(
                new RemoteNeighbour("10.0.0.1", 1, "there", "web1", "192.0.2.2"),
                new RemoteNeighbour("10.0.0.2", 2, "there", "web2", "192.0.2.2"));
        get(NETWORKS + "/blue/neighbours?limit=1").expect(200);
        others.cluster =
                new ClusterState("lab", "here", "client", "joining", "wait", 0, 0, 0, 0, Map.of(), List.of("vni 7"));
        makeLink();
        get(PORTS + "/vtep-there").expect(200);
        service.putExtern("there", "blue", new long[] {FakeDirectory.STATION}, false);
        get(NETWORKS + "/blue/fdb").expect(200);
        encrypt("west", directory);
        get("/api/v1/status").expect(200);
        put(NETWORKS + "/blue/fdb/02:00:00:00:00:0a", "{\"port\":\"east\"}").expect(200);
        traces();
        for (String schema : schemasOfAnswers()) {
            Set<String> described = properties(schema);
            if (schema.equals("Port")) {
                described.removeAll(typesNotMade());
                described.add("memory");
            }
            if (schema.equals("TraceCopy")) {
                described.remove("continued"); // takes another host
            }
            assertThat(OpenApiContract.seen(schema)).as(schema).isEqualTo(described);
        }
    }

    private void aTokenThatWasUsed() {
        String token = post("/api/v1/tokens", "{\"name\":\"alice\",\"role\":\"read\",\"expiresDays\":1}")
                .expect(201)
                .body()
                .path("token")
                .asText();
        try (HttpTestClient tcp = overTcp(token)) {
            tcp.send("GET", PORTS, null).expect(200);
            String code = tcp.send("POST", "/api/v1/login-codes", null)
                    .expect(200)
                    .body()
                    .path("code")
                    .asText();
            post("/api/v1/session", "{\"code\":\"" + code + "\"}").expect(201);
        }
        get("/api/v1/tokens").expect(200);
    }

    /** One that leaves by every kind of port, and one that does not. */
    private void traces() {
        post(PORTS, "{\"name\":\"t1\",\"type\":\"memory\",\"network\":\"blue\",\"trunk\":[]}")
                .expect(201);
        patch(NETWORKS + "/blue", "{\"vlan\":20}").expect(200);
        post(PORTS, "{\"name\":\"t2\",\"type\":\"memory\",\"trunk\":[\"blue\"]}")
                .expect(201);
        post(PORTS, "{\"name\":\"t3\",\"type\":\"memory\"}").expect(201);
        post("/api/v1/trace", "{\"port\":\"t3\",\"frame\":{\"destination\":\"ff:ff:ff:ff:ff:ff\",\"vlan\":5}}")
                .expect(200);
        String toAll = ",\"frame\":{\"destination\":\"ff:ff:ff:ff:ff:ff\"}}";
        post("/api/v1/trace", "{\"port\":\"t1\"" + toAll).expect(200);
        post("/api/v1/trace", "{\"port\":\"t1\",\"hex\":\"00\"}").expect(200);
        post("/api/v1/hosts/there/trace", "{\"vni\":100,\"hex\":\"ffffffffffff02000000000988b50000\"}")
                .expect(200);
    }

    private void mirrorsAndAQuarantine() throws IOException {
        makePort("monitor");
        makePort("jailed");
        String mirrors = "/api/v1/mirrors";
        post(
                        mirrors,
                        "{\"name\":\"m1\",\"port\":\"web1\",\"to\":{\"file\":\"f\"},\"snapLength\":64,\"filter\":\"arp\","
                                + "\"seconds\":600}")
                .expect(201);
        post(mirrors, "{\"name\":\"m2\",\"network\":\"default\",\"to\":{\"port\":\"monitor\"}}")
                .expect(201);
        memory.port("monitor").fail(new IOException("cut"));
        patch(PORTS + "/jailed", "{\"quarantine\":{\"port\":\"monitor\",\"seconds\":600}}")
                .expect(200);
        get(PORTS + "/monitor").expect(200);
        post(NETWORKS, "{\"name\":\"green\",\"vni\":300}").expect(201);
        post(
                        PORTS,
                        "{\"name\":\"far\",\"type\":\"vxlan\",\"network\":\"green\",\"vxlan\":{\"local\":\"127.0.0.3\","
                                + "\"remote\":\"127.0.0.4\",\"port\":" + freeUdpPort() + "}}")
                .expect(201);
        post(mirrors, "{\"name\":\"m3\",\"port\":\"web1\",\"to\":{\"port\":\"far\",\"vni\":301}}")
                .expect(201);
        patch(mirrors + "/m3", "{\"direction\":\"egress\"}").expect(200);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!get(mirrors).text().contains("\"reason\"") && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        delete(PORTS + "/far").expect(204);
        delete(NETWORKS + "/green").expect(204);
    }

    private void aConnectionOfAListener() throws IOException, InterruptedException {
        Path path = directory.resolve("vm.sock");
        post(
                        PORTS,
                        "{\"name\":\"vm\",\"type\":\"stream\",\"stream\":{\"listen\":\"unix:" + path
                                + "\",\"maxConnections\":2,\"owner\":\"" + id("uid") + "\",\"group\":\"" + id("gid")
                                + "\"}}")
                .expect(201);
        post(
                        PORTS,
                        "{\"name\":\"passt\",\"type\":\"stream\",\"stream\":{\"connect\":\"unix:" + path
                                + "\",\"reconnectSeconds\":1}}")
                .expect(201);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!get(PORTS).text().contains("\"listener\"") && System.nanoTime() < end) {
            Thread.sleep(5);
        }
    }

    private String id(String which) throws IOException {
        return Files.getAttribute(directory, "unix:" + which).toString();
    }

    private Set<String> schemasOfAnswers() {
        Set<String> schemas = new TreeSet<>();
        document.at("/components/schemas").fieldNames().forEachRemaining(schemas::add);
        // Those without fields of their own, those that only requests have, and those of types that tests have not; of
        // Vxlan, some fields need privileges.
        schemas.removeAll(Set.of(
                "Name",
                "Mac",
                "FdbType",
                "MergePatch",
                "Flush",
                "VxlanSettings",
                "NewToken",
                "Role",
                "Login",
                "TraceRequest",
                "TracedFrame",
                "TracedArrival",
                "TraceFromHost"));
        typesNotMade().forEach(type -> schemas.remove(schemaOf(type)));
        return schemas;
    }

    /** Most types need privileges, or a peer. */
    private static Set<String> typesNotMade() {
        Set<String> types = new TreeSet<>(PortDrivers.all().types());
        types.removeAll(Set.of("stream", "vxlan"));
        return types;
    }

    private String schemaOf(String type) {
        return document.at("/components/schemas/Port/properties/" + type + "/$ref")
                .asText()
                .replaceAll(".*/", "");
    }

    private Set<String> properties(String schema) {
        Set<String> names = new TreeSet<>();
        document.at("/components/schemas/" + schema + "/properties")
                .properties()
                .forEach(field -> {
                    // What only requests have becomes another field, which is described too.
                    if (!field.getValue().path("writeOnly").asBoolean()) {
                        names.add(field.getKey());
                    }
                });
        return names;
    }

    private Set<String> words(String schema, String property) {
        Set<String> words = new TreeSet<>();
        document.at("/components/schemas/" + schema + "/properties/" + property + "/enum")
                .forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Set<String> fields(Class<?> record) {
        BeanDescription description =
                ConfigReader.JSON.getSerializationConfig().introspect(ConfigReader.JSON.constructType(record));
        return description.findProperties().stream()
                .map(BeanPropertyDefinition::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
