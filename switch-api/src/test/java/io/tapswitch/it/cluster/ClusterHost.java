package io.tapswitch.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tapswitch.daemon.TestDaemon;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.vxlan.Family;
import io.tapswitch.it.vxlan.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** One host of a cluster: a namespace on the underlay, a daemon in it, and a client of that one's REST API. */
final class ClusterHost implements AutoCloseable {
    private static final String API = "/api/v1/";

    private final Site site;
    private final Path directory;
    private final List<String> options;
    private final List<TestHost> guests = new ArrayList<>();
    private TestDaemon daemon;

    /** @param options of {@code tapswitch run} for the cluster */
    ClusterHost(Site site, Path directory, List<String> options) {
        this.site = site;
        this.directory = directory;
        this.options = options;
    }

    /** Its name in the cluster. */
    String name() {
        return name(site.number());
    }

    static String name(int number) {
        return "h" + number;
    }

    Site site() {
        return site;
    }

    /** Of its VTEP. */
    String address() {
        return site.address(Family.V4);
    }

    TestDaemon daemon() {
        return daemon;
    }

    /** Starts the daemon on the state that its last life left, and does not wait for it. */
    ClusterHost launch() throws IOException {
        return launch(Map.of());
    }

    /** The same with variables in its environment. */
    ClusterHost launch(Map<String, String> environment) throws IOException {
        closeDaemon();
        Files.createDirectories(directory);
        daemon = TestDaemon.launch(directory, site.namespace(), environment, options);
        return this;
    }

    /** Waits until the daemon answers. */
    ClusterHost ready() throws Exception {
        daemon.awaitReady();
        return this;
    }

    /**
     * Adds a guest: a namespace with a TAP of this switch.
     *
     * @param port its name
     * @param address with prefix length
     * @param mac null if the kernel may choose
     */
    TestHost guest(String port, String network, String address, String mac) throws Exception {
        TestHost guest = new TestHost();
        guests.add(guest);
        tap(guest, port, network, address, mac);
        return guest;
    }

    /** Makes the TAP of a guest that is there. */
    void tap(TestHost guest, String port, String network, String address, String mac) throws Exception {
        post(
                "ports",
                "{'name':'" + port + "','type':'tap','network':'" + network + "','tap':{'interface':'eth0',"
                        + "'namespace':'" + guest.namespace() + "','addresses':['" + address + "']"
                        + (mac == null ? "" : ",'mac':'" + mac + "'") + "}}");
    }

    /** Makes something; quotes may be single ones. */
    JsonNode post(String path, String body) throws Exception {
        return request(201, "POST", path, body);
    }

    JsonNode patch(String path, String body) throws Exception {
        return request(200, "PATCH", path, body);
    }

    void delete(String path) throws Exception {
        request(204, "DELETE", path, null);
    }

    JsonNode get(String path) throws Exception {
        return request(200, "GET", path, null);
    }

    /** Asks, and asserts the status of the answer. */
    JsonNode request(int status, String method, String path, String body) throws Exception {
        TestDaemon.Answer answer = daemon.request(method, API + path, body == null ? null : body.replace('\'', '"'));
        assertThat(answer.status())
                .as(method + " " + path + " on " + name() + ": " + answer.body())
                .isEqualTo(status);
        return answer.body();
    }

    /** What its status says of the cluster. */
    JsonNode cluster() throws Exception {
        return get("status").path("cluster");
    }

    /** What it says of another host, or itself; missing if nothing. */
    JsonNode host(String name) throws Exception {
        for (JsonNode host : get("hosts")) {
            if (host.path("name").asText().equals(name)) {
                return host;
            }
        }
        return MissingNode.getInstance();
    }

    /** The names of the hosts that frames go to or would, and that are not silent. */
    List<String> others() throws Exception {
        return StreamSupport.stream(get("hosts").spliterator(), false)
                .filter(host -> !host.path("local").asBoolean())
                .filter(host -> !host.path("state").asText().equals("silent"))
                .map(host -> host.path("name").asText())
                .toList();
    }

    /** What is there; missing if nothing is. */
    JsonNode find(String path) throws Exception {
        TestDaemon.Answer answer = daemon.request("GET", API + path, null);
        return answer.status() == 200 ? answer.body() : MissingNode.getInstance();
    }

    /** An FDB entry; missing if there is none. */
    JsonNode station(String network, String mac) throws Exception {
        return find("networks/" + network + "/fdb/" + mac);
    }

    /** The address of the VTEP that frames to a station go to; empty if it is behind no VTEP, or unknown. */
    String vtepOf(String network, String mac) throws Exception {
        return station(network, mac).path("vtep").asText();
    }

    /** The port of its switch that leads to another host; missing if there is none. */
    JsonNode portTo(ClusterHost other) throws Exception {
        String port = host(other.name()).path("port").asText();
        return port.isEmpty() ? MissingNode.getInstance() : find("ports/" + port);
    }

    /** What the daemon has logged. */
    String log() throws IOException {
        Path log = directory.resolve("daemon.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private void closeDaemon() {
        if (daemon != null) {
            daemon.close();
            daemon = null;
        }
    }

    /** Takes the daemon down first, as its TAPs are in the guests; the namespace on the underlay goes with that. */
    @Override
    public void close() {
        closeDaemon();
        guests.forEach(TestHost::close);
        guests.clear();
    }

    @Override
    public String toString() {
        return name();
    }
}
