package io.tapswitch.api;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.EventLoops;
import io.tapswitch.HostLink;
import io.tapswitch.StateStore;
import io.tapswitch.SwitchService;
import io.tapswitch.api.metrics.Metrics;
import io.tapswitch.capture.Captures;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.event.EventJournal;
import io.tapswitch.event.SwitchWatch;
import io.tapswitch.linux.KernelFeatures;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.StaticOverlayDirectory;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import io.tapswitch.port.stream.StreamDriver;
import io.tapswitch.vxlan.OverlaySecret;
import io.tapswitch.vxlan.VxlanDriver;
import io.tapswitch.vxlan.VxlanSettings;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A whole switch with ports in memory, its API listening on real sockets, and a client that holds it to OpenAPI. */
@Timeout(60)
abstract class ApiFixture {
    static final String PORTS = "/api/v1/ports";
    static final String NETWORKS = "/api/v1/networks";
    static final String FDB = NETWORKS + "/default/fdb";
    static final String CONFIG = "/api/v1/config";

    static {
        // Every change is a line; tests make thousands.
        ((Logger) LoggerFactory.getLogger("io.tapswitch")).setLevel(Level.WARN);
    }

    @TempDir
    Path directory;

    MemoryDriver memory;
    SwitchService service;
    ApiParts parts;
    ApiServer server;
    volatile boolean ready = true;
    EventJournal events;
    private EventLoops loops;
    private SwitchWatch watch;
    private Metrics metrics;
    private StateStore store;
    private HttpTestClient client;

    @BeforeEach
    void start() throws IOException {
        startWith(SwitchConfig.EMPTY);
    }

    void startWith(SwitchConfig file) throws IOException {
        memory = new MemoryDriver();
        PortDrivers drivers = new PortDrivers(List.of(memory, new StreamDriver(), new VxlanDriver()));
        ConfigReader reader = new ConfigReader(drivers);
        store = new StateStore(stateDir(), reader);
        loops = new EventLoops(1);
        service = new SwitchService(drivers, loops, store, file);
        events = new EventJournal("here", Instant::now);
        watch = new SwitchWatch(service, events);
        service.start();
        KernelFeatures kernel = new KernelFeatures("6.1.0", "amd64", List.of(new Feature("TSO", true, "large frames")));
        HostInfo host = new HostInfo("here", "0.0.1", Instant.now(), kernel, List.of("192.0.2.1"), 4789);
        OverlayDirectory directory = overlay();
        Captures captures = new Captures(service, "TapSwitch " + host.version());
        metrics = new Metrics(service, captures, directory, events, host.version());
        parts = new ApiParts(
                service, captures, directory, reader, host, stateDir(), () -> ready, events, metrics, identity());
        server = new ApiServer(apiConfig(), parts);
        client = HttpTestClient.unix(socket());
    }

    /** What is known of other hosts. */
    OverlayDirectory overlay() {
        return new StaticOverlayDirectory();
    }

    /** Who the daemon is to those of other hosts; null for nobody. */
    HostIdentity identity() {
        return null;
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        metrics.close();
        watch.close();
        service.close();
        loops.close();
        store.close();
    }

    void restart() throws IOException {
        stop();
        start();
    }

    ApiConfig apiConfig() {
        return new ApiConfig(socket().toString(), null, null, listenAddress(), null, tls(), requestsPerSecond())
                .in(stateDir());
    }

    String listenAddress() {
        return "127.0.0.1:0";
    }

    TlsConfig tls() {
        return null;
    }

    /** Tests are in a hurry. */
    int requestsPerSecond() {
        return 1_000_000;
    }

    Path stateDir() {
        return directory.resolve("state");
    }

    Path socket() {
        return directory.resolve("api.sock");
    }

    int tcpPort() {
        String url = server.addresses().get(server.addresses().size() - 1);
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    /** Makes a port to another host of the cluster, {@code vtep-there}, in the network {@code blue}. */
    void makeLink() throws IOException {
        VxlanSettings settings = new VxlanSettings(
                "127.0.0.9", null, freeUdpPort(), null, null, null, null, null, null, null, null, null);
        service.links(List.of(new HostLink("there", settings, Set.of("blue"))));
    }

    /** Network blue, with a link to a host and stations behind it. */
    void stationsBehindTheLink(long... stations) throws IOException {
        post("/api/v1/networks", "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makeLink();
        service.putExtern("there", "blue", stations, false);
    }

    HttpTestClient client() {
        return client;
    }

    /** A client of the TCP port. */
    HttpTestClient overTcp(String token) {
        return HttpTestClient.tcp(tcpPort(), "127.0.0.1", Map.of("Authorization", "Bearer " + token));
    }

    /** Makes a token, and gives its text. */
    String makeToken(String name, Role role) {
        return post("/api/v1/tokens", "{\"name\":\"" + name + "\",\"role\":\"" + role.label() + "\"}")
                .expect(201)
                .body()
                .path("token")
                .asText();
    }

    /** Every operation of the API. */
    List<Operation> operations() throws IOException {
        return operations(OtherApis.NONE);
    }

    /** The same with other hosts that can be asked. */
    List<Operation> operations(OtherApis others) throws IOException {
        return ApiServer.operations(parts, others, new Credentials(stateDir(), Clock.systemUTC()));
    }

    HttpTestClient.Answer get(String target) {
        return client.send("GET", target, null);
    }

    HttpTestClient.Answer delete(String target) {
        return client.send("DELETE", target, null);
    }

    HttpTestClient.Answer post(String target, String json) {
        return client.send("POST", target, json);
    }

    HttpTestClient.Answer put(String target, String json) {
        return client.send("PUT", target, json);
    }

    HttpTestClient.Answer patch(String target, String json) {
        return client.send("PATCH", target, json);
    }

    void makePort(String name) {
        post(PORTS, "{\"name\":\"" + name + "\",\"type\":\"memory\"}").expect(201);
    }

    /**
     * Makes two ports on the network {@code blue}, {@code east} and {@code west}, each the remote VTEP of the other, over
     * loopback, and waits until they have heard of each other.
     */
    void makeOverlay() throws IOException, InterruptedException {
        int udpPort = freeUdpPort();
        post(NETWORKS, "{\"name\":\"blue\",\"vni\":100}").expect(201);
        makeVtep("east", "127.0.0.1", "127.0.0.2", udpPort);
        makeVtep("west", "127.0.0.2", "127.0.0.1", udpPort);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!areAlive() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
    }

    /** Gives a port of the overlay a secret. @return its id */
    String encrypt(String port, Path directory) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "overlay",
                ".secret",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "a secret of thirty-two bytes, and more");
        patch(PORTS + "/" + port, "{\"vxlan\":{\"secretFile\":\"" + file + "\"}}")
                .expect(200);
        return OverlaySecret.read(file).id();
    }

    private void makeVtep(String name, String local, String remote, int udpPort) {
        post(
                        PORTS,
                        "{\"name\":\"" + name + "\",\"type\":\"vxlan\",\"network\":\"blue\",\"vxlan\":{\"local\":\""
                                + local + "\",\"remote\":\"" + remote + "\",\"port\":" + udpPort + "}}")
                .expect(201);
    }

    private boolean areAlive() {
        return get(PORTS + "/east").body().at("/state/remote/state").asText().equals("alive")
                && get(PORTS + "/west")
                        .body()
                        .at("/state/remote/state")
                        .asText()
                        .equals("alive");
    }

    /** A UDP port of loopback that nobody used a moment ago. */
    static int freeUdpPort() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    static ObjectNode object(JsonNode json) {
        return (ObjectNode) json.deepCopy();
    }
}
