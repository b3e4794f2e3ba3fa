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
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

    private static final MemoryDriver MEMORY = new MemoryDriver();
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
                socket.toString(), null, null, url, directory.resolve("token").toString(), null, 100_000);
        PortDrivers drivers = new PortDrivers(List.of(MEMORY));
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
    void hasNoNeighboursByItself() throws IOException {
        assertThat(document("neighbour list").path("total").asInt()).isZero();
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
        ObjectNode config = (ObjectNode) document("export");
        for (int i = 0; i < count; i++) {
            config.withArray("fdb")
                    .addObject()
                    .put("network", "net4")
                    .put("port", "port4")
                    .put("mac", MacAddress.format(0x0200_0000_0000L + i));
        }
        ok(shell, "apply -f " + Files.writeString(directory.resolve("stations.json"), config.toString()));
    }

    @Test
    void writesAConfigurationThatItReadsBack() throws IOException {
        ok(shell, "network add net5 --vlan 105");
        ok(shell, "port add port5 --type memory --network net5");
        ok(shell, "fdb add net5 52:54:00:12:34:56 port5");
        String yaml = ok(shell, "export");
        assertThat(new YAMLMapper().readTree(yaml)).isEqualTo(document("export"));
        Path file = Files.writeString(directory.resolve("config.yaml"), yaml);
        String nothing = "nothing to change: the configuration is that of the document\n";
        assertThat(ok(shell, "apply -f " + file)).isEqualTo(nothing);
        assertThat(ok(shell, "diff -f " + file)).isEmpty();
        Path changed = Files.writeString(directory.resolve("changed.yaml"), yaml.replace("vlan: 105", "vlan: 115"));
        String difference = "networks:\n  ~ net5\n      vlan: 105 -> 115\n";
        assertThat(shell.run("diff", "-f", changed.toString())).isEqualTo(new Shell.Result(1, difference, ""));
        assertThat(ok(shell, "apply --dry-run -f " + changed))
                .isEqualTo(difference + "the document is valid; nothing was changed\n");
        assertThat(document("network show net5").path("vlan").asInt()).isEqualTo(105);
        assertThat(ok(shell, "apply -f " + changed)).isEqualTo(difference + "the configuration is in force\n");
        assertThat(document("network show net5").path("vlan").asInt()).isEqualTo(115);
        String tag = yaml.replaceAll("(?s).*--if-match (\\w+) .*", "$1");
        Shell.Result late = shell.run("apply", "-f", file.toString(), "--if-match", tag);
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.err()).startsWith("error: If-Match: ").hasLineCount(1);
        assertThat(late.out()).isEmpty();
        assertThat(document("apply --force -f " + file).path("changed").asBoolean())
                .isTrue();
        assertThat(ok(shell, "apply -f " + file + " --if-match " + tag)).isEqualTo(nothing);
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

    private static void send(String port, byte[] bytes) {
        Frame frame = new Frame();
        frame.set(bytes);
        MEMORY.port(port).inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    /** What the command does while frames come in by a port. */
    private static Shell.Result capture(String port, String... words) throws Exception {
        CompletableFuture<Shell.Result> result = CompletableFuture.supplyAsync(() -> shell.run(words));
        while (!result.isDone()) {
            send(
                    port,
                    Frames.hex("ffffffffffff02000000000a0806"
                            + "000108000604000102000000000a0a0000010000000000000a000002"));
            send(
                    port,
                    Frames.tagged(
                            Frames.hex("02000000000b00000000000008004500002800000000400600000a0000010a000002"
                                    + "03e80050000000000000000050020000000000000000"),
                            7));
            TimeUnit.MILLISECONDS.sleep(5);
        }
        ok(shell, "fdb flush");
        return result.get();
    }

    @Test
    void printsCapturedFramesInWords() throws Exception {
        ok(shell, "network add net10");
        ok(shell, "port add port10 --type memory --network net10");
        Shell.Result result = capture("port10", "capture", "port10", "--print", "--count", "2");
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEqualTo("2 frames captured, 0 lost\n");
        assertThat(result.out().lines().sorted().map(line -> line.substring(15)))
                .containsExactlyInAnyOrder(
                        " in  port10 02:00:00:00:00:0a > ff:ff:ff:ff:ff:ff ARP who has 10.0.0.2, tell 10.0.0.1 length 42 [drop:"
                                + " no-egress - to be flooded, and no other port of the network takes it]",
                        " in  port10 00:00:00:00:00:00 > 02:00:00:00:00:0b vlan 7 IPv4 10.0.0.1 port 1000 > 10.0.0.2 port"
                                + " 80 TCP length 60 [drop: invalid-source - the source address is zero or a group"
                                + " address]");
    }

    @Test
    void writesACaptureToAFile() throws Exception {
        ok(shell, "network add net11");
        ok(shell, "port add port11 --type memory --network net11");
        Path file = directory.resolve("port11.pcapng");
        Shell.Result result = capture(
                "port11",
                "capture",
                "port11",
                "-w",
                file.toString(),
                "--count",
                "3",
                "--dropped",
                "--filter",
                "vlan 7");
        assertThat(result.err()).isEqualTo("3 frames captured, 0 lost\n");
        PcapngReader reader =
                new PcapngReader(packet -> assertThat(packet.comment()).startsWith("drop: "));
        assertThat(reader.take(Files.readAllBytes(file))).hasSize((int) Files.size(file));
        assertThat(reader.frames()).isEqualTo(3);
        assertThat(shell.run(
                                "capture",
                                "port11",
                                "-w",
                                directory.resolve("no/such").toString(),
                                "--count",
                                "1")
                        .err())
                .contains("error: --write: cannot write " + directory.resolve("no/such"));
        assertThat(shell.run("capture", "port11", "-w", "/dev/full", "--count", "1")
                        .err())
                .contains("error: --write: cannot write /dev/full: No space left on device");
        assertThat(shell.run("capture", "port11", "--filter", "port x", "--print")
                        .err())
                .contains("error: filter: has 'x' at character 6");
    }

    @Test
    void keepsAFileWhenTheCaptureIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("kept.pcapng"), "before");
        assertThat(shell.run("capture", "no-such-port", "-w", file.toString()).exitCode())
                .isEqualTo(1);
        assertThat(file).hasContent("before");
    }

    @Test
    void addsListsAndRemovesMirrors() throws IOException {
        for (String name : List.of("web12", "monitor12")) {
            ok(shell, "port add " + name + " --type memory");
        }
        assertThat(ok(shell, "mirror add look --port web12 --to-port monitor12 --for 10m --snap-length 64"))
                .isEqualTo("mirror look added: active\n");
        ok(shell, "mirror add log --network default --to-file log.pcapng --filter arp");
        assertThat(ok(shell, "mirror list"))
                .containsPattern("(?m)^look +web12 +monitor12 +active +20.*Z +0 +0$")
                .containsPattern("(?m)^log +network default +file log.pcapng +active +- +\\d+ +0$");
        assertThat(ok(shell, "mirror show look")).contains("snapLength: 64");
        assertThat(document("mirror show log").at("/to/fileMegabytes").asInt()).isEqualTo(100);
        assertThat(ok(shell, "mirror remove look log")).isEqualTo("mirror look removed\nmirror log removed\n");
        assertThat(shell.run("mirror", "add", "x", "--port", "a", "--to-port", "b", "--for", "soon")
                        .err())
                .contains("'soon' is no time");
    }

    @Test
    void putsAPortInQuarantineAndReleasesIt() {
        for (String name : List.of("web13", "monitor13")) {
            ok(shell, "port add " + name + " --type memory");
        }
        assertThat(ok(shell, "port quarantine web13 --to monitor13 --for 10m"))
                .startsWith("port web13 is in quarantine with monitor13 until 20");
        assertThat(ok(shell, "port quarantine web13 --to monitor13"))
                .isEqualTo("port web13 is in quarantine with monitor13\n");
        assertThat(ok(shell, "port show web13")).containsPattern("(?m)^  port: monitor13$");
        assertThat(ok(shell, "port show monitor13"))
                .containsPattern("(?m)^analysis port of: +port web13 in quarantine; in no network meanwhile$");
        assertThat(ok(shell, "port list"))
                .contains("monitor13: in no network, analysis port of port web13 in quarantine\n");
        assertThat(ok(shell, "port release web13")).isEqualTo("port web13 is released\n");
    }

    @Test
    void comesInOverTcpWithTheTokenOnly() {
        Shell tcp = new Shell("--url", "http://" + url);
        Shell.Result refused = tcp.run("status");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("error: ")
                .endsWith("TAPSWITCH_TOKEN\n")
                .hasLineCount(1);
        ok(tcp, "status --token-file " + directory.resolve("token"));
    }
}
