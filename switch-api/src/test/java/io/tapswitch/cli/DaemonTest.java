package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tapswitch.api.ApiConfig;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.daemon.Daemon;
import io.tapswitch.daemon.DaemonConfig;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a real daemon whose ports are in memory; each test makes networks and ports of its own. */
@Timeout(60)
class DaemonTest {
    @TempDir
    private static Path directory;

    private static Daemon daemon;
    private static String url;
    private static Shell shell;
    private static Shell json;

    @BeforeAll
    static void start() throws IOException {
        Path socket = directory.resolve("api.sock");
        try (ServerSocket free = new ServerSocket(0)) {
            url = "127.0.0.1:" + free.getLocalPort();
        }
        ApiConfig api = new ApiConfig(
                socket.toString(), null, null, url, directory.resolve("token").toString());
        PortDrivers drivers = new PortDrivers(List.of(new MemoryDriver()));
        DaemonConfig config = new DaemonConfig(directory.resolve("state"), 1, api, null, SwitchConfig.EMPTY);
        daemon = new Daemon(config, drivers, new ConfigReader(drivers), Instant.now());
        shell = new Shell("--socket", socket.toString());
        json = new Shell("--socket", socket.toString(), "-o", "json");
    }

    @AfterAll
    static void stop() {
        daemon.close();
    }

    private static String ok(Shell shell, String words) {
        Shell.Result result = shell.run(words.split(" "));
        assertThat(result.err()).as(words).isEmpty();
        assertThat(result.exitCode()).as(words).isZero();
        return result.out();
    }

    private static JsonNode document(String words) throws IOException {
        return new ObjectMapper().readTree(ok(json, words));
    }

    @Test
    void showsItsStatus() throws IOException {
        assertThat(ok(shell, "status")).contains("\nuptime: ", "\nmemory:\n", "\nfeatures:\n", "version: ");
        assertThat(document("status").path("eventLoops").asInt()).isEqualTo(1);
    }

    @Test
    void listsItselfAmongTheHosts() throws IOException {
        String name = document("host list").path(0).path("name").asText();
        assertThat(ok(shell, "host list").lines()).hasSize(2).last().asString().startsWith(name);
        assertThat(document("host show " + name).path("local").asBoolean()).isTrue();
        ok(shell, "port add port9 --type memory");
        assertThat(ok(shell, "host ports " + name)).containsPattern("(?m)^port9 +memory +up +default +-");
    }

    @Test
    void hasNeitherNeighboursNorEventsByItself() throws IOException {
        assertThat(document("neighbour list").path("total").asInt()).isZero();
        assertThat(document("events").path("events")).isEmpty();
        assertThat(document("status").has("cluster")).isFalse();
    }

    @Test
    void makesChangesAndRemovesANetwork() throws IOException {
        assertThat(ok(shell, "network add net1 --vlan 101 --vni 1001 --ageing-seconds 60"))
                .isEqualTo("network net1 added\n");
        assertThat(ok(shell, "network list"))
                .contains("NAME", "VLAN", "VNI", "EFFECTIVE-MTU")
                .containsPattern("(?m)^net1 +101 +1001 +1500 +1500 +1m 0s +65536$");
        assertThat(ok(shell, "network set net1 vlan=null mtu=9000"))
                .contains("mtu:             9000")
                .doesNotContain("vlan");
        assertThat(document("network show net1").path("ageingSeconds").asInt()).isEqualTo(60);
        assertThat(ok(shell, "network remove net1")).isEqualTo("network net1 removed\n");
        assertThat(shell.run("network", "show", "net1"))
                .isEqualTo(new Shell.Result(1, "", "error: network 'net1' does not exist\n"));
    }

    @Test
    void makesChangesAndRemovesAPort() throws IOException {
        ok(shell, "network add net2 --vlan 102");
        assertThat(ok(shell, "port add port2 --type memory --network net2 --isolated --storm broadcast=10"))
                .startsWith("port port2 added: up");
        assertThat(ok(shell, "port list")).containsPattern("(?m)^port2 +memory +up +net2 +- ");
        assertThat(ok(shell, "port set port2 network=default trunk=net2 flood.broadcast=false maxLearned=5 storm=null"))
                .containsPattern("(?m)^trunk: +net2$")
                .containsPattern("(?m)^  broadcast: +false$");
        JsonNode port = document("port show port2");
        assertThat(port.path("trunk").path(0).asText()).isEqualTo("net2");
        assertThat(port.path("maxLearned").asInt()).isEqualTo(5);
        assertThat(port.path("isolated").asBoolean()).isTrue();
        assertThat(port.path("flood").path("multicast").asBoolean()).isTrue();
        assertThat(document("port set port2 trunk=all maxLearned=null")
                        .path("trunk")
                        .asText())
                .isEqualTo("all");
        assertThat(ok(shell, "port remove port2")).isEqualTo("port port2 removed\n");
        assertThat(document("port list").findValuesAsText("name")).doesNotContain("port2");
    }

