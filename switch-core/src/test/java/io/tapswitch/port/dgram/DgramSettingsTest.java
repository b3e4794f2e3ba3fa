package io.tapswitch.port.dgram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DgramSettingsTest {
    private static DgramSettings read(String yaml) {
        return ConfigReader.read(ConfigReader.parseYaml("{" + yaml + "}"), DgramSettings.class, "dgram");
    }

    @Test
    void fillsInTheModeOfAUnixSocketOnly() {
        assertThat(read("local: 'unix:/run//a', remote: 'unix:/run/b'"))
                .isEqualTo(new DgramSettings("unix:/run/a", "unix:/run/b", "0660", null, null));
        assertThat(read("local: 'unix:/a', remote: 'unix:/b', mode: '600', owner: vm, group: '7'"))
                .isEqualTo(new DgramSettings("unix:/a", "unix:/b", "0600", "vm", "7"));
        assertThat(read("local: 'udp:0.0.0.0:1', remote: 'udp:10.0.0.1:1'").mode())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "remote: 'unix:/b' | dgram.local | is missing",
                "local: 'unix:/a' | dgram.remote | is missing",
                "local: a, remote: 'unix:/b' | dgram.local | write it like unix:/run/a.sock",
                "local: 'tcp:127.0.0.1:1', remote: 'tcp:127.0.0.1:2' | dgram.local | unix:/run/a.sock, udp:127.0.0.1:9001",
                "local: 'udp:127.0.0.1:1', remote: 'udp:127.0.0.1:0' | dgram.remote | has no port",
                "local: 'unix:/a', remote: 'udp:127.0.0.1:2' | dgram.remote | of another kind than 'unix:/a'",
                "local: 'udp:[::1]:1', remote: 'udp:127.0.0.1:2' | dgram.remote | the same version of IP",
                "local: 'unix:/a', remote: 'unix://a' | dgram.remote | is the port's own address",
                "local: 'udp:127.0.0.1:1', remote: 'udp:0.0.0.0:1' | dgram.remote | not the address of one host",
                "local: 'udp:127.0.0.1:1', remote: 'udp:239.0.0.1:1' | dgram.remote | not the address of one host",
                "local: 'unix:/a', remote: 'unix:/b', mode: '0888' | dgram.mode | in octal",
                "local: 'unix:/a', remote: 'unix:/b', mode: 432 | dgram.mode | must be text",
                "local: 'udp:127.0.0.1:1', remote: 'udp:127.0.0.1:2', mode: '0600' | dgram.mode | applies only to a Unix socket",
                "local: 'udp:127.0.0.1:1', remote: 'udp:127.0.0.1:2', owner: vm | dgram.owner | applies only to a Unix socket",
                "local: 'udp:127.0.0.1:1', remote: 'udp:127.0.0.1:2', group: vm | dgram.group | applies only to a Unix socket",
            })
    void refusesNamingTheField(String yaml, String field, String reason) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
    }
}
