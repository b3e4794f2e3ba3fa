package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands send and print, against a server that only plays the daemon; {@code DaemonTest} has the real one. */
@Timeout(30)
class CommandsTest {
    private static final String PORTS = """
            [{"name":"web1","type":"tap","network":"default","trunk":["blue","red"],
              "tap":{"interface":"tap0","addresses":["10.0.0.1/24"]},"storm":{},
              "state":{"status":"up","device":"tap0","since":"2026-11-21T00:00:00Z"},
              "counters":{"rxFrames":12345,"rxBytes":1536,"txFrames":5,"txBytes":600,"forwarded":12000,"flooded":300,
                          "suppressed":1200,"drops":{"runt":0,"no-egress":45,"from-the-future":1}}},
             {"name":"lost","type":"tap","network":"default","state":{"status":"failed","reason":"tap1 is gone"}}]""";
    private static final String PROBLEM =
            "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"99 is out of range\",\"field\":\"tap.mtu\"}";

    @TempDir
    private Path directory;

    private final StubDaemon daemon;
    private final Shell shell;

    CommandsTest() throws IOException {
        daemon = new StubDaemon();
        shell = daemon.shell();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void listsPortsWithTheReasonOfAFailureBelow() {
        daemon.on("GET /api/v1/ports", 200, PORTS);

        assertThat(shell.run("port", "list").out()).isEqualTo("""
                NAME  TYPE  STATUS  NETWORK  TRUNK     DEVICE       RX     TX  DROPS
                web1  tap   up      default  blue,red  tap0    1.5 KiB  600 B     46
                lost  tap   failed  default  -         -           0 B    0 B      0
                lost: tap1 is gone
                """);
    }

    @Test
    void showsAPortWithTheMeaningOfItsDrops() throws IOException {
        daemon.on(
                "GET /api/v1/ports/web1",
                200,
                new ObjectMapper().readTree(PORTS).get(0).toString());

        assertThat(shell.run("port", "show", "web1").out())
                .startsWith("name:    web1\ntype:    tap\nstatus:  up for ")
                .contains("\ntrunk:   blue,red\n", "\ntap:\n  interface: tap0\n  addresses: 10.0.0.1/24\n")
                .endsWith("""
                        counters:
                          received:   12,345 frames, 1.5 KiB
                          sent:       5 frames, 600 B
                          forwarded:  12,000 frames
                          flooded:    300 frames
                          suppressed: 1,200 frames
                          dropped:    46 frames
                          drops:
                            no-egress:       45 (to be flooded, and no other port of the network takes it)
                            from-the-future: 1
                        """);
    }

    @Test
    void tellsWhatBecomesOfAFrameOnEachHost() {
        daemon.on("POST /api/v1/trace", 200, """
                {"host":"a","outcome":"flooded","injected":false,"frame":"00",
                 "steps":[{"host":"a","port":"web1","step":"lookup","result":"passed","text":"not in the FDB"}],
                 "copies":[{"port":"web2","reason":"egress-down","meaning":"the egress interface is down"},
                  {"port":"vtep-b","vni":7,"host":"b","continued":{"host":"b","outcome":"dropped","reason":"no-egress",
                    "meaning":"nobody takes it","copies":[],"steps":[{"host":"b","port":"vtep-a","step":"flooding",
                    "result":"dropped","reason":"no-egress","text":"unknown unicast"}]}},
                  {"port":"vtep-c","vni":7,"host":"c","unknown":"no answer"}]}""");

        assertThat(shell.run("trace", "web1", "--to", "02-00-00-00-00-0B", "--vlan", "10", "--plain", "--inject")
                        .out())
                .isEqualTo("""
                HOST  PORT    STEP      RESULT     TEXT
                a     web1    lookup    passed     not in the FDB
                b     vtep-a  flooding  no-egress  unknown unicast
                c     -       -         unknown    no answer
                flooded by web2 (refused: egress-down), vtep-b, vtep-c
                on b: dropped: no-egress (nobody takes it)
                """);
        assertThat(daemon.requests())
                .containsExactly(
                        "POST /api/v1/trace {\"port\":\"web1\",\"frame\":{\"destination\":\"02:00:00:00:00:0b\",\"vlan\":10},"
                                + "\"arrival\":{\"encrypted\":false},\"inject\":true}");
    }

    @Test
    void showsTheRemoteVtepOfAPort() {
        daemon.on("GET /api/v1/ports/host2", 200, overlayPort("""
                "alive","roundTripMicros":412,"lossPercent":3,"lastHeardMillis":1200,"pathMtu":1500,"encrypted":true,\
                "secret":"0a1b2c3d\""""));
        assertThat(shell.run("port", "show", "host2").out()).contains("""
                device:  192.0.2.2 port 4789
                remote:
                  VTEP:       192.0.2.2
                  state:      alive
                  last heard: 1s ago
                  round trip: 0.412 ms
                  loss:       3 %
                  path MTU:   1500 bytes
                  encrypted:  yes, by secret 0a1b2c3d
                network: blue
                """);
    }

    @Test
    void showsTheHostOfTheClusterThatAPortLeadsTo() {
        daemon.on(
                "GET /api/v1/ports/vtep-b",
                200,
                "{\"name\":\"vtep-b\",\"type\":\"vxlan\",\"network\":\"blue\",\"host\":\"b\",\"state\":{\"status\":\"up\"}}");
        assertThat(shell.run("port", "show", "vtep-b").out())
                .startsWith("name:    vtep-b\ntype:    vxlan\nhost:    b\nstatus:  up");
    }

    @Test
    void aVtepThatNeverAnsweredNeedNotBeInTrouble() {
        daemon.on("GET /api/v1/ports/host2", 200, overlayPort("\"unknown\",\"pathMtu\":1500,\"encrypted\":false"));
        assertThat(shell.run("port", "show", "host2").out()).contains("""
                        remote:
                          VTEP:      192.0.2.2
                          state:     unknown (it never answered a probe; Linux and Open vSwitch do not)
                          path MTU:  1500 bytes
                          encrypted: no
                        """);
        daemon.on("GET /api/v1/ports/host2", 200, overlayPort("\"unknown\",\"pathMtu\":1500,\"encrypted\":true"));
        assertThat(shell.run("port", "show", "host2").out())
                .contains("state:     unknown (it never answered a probe by the same secret)\n");
    }

    private static String overlayPort(String remote) {
        return """
                {"name":"host2","type":"vxlan",
                 "state":{"status":"up","device":"192.0.2.2 port 4789","remote":{"address":"192.0.2.2","state":""" + remote + "}},\"network\":\"blue\"}";
    }

    private static final String HOSTS = """
            [{"name":"web1","version":"0.1.0","state":"up","local":true,"eventLoops":2,"vteps":["192.0.2.1"],
              "vtepPort":4789,"networks":["default","blue"],"stations":7},
             {"name":"web2","version":"0.1.1","state":"silent","reason":"not heard for 40 s","local":false,"eventLoops":2,
              "vteps":["192.0.2.2","2001:db8::2"],"vtepPort":4789,"mtu":9000,"networks":[],"stations":12,
              "heardSecondsAgo":200}]""";

    @Test
    void listsHostsWithTheReasonOfTroubleBelow() {
        daemon.on("GET /api/v1/hosts", 200, HOSTS);

        assertThat(shell.run("host", "list").out()).isEqualTo("""
                NAME  STATE   VERSION  VTEP                   NETWORKS      STATIONS       HEARD
                web1  up      0.1.0    192.0.2.1              default,blue         7           -
                web2  silent  0.1.1    192.0.2.2,2001:db8::2  -                   12  3m 20s ago
                web2: not heard for 40 s
                """);
    }

    @Test
    void showsAHost() throws IOException {
        daemon.on(
                "GET /api/v1/hosts/web2",
                200,
                new ObjectMapper().readTree(HOSTS).get(1).toString());

        assertThat(shell.run("host", "show", "web2").out())
                .contains("name:       web2\n", "mtu:        9000\n", "vteps:      192.0.2.2,2001:db8::2\n")
                .endsWith("heard:      3m 20s ago\n");
    }

    @Test
    void listsThePortsOfAHost() {
        daemon.on("GET /api/v1/hosts/web2/ports", 200, """
                        [{"name":"vm1","type":"tap","network":"blue","trunk":["red"],"status":"up","device":"tap0"},
                         {"name":"vm2","type":"stream","network":"blue","status":"waiting","reason":"nobody is connected"}]""");

        assertThat(shell.run("host", "ports", "web2").out()).isEqualTo("""
                NAME  TYPE    STATUS   NETWORK  TRUNK  DEVICE
                vm1   tap     up       blue     red    tap0
                vm2   stream  waiting  blue     -      -
                vm2: nobody is connected
                """);
    }

    @Test
    void saysHowTheClusterIs() {
        daemon.on("GET /api/v1/status", 200, """
                {"name":"web1","cluster":{"name":"lab","host":"web1","role":"client","state":"unreachable",
                 "reason":"no member answers: start one","members":0,"hosts":2,"stations":1200,"published":7,
                 "refused":{"not-authentic":4,"stale":1},"conflicts":["vni 7 is blue here, red on web2","x"]}}""");

        assertThat(shell.run("status").out()).isEqualTo("""
                name: web1
                cluster:
                  name:            lab
                  this host:       web1, client
                  state:           unreachable
                  reason:          no member answers: start one
                  members:         0
                  other hosts:     2
                  stations:        1,200 behind other hosts, 7 published
                  refused records: 4 not-authentic, 1 stale
                  conflict:        vni 7 is blue here, red on web2
                  conflict:        x
                """);
        daemon.on(
                "GET /api/v1/status",
                200,
                "{\"cluster\":{\"state\":\"joined\",\"members\":3,\"refused\":{},\"conflicts\":[]}}");
        assertThat(shell.run("status").out())
                .contains("members:         3\n", "refused records: none\n", "conflicts:       none\n")
                .doesNotContain("reason");
    }

    @Test
    void listsWhoChangedWhat() {
        daemon.on(
                "GET /api/v1/audit?limit=2",
                200,
                "{\"entries\":[{\"time\":\"t\",\"caller\":\"alice\",\"role\":\"admin\",\"address\":\"unix\",\"method\":\"PUT\","
                        + "\"path\":\"/p\",\"status\":200,\"done\":\"something\"},{\"status\":401},{\"status\":403,\"reason\":\"no\",\"alsoRefused\":9}]}");

        assertThat(shell.run("audit", "--limit", "2").out()).isEqualTo("""
                TIME  CALLER  ADDRESS  METHOD  PATH  STATUS  DONE, OR WHY NOT
                t     alice   unix     PUT     /p    200     something
                -     -       -        -       -     401     -
                -     -       -        -       -     403     no (and 9 more refused)
                """);
    }

    private static String events(int first, int last) {
        List<String> events = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            events.add("{\"time\":\"2026-11-21T00:00:0" + i + "Z\",\"host\":\"web" + i
                    + "\",\"kind\":\"host-left\",\"subject\":\"s\",\"text\":\"t\"}");
        }
        return "{\"events\":" + events + "}";
    }

