package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VxlanSettingsTest {
    private static VxlanSettings read(String yaml) {
        return ConfigReader.read(ConfigReader.parseYaml("{" + yaml + "}"), VxlanSettings.class, "vxlan");
    }

    @Test
    void fillsInTheDefaults() {
        assertThat(read("remote: 192.0.2.2"))
                .isEqualTo(new VxlanSettings(
                        "192.0.2.2", null, 4789, null, 64, false, 0, false, false, true, false, null));
    }

    @Test
    void takesEveryField() {
        assertThat(read("remote: '2001:db8::2', local: '2001:db8::1', port: 8472, namespace: underlay, ttl: 255,"
                        + " inheritTtl: true, dscp: 63, inheritDscp: true, strict: true, keepalive: true,"
                        + " mssClamp: true, secretFile: /etc/tapswitch/secret"))
                .isEqualTo(new VxlanSettings(
                        "2001:db8::2",
                        "2001:db8::1",
                        8472,
                        "underlay",
                        255,
                        true,
                        63,
                        true,
                        true,
                        true,
                        true,
                        "/etc/tapswitch/secret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "remote: 192.0.2.2",
                "remote: 192.0.2.2, local: 192.0.2.1, port: 1, ttl: 1, keepalive: false",
                "remote: '2001:db8::2', port: 65535, namespace: /proc/1/ns/net, secretFile: /s"
            })
    void comesBackFromItsDocument(String yaml) {
        VxlanSettings settings = read(yaml);
        JsonNode json = ConfigReader.JSON.valueToTree(settings);
        assertThat(ConfigReader.read(json, VxlanSettings.class, "vxlan")).isEqualTo(settings);
        assertThat(json.findValues("null")).isEmpty();
        assertThat(json.has("local")).isEqualTo(settings.local() != null);
        assertThat(json.has("secretFile")).isEqualTo(settings.secretFile() != null);
    }

    /** So that one VTEP is one, however it is written. */
    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:0:0:0:2, 2001:db8::2",
        "2001:DB8::0002, 2001:db8::2",
        "::ffff:192.0.2.2, 192.0.2.2",
        "::ffff:c000:202, 192.0.2.2",
        "192.0.2.2, 192.0.2.2"
    })
    void writesAnAddressInOneWay(String written, String canonical) {
        assertThat(read("remote: '" + written + "'").remote()).isEqualTo(canonical);
        String other = canonical.contains(":") ? "2001:db8::9" : "192.0.2.9";
        assertThat(read("remote: '" + other + "', local: '" + written + "'").local())
                .isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "port: 4789 | vxlan.remote | is missing",
                "remote: null | vxlan.remote | is missing",
                "remote: '' | vxlan.remote | '' is no IP address: write one in digits, such as 192.0.2.2 or 2001:db8::2",
                "remote: vtep.example | vxlan.remote | is no IP address",
                "remote: localhost | vxlan.remote | is no IP address",
                "remote: '192.0.2.2:4789' | vxlan.remote | is no IP address",
                "remote: 192.0.2 | vxlan.remote | is no IP address",
                "remote: 192.0.2.256 | vxlan.remote | is no IP address",
                "remote: '192.0.2.2/24' | vxlan.remote | is no IP address",
                "remote: '2001:db8::2::1' | vxlan.remote | is no IP address",
                "remote: 239.1.1.1 | vxlan.remote | '239.1.1.1' is not the address of one host",
                "remote: 'ff02::1' | vxlan.remote | is not the address of one host",
                "remote: 0.0.0.0 | vxlan.remote | is not the address of one host",
                "remote: '::' | vxlan.remote | is not the address of one host",
                "remote: 255.255.255.255 | vxlan.remote | is not the address of one host",
                "remote: 'fe80::1%eth0' | vxlan.remote | means another host on each link",
                "remote: 'fe80::1' | vxlan.remote | means another host on each link",
                "remote: 5 | vxlan.remote | must be text",
                "remote: 192.0.2.2, local: here | vxlan.local | 'here' is no IP address",
                "remote: 192.0.2.2, local: 0.0.0.0 | vxlan.local | is not the address of one host",
                "remote: 192.0.2.2, local: 224.0.0.1 | vxlan.local | is not the address of one host",
                "remote: 192.0.2.2, local: '2001:db8::1' | vxlan.local | '2001:db8::1' and '192.0.2.2' are not of the same version of IP",
                "remote: '2001:db8::2', local: 192.0.2.1 | vxlan.local | are not of the same version of IP",
                "remote: 192.0.2.2, local: 192.0.2.2 | vxlan.remote | '192.0.2.2' is the local address; name the far VTEP's",
                "remote: '2001:db8::2', local: '2001:db8:0::2' | vxlan.remote | is the local address",
                "remote: 192.0.2.2, port: 0 | vxlan.port | 0 is out of range: use 1 to 65535",
                "remote: 192.0.2.2, port: 65536 | vxlan.port | use 1 to 65535",
                "remote: 192.0.2.2, port: '4789' | vxlan.port | must be a whole number",
                "remote: 192.0.2.2, namespace: a/b | vxlan.namespace | is neither a name of a network namespace nor",
                "remote: 192.0.2.2, namespace: '' | vxlan.namespace | is neither a name of a network namespace nor",
                "remote: 192.0.2.2, ttl: 0 | vxlan.ttl | use 1 to 255",
                "remote: 192.0.2.2, ttl: 256 | vxlan.ttl | use 1 to 255",
                "remote: 192.0.2.2, dscp: -1 | vxlan.dscp | use 0 to 63",
                "remote: 192.0.2.2, dscp: 64 | vxlan.dscp | use 0 to 63",
                "remote: 192.0.2.2, inheritTtl: 1 | vxlan.inheritTtl | must be true or false",
                "remote: 192.0.2.2, inheritDscp: 'yes' | vxlan.inheritDscp | must be true or false",
                "remote: 192.0.2.2, strict: 'true' | vxlan.strict | must be true or false",
                "remote: 192.0.2.2, keepalive: 0 | vxlan.keepalive | must be true or false",
                "remote: 192.0.2.2, mssClamp: [] | vxlan.mssClamp | must be true or false",
                "remote: 192.0.2.2, secretFile: secret | vxlan.secretFile | 'secret' is not an absolute path",
                "remote: 192.0.2.2, secretFile: '' | vxlan.secretFile | '' is not an absolute path",
                "remote: 192.0.2.2, secretFile: \"/a\\0b\" | vxlan.secretFile | is not an absolute path",
                "remote: 192.0.2.2, secretFile: /s, keepalive: false | vxlan.keepalive | has to be on with a secretFile",
                "remote: 192.0.2.2, vni: 5 | vxlan.vni | is not a known field",
            })
    void refusesNamingTheField(String yaml, String field, String reason) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
    }

    @Test
    void knowsItsAddressesAndWhatItsHeadersTake() throws Exception {
        VxlanSettings four = read("remote: 192.0.2.2");
        assertThat(four.remoteAddress()).isEqualTo(InetAddress.getByName("192.0.2.2"));
        assertThat(four.localAddress()).isEqualTo(InetAddress.getByName("0.0.0.0"));
        assertThat(four.overhead()).isEqualTo(50);
        VxlanSettings six = read("remote: '2001:db8::2'");
        assertThat(six.remoteAddress()).isEqualTo(InetAddress.getByName("2001:db8::2"));
        assertThat(six.localAddress()).isEqualTo(InetAddress.getByName("::"));
        assertThat(six.overhead()).isEqualTo(70);
        assertThat(read("remote: 192.0.2.2, local: 192.0.2.1").localAddress())
                .isEqualTo(InetAddress.getByName("192.0.2.1"));
    }
}
