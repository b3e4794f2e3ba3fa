package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.cluster.ClusterConfig.Role;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterConfigTest {
    private static final String LEAST =
            "{name: lab, secretFile: /etc/tapswitch/secret, bind: 192.0.2.1, members: [192.0.2.1, 192.0.2.2]}";

    /** The least that a member needs, with these keys over it; null takes one out. */
    private static ClusterConfig read(String changes) {
        ObjectNode all = MergePatch.apply(ConfigReader.parseYaml(LEAST), ConfigReader.parseYaml(changes));
        return ConfigReader.read(all, ClusterConfig.class, "cluster");
    }

    @Test
    void hasDefaults() {
        ClusterConfig config = read("");
        assertThat(config.host()).isNull();
        assertThat(config.role()).isEqualTo(Role.MEMBER);
        assertThat(config.port()).isEqualTo(5701);
        assertThat(config.members()).containsExactly("192.0.2.1:5701", "192.0.2.2:5701");
        assertThat(config.vtep()).containsExactly("192.0.2.1");
        assertThat(config.vtepPort()).isEqualTo(4789);
        assertThat(config.namespace()).isNull();
        assertThat(config.encryption()).isTrue();
        assertThat(config.apiAddress()).contains(new InetSocketAddress("192.0.2.1", 7471));
    }

    @Test
    void answersOtherApisWhereItHasAnAddressInTheDaemonsNamespace() {
        assertThat(read("{bind: 192.0.2.3, namespace: underlay, apiPort: 8000}").apiAddress())
                .contains(new InetSocketAddress("192.0.2.3", 8000));
        assertThat(read("{role: client, bind: null, vtep: [192.0.2.4]}").apiAddress())
                .contains(new InetSocketAddress("192.0.2.4", 7471));
        assertThat(read("{role: client, bind: null, vtep: [192.0.2.4], namespace: underlay}")
                        .apiAddress())
                .isEmpty();
    }

    @Test
    void readsEveryKey() {
        ClusterConfig config = read("""
                name: lab2
                secretFile: /s
                host: web1
                role: lite
                bind: 2001:db8::1
                port: 5801
                apiPort: 5802
                members: ["192.0.2.9:5799"]
                vtep: [192.0.2.7, "2001:DB8:0:0::7"]
                vtepPort: 8472
                namespace: underlay
                encryption: false
                """);
        assertThat(config)
                .isEqualTo(new ClusterConfig(
                        "lab2",
                        "/s",
                        "web1",
                        Role.LITE,
                        "2001:db8::1",
                        5801,
                        5802,
                        List.of("192.0.2.9:5799"),
                        List.of("192.0.2.7", "2001:db8::7"),
                        8472,
                        "underlay",
                        false));
    }

    @Test
    void isReadBackAsItWasWritten() {
        ClusterConfig config = read("{host: web1, role: client}");
        assertThat(ConfigReader.read(ConfigReader.JSON.valueToTree(config), ClusterConfig.class, ""))
                .isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,              192.0.2.1:5801",
        "192.0.2.1:1,            192.0.2.1:1",
        "192.0.2.1:65535,        192.0.2.1:65535",
        "2001:db8::1,            [2001:db8::1]:5801",
        "2001:db8:0:0:0:0:0:1,   [2001:db8::1]:5801",
        "[2001:db8::1],          [2001:db8::1]:5801",
        "[2001:db8::1]:5701,     [2001:db8::1]:5701",
        "2001:db8::1:5701,       [2001:db8::1:5701]:5801",
        "::1,                    [::1]:5801",
        "127.0.0.1:5702,         127.0.0.1:5702",
    })
    void aMemberIsAnAddressAndPerhapsAPort(String written, String meant) {
        assertThat(read("{port: 5801, members: ['" + written + "']}").members()).containsExactly(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":5701",
                "192.0.2",
                "192.0.2.256",
                "web1",
                "web1.example.org:5701",
                "192.0.2.1:",
                "192.0.2.1:0",
                "192.0.2.1:+1",
                "192.0.2.1:-1",
                "192.0.2.1:65536",
                "192.0.2.1:99999999999",
                "192.0.2.1:5701:5701",
                "192.0.2.1 :5701",
                "[2001:db8::1",
                "2001:db8::1]",
                "[2001:db8::1]5701",
                "[2001:db8::1]:",
                "[2001:db8::1]:x",
                "[]:5701",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "255.255.255.255",
                "ff02::1",
                "fe80::1",
                "2001:db8::1%eth0",
            })
    void refusesAMemberThatIsNone(String written) {
        assertWrong("{members: [192.0.2.1, '" + written + "']}", "cluster.members[1]", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name:                     | name       | is missing",
                "name: Lab                 | name       | is not a name",
                "secretFile:               | secretFile | is missing",
                "secretFile: secret        | secretFile | is not an absolute path",
                "secretFile: \"/a\\0b\"    | secretFile | is not an absolute path",
                "host: Web1                | host       | is not a name",
                "host: web1/2              | host       | is not a name",
                "role: boss                | role       | 'boss' is not a role: use member, lite or client",
                "role: MEMBER              | role       | use member, lite or client",
                "bind:                     | bind       | is missing",
                "{role: lite, bind: }      | bind       | is missing",
                "bind: web1                | bind       | such as 192.0.2.2 or 2001:db8::2",
                "bind: 0.0.0.0             | bind       | is not the address of one host",
                "bind: 192.0.2.1:5701      | bind       | is no IP address",
                "port: 0                   | port       | use 1 to 65535",
                "port: 65536               | port       | use 1 to 65535",
                "port: '5701'              | port       | a whole number",
                "members:                  | members    | name some data members",
                "members: []               | members    | name some data members",
                "members: 192.0.2.1        | members    | must be a list",
                "members: [192.0.2.1, ~]   | members[1] | is missing",
                "vtep: 192.0.2.1           | vtep       | must be a list",
                "vtep: [239.1.1.1]         | vtep[0]    | is not the address of one host",
                "vtep: ['fe80::1']         | vtep[0]    | use one that is routed",
                "vtep: [192.0.2.1, ~]      | vtep[1]    | is missing",
                "vtep: [192.0.2.1, 192.0.2.2] | vtep    | two addresses of one version of IP",
                "vtep: ['::1', '::2']      | vtep       | two addresses of one version of IP",
                "{role: client, bind: }    | vtep       | without 'bind', name the address",
                "vtepPort: 0               | vtepPort   | use 1 to 65535",
                "namespace: .x             | namespace  | neither a name of a network namespace nor",
                "encryption: 1             | encryption | true or false",
                "hosts: 3                  | hosts      | is not a known field; known are [apiPort, bind, encryption, host",
            })
    void namesTheKeyThatIsWrong(String changes, String key, String detail) {
        assertWrong(changes, "cluster." + key, detail);
    }

    private static void assertWrong(String changes, String field, String detail) {
        assertThatThrownBy(() -> read(changes)).isInstanceOfSatisfying(ConfigException.class, e -> {
            assertThat(e.field()).isEqualTo(field);
            assertThat(e.detail()).contains(detail);
        });
    }

    @Test
    void aClientNeedsAVtepAndNothingToBind() {
        ClusterConfig config = read("{role: client, bind: ~, vtep: ['2001:db8::5']}");
        assertThat(config.bind()).isNull();
        assertThat(config.vtep()).containsExactly("2001:db8::5");
    }

    @ParameterizedTest
    @CsvSource({
        "web1,                 web1",
        "Web1.Example.ORG,     web1",
        "web_1,                web_1",
        "-web 1,               web-1",
        "büro,                 b-ro",
        "9,                    9",
    })
    void takesTheNameOfTheMachine(String machine, String host) {
        assertThat(read("").on(machine + "\n").host()).isEqualTo(host);
    }

    @Test
    void aNameOfTheHostItselfWins() {
        assertThat(read("host: web2").on("localhost").host()).isEqualTo("web2");
    }

    @Test
    void cutsTheNameOfTheMachineToWhatANameMayHave() {
        assertThat(read("").on("x".repeat(64)).host()).isEqualTo("x".repeat(63));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost.localdomain", "(none)", ".", "---", "ü"})
    void aMachineWithoutANameOfItsOwnNeedsOne(String machine) {
        assertThatThrownBy(() -> read("").on(machine)).isInstanceOfSatisfying(ConfigException.class, e -> {
            assertThat(e.field()).isEqualTo("host");
            assertThat(e.detail()).contains("the machine's name '" + machine + "'", "a name of its own");
        });
    }
}
