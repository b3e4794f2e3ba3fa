package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunSettingsTest {
    private static TunSettings read(String yaml) {
        return ConfigReader.read(ConfigReader.parseYaml("{" + yaml + "}"), TunSettings.class, "tun");
    }

    @Test
    void fillsInTheDefaults() {
        TunSettings settings = read("addresses: [10.0.0.1/24, 'FD00::1/64'], gateways: [10.0.0.254, 'fd00::fe']");
        assertThat(settings.persistent()).isFalse();
        assertThat(settings.offload()).isTrue();
        assertThat(settings.up()).isTrue();
        assertThat(settings.addresses()).containsExactly("10.0.0.1/24", "fd00::1/64");
        assertThat(settings.prefixes()).isEmpty();
        assertThat(settings.gateways()).isEqualTo(List.of("10.0.0.254", "fd00::fe"));
        assertThat(settings.interfaceFor("web")).isEqualTo("web");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "up: true | tun.addresses | is missing",
                "addresses: [10.0.0.1] | tun.addresses[0] | the prefix length is missing",
                "addresses: [10.0.0.1/24], prefixes: [x] | tun.prefixes[0] | the prefix length is missing",
                "addresses: [10.0.0.1/24], gateways: [10.0.0.2/24] | tun.gateways[0] | write it like 10.0.0.254",
                "addresses: [10.0.0.1/24], gateways: [gw] | tun.gateways[0] | is not the address of a gateway",
                "addresses: [10.0.0.1/24], gateways: [255.255.255.255] | tun.gateways[0] | not the address of a gateway",
                "addresses: [10.0.0.1/24], gateways: [10.0.0.1] | tun.gateways[0] | is the host itself, or behind it",
                "prefixes: [10.0.0.0/24], gateways: [10.0.0.2] | tun.gateways[0] | is the host itself, or behind it",
                "addresses: [10.0.0.1/24], gateways: [10.0.0.2, 10.0.0.3] | tun.gateways[1] | one too many",
                "addresses: [10.0.0.1/24], mtu: 67 | tun.mtu | use 68 to 65521",
                "addresses: [10.0.0.1/24], mac: 'ff:ff:ff:ff:ff:ff' | tun.mac | is a group address or zero",
                "addresses: [10.0.0.1/24], interface: 'a/b' | tun.interface | cannot name a network interface",
                "addresses: [10.0.0.1/24], namespace: 'a/b' | tun.namespace | neither a name",
                "addresses: [10.0.0.1/24], queues: 2 | tun.queues | is not a known field",
            })
    void refusesNamingTheField(String yaml, String field, String reason) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
    }
}