    @Test
    void addsListsFlushesAndRemovesStations() throws IOException {
        ok(shell, "network add net3");
        ok(shell, "port add port3 --type memory --network net3");
        assertThat(ok(shell, "fdb add net3 02-00-00-00-00-0A port3"))
                .isEqualTo("02:00:00:00:00:0a is behind port port3, static\n");
        ok(shell, "fdb add --type dynamic net3 02:00:00:00:00:0b port3");
        ok(shell, "fdb add --type sticky net3 02:00:00:00:00:0c port3");
        assertThat(ok(shell, "fdb list net3 --port port3"))
                .containsPattern("(?m)^net3 +02:00:00:00:00:0a +port3 +static +")
                .containsPattern("(?m)^net3 +02:00:00:00:00:0c +port3 +sticky +0s +-$");
        assertThat(document("fdb list --type sticky").findValuesAsText("mac")).contains("02:00:00:00:00:0c");
        assertThat(ok(shell, "fdb flush net3 --port port3")).isEqualTo("network net3: 2 entries flushed\n");
        assertThat(document("fdb flush").path("flushed").asInt()).isZero();
        ok(shell, "fdb remove net3 02:00:00:00:00:0a");
        assertThat(document("fdb list net3").path("total").asInt()).isZero();
    }

    @Test
    void followsThePagesOfALargeTable() throws IOException {
        ok(shell, "network add net4");
        ok(shell, "port add port4 --type memory --network net4");
        addStations(2500);
        JsonNode listing = document("fdb list net4");
        assertThat(listing.path("total").asInt()).isEqualTo(2500);
        assertThat(listing.findValuesAsText("mac"))
                .hasSize(2500)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(ok(shell, "fdb list net4").lines()).hasSize(2501);
    }

    private static void addStations(int count) throws IOException {
        ObjectNode config = (ObjectNode) document("config show");
        for (int i = 0; i < count; i++) {
            config.withArray("fdb")
                    .addObject()
                    .put("network", "net4")
                    .put("port", "port4")
                    .put("mac", MacAddress.format(0x0200_0000_0000L + i));
        }
        ok(shell, "config apply " + Files.writeString(directory.resolve("stations.json"), config.toString()));
    }

    @Test
    void writesAConfigurationThatItReadsBack() throws IOException {
        ok(shell, "network add net5 --vlan 105");
        ok(shell, "port add port5 --type memory --network net5");
        ok(shell, "fdb add net5 52:54:00:12:34:56 port5");
        String yaml = ok(shell, "config show");
        assertThat(new YAMLMapper().readTree(yaml)).isEqualTo(document("config show"));
        Path file = Files.writeString(directory.resolve("config.yaml"), yaml);
        assertThat(ok(shell, "config apply " + file)).isEqualTo("the configuration is in force\n");
        Path changed = Files.writeString(directory.resolve("changed.yaml"), yaml.replace("vlan: 105", "vlan: 115"));
        assertThat(ok(shell, "config apply --dry-run " + changed))
                .isEqualTo("networks changed: net5\nthe configuration is valid; nothing was changed\n");
        assertThat(document("network show net5").path("vlan").asInt()).isEqualTo(105);
        assertThat(document("config apply " + changed).path("changed").asBoolean())
                .isTrue();
        assertThat(document("network show net5").path("vlan").asInt()).isEqualTo(115);
    }

    @Test
    void passesOnWhatTheDaemonRefuses() {
        ok(shell, "port add port6 --type memory");
        assertThat(shell.run("port", "add", "port6", "--type", "memory"))
                .isEqualTo(new Shell.Result(1, "", "error: name: port 'port6' already exists\n"));
        assertThat(shell.run("port", "add", "x", "--type", "memory", "--mtu", "9")
                        .err())
                .startsWith("error: memory.mtu: is not a known field");
        assertThat(shell.run("port", "add", "x", "--type", "memory", "memory.refuse=no room"))
                .isEqualTo(new Shell.Result(1, "", "error: no room\n"));
        assertThat(shell.run("port", "set", "port6", "network=nowhere").err())
                .contains("network: network 'nowhere' does not exist")
                .hasLineCount(1);
        assertThat(shell.run("network", "add", "x", "--vlan", "5000"))
                .isEqualTo(new Shell.Result(1, "", "error: vlan: 5000 is out of range: use 1 to 4094\n"));
        assertThat(shell.run("fdb", "list", "default", "--type", "odd").err()).startsWith("error: type: 'odd' is not");
        assertThat(shell.run("fdb", "remove", "default", "02:00:00:00:00:99").exitCode())
                .isEqualTo(1);
    }

    @Test
    void comesInOverTcpWithTheTokenOnly() {
        Shell tcp = new Shell("--url", "http://" + url);
        Shell.Result refused = tcp.run("status");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("error: ")
                .endsWith("--token-file\n")
                .hasLineCount(1);
        ok(tcp, "status --token-file " + directory.resolve("token"));
    }
}