    @Test
    void listsEvents() {
        daemon.on("GET /api/v1/events?host=web1&kind=host-left&limit=5", 200, events(1, 1));

        assertThat(shell.run("events", "--limit", "5", "--kind", "host-left", "--host", "web1")
                        .out())
                .isEqualTo("""
                TIME                  HOST  KIND       SUBJECT  BY  EVENT
                2026-11-21T00:00:01Z  web1  host-left  s        -   t
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json", "yaml"})
    void followsEventsWhereItEnded(String form) throws IOException {
        daemon.stream("GET /api/v1/events?limit=2", sse(3, 4) + ":\nid: e-9\n\n");
        daemon.stream("GET /api/v1/events?after=e-9", sse(5, 5));
        daemon.on("GET /api/v1/events?after=e-5", 503, "{\"detail\":\"gone\"}");

        Shell.Result result = daemon.shell("-o", form).run("events", "--follow", "--limit", "2");

        assertThat(result.err()).isEqualTo("error: gone\n");
        assertThat(hosts(form, result.out())).containsExactly("web3", "web4", "web5");
    }

    /** As the daemon streams them. */
    private static String sse(int first, int last) throws IOException {
        StringBuilder stream = new StringBuilder("retry: 2000\n");
        JsonNode events = new ObjectMapper().readTree(events(first, last)).path("events");
        for (int i = first; i <= last; i++) {
            stream.append("id: e-" + i + "\nevent: host-left\ndata: " + events.path(i - first) + "\n\n");
        }
        return stream.toString();
    }

    @Test
    void saysWhereEventsAreMissing() {
        daemon.stream(
                "GET /api/v1/events?limit=100",
                "event: gap\ndata: {\"kind\":\"gap\",\"text\":\"some are missing\"}\n\nid: e-1\n\n");
        daemon.on("GET /api/v1/events?after=e-1", 403, "{\"detail\":\"no more\"}");

        assertThat(daemon.shell().run("events", "-f").out()).isEqualTo("(some are missing)\n");
    }

    private static List<String> hosts(String form, String out) throws IOException {
        if (form.equals("yaml")) {
            return new YAMLMapper().readTree(out).findValuesAsText("host");
        }
        if (form.equals("json")) {
            return new ObjectMapper()
                    .readerFor(JsonNode.class).<JsonNode>readValues(out).readAll().stream()
                            .map(event -> event.path("host").asText())
                            .toList();
        }
        return out.lines().skip(1).map(line -> line.split(" +")[1]).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port list",
                "port show web1",
                "network list",
                "network show blue",
                "status",
                "host list",
                "host show web2",
                "host ports web2",
                "audit",
                "events"
            })
    void jsonAndYamlAreTheDocumentOfTheApi(String words) throws IOException {
        for (String path : new String[] {
            "ports",
            "ports/web1",
            "networks",
            "networks/blue",
            "status",
            "hosts",
            "hosts/web2",
            "hosts/web2/ports",
            "audit?limit=100",
            "events?limit=100"
        }) {
            daemon.on("GET /api/v1/" + path, 200, PORTS);
        }
        JsonNode expected = new ObjectMapper().readTree(PORTS);

        String[] command = words.split(" ");
        assertThat(new ObjectMapper()
                        .readTree(daemon.shell("-o", "json").run(command).out()))
                .isEqualTo(expected);
        assertThat(new YAMLMapper()
                        .readTree(daemon.shell("-o", "yaml").run(command).out()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json", "yaml"})
    void noFormLetsTerminalEscapesThrough(String form) {
        String hostile = "[{\"name\":\"a\\u001b[31m\",\"type\":\"\\u009b\",\"k\\u001b\":\"\\u202e\",\"state\":"
                + "{\"status\":\"failed\",\"reason\":\"\\u001b]0;x\\u0007\"},\"counters\":{\"drops\":{\"\\u001b\":1}}}]";
        daemon.on("GET /api/v1/ports", 200, hostile);
        daemon.on("GET /api/v1/hosts", 200, hostile);
        daemon.on("GET /api/v1/ports/a", 200, hostile.substring(1, hostile.length() - 1));
        daemon.on("GET /api/v1/status", 200, hostile.substring(1, hostile.length() - 1));
        daemon.on("GET /api/v1/hosts/a", 200, hostile.substring(1, hostile.length() - 1));
        daemon.on("GET /api/v1/hosts/a/ports", 200, hostile);
        daemon.on("GET /api/v1/events?limit=100", 200, "{\"events\":" + hostile + "}");
        daemon.on("GET /api/v1/audit?limit=100", 200, "{\"entries\":" + hostile + "}");
        daemon.on("GET /api/v1/networks/b/neighbours?limit=1000", 200, "{\"entries\":" + hostile + "}");
        daemon.on("GET /api/v1/networks/a", 400, "{\"detail\":\"\\u001b\",\"field\":\"\\u009b\"}");

        for (String words : new String[] {
            "port list",
            "port show a",
            "status",
            "host list",
            "network show a",
            "host show a",
            "host ports a",
            "events",
            "audit",
            "neighbour list b"
        }) {
            Shell.Result result = daemon.shell("-o", form).run(words.split(" "));
            assertThat(result.out() + result.err())
                    .isNotEmpty()
                    .doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]");
        }
    }

    @Test
    void addsAPortFromOptionsAndKeyValues() {
        daemon.on("POST /api/v1/ports", 201, "{\"name\":\"p\",\"state\":{\"status\":\"up\",\"device\":\"tap0\"}}");

        Shell.Result result = shell.run(
                ("port add p --type tap --interface tap0 --namespace web --address 10.0.0.1/24 --address fd00::1/64"
                                + " --mac 02-00-00-00-00-0A --mtu 1400 --owner 1000 --group kvm --persistent --queues 2"
                                + " --no-offload --down --network blue --trunk red,green --isolated --locked"
                                + " --no-learning --max-learned 7 --disabled --storm broadcast=10,multicast=20"
                                + " flood.broadcast=false tap.mtu=1300")
                        .split(" "));

        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo("port p added: up, device tap0\n");
        assertThat(daemon.requests())
                .containsExactly(
                        "POST /api/v1/ports {'name':'p','type':'tap','tap':{'interface':'tap0','namespace':'web',"
                                        .replace('\'', '"')
                                + ("'addresses':['10.0.0.1/24','fd00::1/64'],'mac':'02:00:00:00:00:0a','mtu':1300,"
                                                + "'owner':'1000','group':'kvm','persistent':true,'queues':2,'offload':false,"
                                                + "'up':false},'network':'blue','trunk':['red','green'],'enabled':false,"
                                                + "'learning':false,'isolated':true,'locked':true,'maxLearned':7,"
                                                + "'storm':{'broadcast':10,'multicast':20},'flood':{'broadcast':false}}")
                                        .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "port add p --type dgram --local unix:/a --remote unix:/b | POST /api/v1/ports"
                        + " {'name':'p','type':'dgram','dgram':{'local':'unix:/a','remote':'unix:/b'}}",
                "port add p --type tun --prefix 10.1.0.0/16 --gateway 10.0.0.1 --gateway fd00::1 | POST /api/v1/ports"
                        + " {'name':'p','type':'tun','tun':{'prefixes':['10.1.0.0/16'],"
                        + "'gateways':['10.0.0.1','fd00::1']}}",
                "port add p --type memory              | POST /api/v1/ports {'name':'p','type':'memory'}",
                "port add p --type x --trunk all --mtu 9 | POST /api/v1/ports"
                        + " {'name':'p','type':'x','x':{'mtu':9},'trunk':'all'}",
                "port add p --type interface --interface eth7 --no-promiscuous | POST /api/v1/ports"
                        + " {'name':'p','type':'interface','interface':{'name':'eth7','promiscuous':false}}",
                "port add p --type interface --create-tap --owner qemu --group kvm --queues 4 --namespace n"
                        + " | POST /api/v1/ports {'name':'p','type':'interface','interface':{'namespace':'n',"
                        + "'createTap':true,'owner':'qemu','group':'kvm','queues':4}}",
                "port add p --type stream --listen unix:/run/p --mode 0600 --max-connections 9 --owner 1 --group kvm"
                        + " | POST /api/v1/ports {'name':'p','type':'stream','stream':{'owner':'1','group':'kvm',"
                        + "'listen':'unix:/run/p','maxConnections':9,'mode':'0600'}}",
                "port add p --type stream --connect tcp:[::1]:9 --reconnect-seconds 2 | POST /api/v1/ports"
                        + " {'name':'p','type':'stream','stream':{'connect':'tcp:[::1]:9','reconnectSeconds':2}}",
                "port add p --type vxlan --remote 192.0.2.2 --local 192.0.2.1 --udp-port 8472 --namespace n --ttl 9 --dscp 46"
                        + " --secret-file /s --network blue --trunk red,green | POST /api/v1/ports {'name':'p',"
                        + "'type':'vxlan','vxlan':{'namespace':'n','local':'192.0.2.1','remote':'192.0.2.2','port':8472,"
                        + "'ttl':9,'dscp':46,'secretFile':'/s'},'network':'blue','trunk':['red','green']}",
                "port add p --type vxlan --remote 2001:db8::2 --inherit-ttl --inherit-dscp --strict --no-keepalive --mss-clamp"
                        + " | POST /api/v1/ports {'name':'p','type':'vxlan','vxlan':{'remote':'2001:db8::2',"
                        + "'inheritTtl':true,'inheritDscp':true,'strict':true,'keepalive':false,'mssClamp':true}}",
                "port set p vxlan.remote=192.0.2.3 vxlan.secretFile=/s | PATCH /api/v1/ports/p"
                        + " {'vxlan':{'remote':'192.0.2.3','secretFile':'/s'}}",
                "port set p stream.mode=666            | PATCH /api/v1/ports/p {'stream':{'mode':'666'}}",
                "port set p trunk=all maxLearned=null  | PATCH /api/v1/ports/p {'trunk':'all','maxLearned':null}",
                "port remove p                         | DELETE /api/v1/ports/p",
                "network add n                         | POST /api/v1/networks {'name':'n'}",
                "network add n --vni 100               | POST /api/v1/networks {'name':'n','vni':100}",
                "network set n vni=null                | PATCH /api/v1/networks/n {'vni':null}",
                "network add n --vlan 5 --mtu 9000 --ageing-seconds 60 --max-learned 9 --forward-reserved"
                        + " --no-encryption --no-neigh-suppress"
                        + " | POST /api/v1/networks {'name':'n','vlan':5,'mtu':9000,'ageingSeconds':60,"
                        + "'maxLearned':9,'forwardReserved':true,'encryption':false,'neighSuppress':false}",
                "network set n vlan=null               | PATCH /api/v1/networks/n {'vlan':null}",
                "network remove n                      | DELETE /api/v1/networks/n",
                "fdb add n 02-00-00-00-00-0A p         | PUT /api/v1/networks/n/fdb/02%3A00%3A00%3A00%3A00%3A0a"
                        + " {'port':'p','type':'static'}",
                "fdb add --type sticky n 02:00:00:00:00:0a p | PUT /api/v1/networks/n/fdb/02%3A00%3A00%3A00%3A00%3A0a"
                        + " {'port':'p','type':'sticky'}",
                "fdb remove n 02:00:00:00:00:0a        | DELETE /api/v1/networks/n/fdb/02%3A00%3A00%3A00%3A00%3A0a",
                "fdb flush n                           | POST /api/v1/networks/n/fdb/flush {}",
                "fdb flush n --port p                  | POST /api/v1/networks/n/fdb/flush {'port':'p'}",
            })
    void sendsOneRequest(String words, String request) {
        shell.run(words.split(" "));

        assertThat(daemon.requests()).containsExactly(request.replace('\'', '"'));
    }

    @Test
    void aRefusalIsOneLineThatNamesTheField() {
        daemon.on("POST /api/v1/ports", 400, PROBLEM);

        Shell.Result result = shell.run("port", "add", "p", "--type", "tap", "--mtu", "99");

        assertThat(result).isEqualTo(new Shell.Result(1, "", "error: tap.mtu: 99 is out of range\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"detail\":\"no such port\"} | error: no such port",
                "{\"title\":\"Gone\"}          | error: Gone",
                "<html>                        | error: the daemon answered 404 Not Found",
                "[]                            | error: the daemon answered 404 Not Found",
            })
    void aRefusalWithoutAFieldIsOneLineAsWell(String body, String line) {
        daemon.on("GET /api/v1/ports/p", 404, body);

        assertThat(shell.run("port", "show", "p")).isEqualTo(new Shell.Result(1, "", line + "\n"));
    }

    @Test
    void anAnswerThatIsNotJsonIsAnError() {
        daemon.on("GET /api/v1/ports", 200, "<html>");

        assertThat(shell.run("port", "list"))
                .isEqualTo(new Shell.Result(
                        1, "", "error: " + daemon.url() + " does not answer in JSON: is it TapSwitch?\n"));
    }

    @Test
    void goesOnWhenOneOfSeveralIsRefused() {
        daemon.on("DELETE /api/v1/ports/b", 204, "");

        Shell.Result result = shell.run("port", "remove", "a", "b", "c");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEqualTo("port b removed\n");
        assertThat(result.err().lines()).hasSize(2);
    }

    @Test
    void sendsTheToken() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
        daemon.on("GET /api/v1/status", 200, "{}");

        assertThat(shell.run("status", "--token-file", token.toString()).exitCode())
                .isZero();
        assertThat(daemon.requests()).containsExactly("GET /api/v1/status Bearer s3cret");
    }

    @Test
    void saysHowToGiveTheTokenWhenItWasNot() {
        daemon.on("GET /api/v1/status", 401, "{\"detail\":\"a token is needed\"}");

        assertThat(shell.run("status").err())
                .isEqualTo(
                        "error: the daemon wants a token: name the file that holds it with --token-file, or put it into"
                                + " TAPSWITCH_TOKEN\n");
    }

    @Test
    void saysWhatIsWrongWithATokenThatWasGiven() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "wrong");
        daemon.on("GET /api/v1/status", 401, "{\"detail\":\"no\"}");

        assertThat(shell.run("status", "--token-file", token.toString()).err()).isEqualTo("error: no\n");
    }

    @Test
    void aResultThatCannotBeWrittenIsAnError() {
        daemon.on("GET /api/v1/status", 200, "{}");
        StringWriter err = new StringWriter();
        PrintWriter full = new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("no space left");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });

        int exitCode = Main.commandLine()
                .setOut(full)
                .setErr(new PrintWriter(err, true))
                .execute("--url", daemon.url(), "-o", "json", "status");

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: ").hasLineCount(1);
    }

    @Test
    void aTokenThatCannotBeReadIsWrongUsage() throws IOException {
        String file = directory.resolve("token").toString();
        assertThat(shell.run("status", "--token-file", file))
                .isEqualTo(new Shell.Result(2, "", "error: --token-file: cannot read " + file + ": no such file\n"));

        Files.writeString(directory.resolve("token"), "two\nlines\r\nX: y");
        assertThat(shell.run("status", "--token-file", file).exitCode()).isEqualTo(2);
        assertThat(daemon.requests()).isEmpty();
    }

    @Test
    void followsThePagesOfTheFdbToTheEnd() throws IOException {
        daemon.on("GET /api/v1/networks", 200, "[{\"name\":\"default\"},{\"name\":\"blue\"}]")
                .on("GET /api/v1/networks/default/fdb?limit=1000", 200, page("02:00:00:00:00:01", "02:00:00:00:00:01"))
                .on(
                        "GET /api/v1/networks/default/fdb?limit=1000&after=02%3A00%3A00%3A00%3A00%3A01",
                        200, page("02:00:00:00:00:02", null))
                .on(
                        "GET /api/v1/networks/blue/fdb?limit=1000",
                        200,
                        page("02:00:00:00:00:03", null).replace("\"web1\"", "\"far1\",\"vtep\":\"192.0.2.2\""))
                .on("GET /api/v1/status", 200, "{}");

        assertThat(shell.run("fdb", "list").out()).isEqualTo("""
                NETWORK  MAC                PORT  TYPE        AGE  VTEP
                default  02:00:00:00:00:01  web1  dynamic  3m 20s  -
                default  02:00:00:00:00:02  web1  dynamic  3m 20s  -
                blue     02:00:00:00:00:03  far1  dynamic  3m 20s  192.0.2.2
                """);
        JsonNode one = new ObjectMapper()
                .readTree(shell.run("-o", "json", "fdb", "list", "default").out());
        assertThat(one.findValuesAsText("mac")).containsExactly("02:00:00:00:00:01", "02:00:00:00:00:02");
        assertThat(one.path("total").asInt()).isEqualTo(2);
        assertThat(one.findValue("network")).isNull();
        JsonNode all =
                new YAMLMapper().readTree(shell.run("-o", "yaml", "fdb", "list").out());
        assertThat(all.findValuesAsText("network")).containsExactly("default", "default", "blue");
        assertThat(all.path("total").asInt()).isEqualTo(4);
    }

    @Test
    void inAClusterTheFdbNamesHosts() {
        daemon.on("GET /api/v1/status", 200, "{\"cluster\":{}}")
                .on(
                        "GET /api/v1/networks/blue/fdb?port=far1&limit=1000",
                        200,
                        page("02:00:00:00:00:03", null)
                                .replace(
                                        "\"web1\"",
                                        "\"far1\",\"vtep\":\"192.0.2.2\",\"host\":\"web2\",\"remotePort\":\"vm1\""));

        assertThat(shell.run("fdb", "list", "blue", "--port", "far1").out()).isEqualTo("""
                NETWORK  MAC                PORT  TYPE        AGE  VTEP       HOST  REMOTE-PORT
                blue     02:00:00:00:00:03  far1  dynamic  3m 20s  192.0.2.2  web2  vm1
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"neighbour", "neigh"})
    void followsThePagesOfNeighbours(String command) throws IOException {
        daemon.on("GET /api/v1/networks", 200, "[{\"name\":\"default\"},{\"name\":\"blue\"}]")
                .on("GET /api/v1/networks/default/neighbours?host=web2&limit=1000", 200, "{\"entries\":[],\"total\":0}")
                .on("GET /api/v1/networks/blue/neighbours?host=web2&limit=1000", 200, """
                        {"entries":[{"address":"10.0.0.9","mac":"02:00:00:00:00:09","host":"web2","port":"vm1",
                                     "vtep":"192.0.2.2"}],"total":2,"next":"10.0.0.9"}""")
                .on("GET /api/v1/networks/blue/neighbours?host=web2&limit=1000&after=10.0.0.9", 200, """
                        {"entries":[{"address":"fd00::9","mac":"02:00:00:00:00:09","host":"web2"}],"total":2}""");

        assertThat(shell.run(command, "list", "--host", "web2").out()).isEqualTo("""
                NETWORK  ADDRESS   MAC                HOST  PORT  VTEP
                blue     10.0.0.9  02:00:00:00:00:09  web2  vm1   192.0.2.2
                blue     fd00::9   02:00:00:00:00:09  web2  -     -
                """);
        JsonNode all = new ObjectMapper()
                .readTree(daemon.shell("-o", "json")
                        .run(command, "list", "--host", "web2")
                        .out());
        assertThat(all.findValuesAsText("address")).containsExactly("10.0.0.9", "fd00::9");
        assertThat(all.findValuesAsText("network")).containsExactly("blue", "blue");
        assertThat(all.path("total").asInt()).isEqualTo(2);
    }

    private static String page(String mac, String next) {
        return "{\"entries\":[{\"mac\":\"" + mac + "\",\"port\":\"web1\",\"type\":\"dynamic\",\"ageSeconds\":200}],"
                + "\"total\":2" + (next == null ? "" : ",\"next\":\"" + next + "\"") + "}";
    }

    @Test
    void aListingThatIsCutShortDoesNotLookWhole() {
        daemon.on("GET /api/v1/networks/n/fdb?limit=1000", 200, page("02:00:00:00:00:01", "x"));

        Shell.Result result = shell.run("-o", "json", "fdb", "list", "n");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("02:00:00:00:00:01").doesNotContain("]");
        assertThat(result.err()).hasLineCount(1);
    }
}
