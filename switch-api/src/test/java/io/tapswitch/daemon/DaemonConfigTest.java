package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DaemonConfigTest {
    private static final ConfigReader READER = new ConfigReader(new PortDrivers(List.of(new MemoryDriver())));

    private static DaemonConfig read(String yaml, String options) {
        ObjectNode given = ConfigReader.parseYaml(options);
        return DaemonConfig.of(ConfigReader.parseYaml(yaml), given, READER);
    }

    @Test
    void hasDefaults() {
        DaemonConfig config = read("", "");
        assertThat(config.stateDir()).isEqualTo(Path.of("/var/lib/tapswitch"));
        assertThat(config.eventLoops()).isZero();
        assertThat(config.cluster()).isNull();
        assertThat(config.switchConfig()).isEqualTo(SwitchConfig.EMPTY);
        assertThat(config.api().tokenFile()).isEqualTo("/var/lib/tapswitch/token");
    }

    @Test
    void readsEveryKey() {
        DaemonConfig config = read("""
                stateDir: /state
                eventLoops: 4
                api: {socket: /s, socketMode: "0600", socketGroup: kvm, listen: none, tokenFile: /t}
                cluster: {name: lab, secretFile: /s, host: web1, bind: 192.0.2.1, members: [192.0.2.2]}
                networks: [{name: blue, vlan: 10}]
                ports: [{name: web1, type: memory, network: blue}]
                fdb: [{network: blue, mac: "02:00:00:00:00:01", port: web1}]
                """, "");
        assertThat(config.stateDir()).isEqualTo(Path.of("/state"));
        assertThat(config.eventLoops()).isEqualTo(4);
        assertThat(config.api().socketGroup()).isEqualTo("kvm");
        assertThat(config.api().listenAddress()).isEmpty();
        assertThat(config.api().tokenFile()).isEqualTo("/t");
        assertThat(config.cluster().host()).isEqualTo("web1");
        assertThat(config.cluster().members()).containsExactly("192.0.2.2:5701");
        assertThat(config.switchConfig().port("web1")).isPresent();
        assertThat(config.switchConfig().fdb()).hasSize(1);
    }

    @Test
    void optionsWinOverTheFile() {
        DaemonConfig config = read(
                "{stateDir: /a, eventLoops: 1, api: {socket: /s, listen: none}}",
                "{stateDir: /b, api: {socket: none}}");
        assertThat(config.stateDir()).isEqualTo(Path.of("/b"));
        assertThat(config.eventLoops()).isEqualTo(1);
        assertThat(config.api().socketPath()).isEmpty();
        assertThat(config.api().listenAddress()).isEmpty();
    }

    @Test
    void anOptionReplacesAListOfTheFile() {
        DaemonConfig config = read(
                "cluster: {name: lab, secretFile: /s, host: web1, bind: 192.0.2.1, members: [192.0.2.2, 192.0.2.3]}",
                "cluster: {members: [192.0.2.4], encryption: false}");
        assertThat(config.cluster().members()).containsExactly("192.0.2.4:5701");
        assertThat(config.cluster().encryption()).isFalse();
        assertThat(config.cluster().name()).isEqualTo("lab");
    }

    @Test
    void keysWithoutAValueHaveTheirDefault() {
        assertThat(read("cluster: ", "").cluster()).isNull();
        assertThat(read("{stateDir: , networks: , ports: , api: {socketGroup: }}", "")
                        .api()
                        .socketGroup())
                .isNull();
    }

    @Test
    void namesTheKeyThatIsWrong() {
        assertWrong("loops: 1", "loops", "known are [api, cluster, eventLoops, fdb, networks, ports, stateDir]");
        assertWrong("eventLoops: 65", "eventLoops", "0 to 64");
        assertWrong("eventLoops: '2'", "eventLoops", "a whole number");
        assertWrong("api: {port: 80}", "api.port", "known are");
        assertWrong("api: {listen: '0.0.0.0:80'}", "api.listen", "needs TLS");
        assertWrong("api: {socketMode: 0660}", "api.socketMode", "text");
        assertWrong("api: none", "api", "an object");
        assertWrong("cluster: {}", "cluster.name", "is missing");
        assertWrong("cluster: {name: lab, secretFile: s}", "cluster.secretFile", "absolute path");
        assertWrong("cluster: on", "cluster", "an object");
        assertWrong("ports: [{name: web1, type: memory, colour: red}]", "ports[0].colour", "known are");
    }

    private static void assertWrong(String yaml, String field, String detail) {
        assertThatThrownBy(() -> read(yaml, "")).isInstanceOfSatisfying(ConfigException.class, e -> {
            assertThat(e.field()).as(yaml).isEqualTo(field);
            assertThat(e.detail()).as(yaml).contains(detail);
        });
    }
}
