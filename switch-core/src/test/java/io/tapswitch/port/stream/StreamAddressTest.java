package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamAddressTest {
    private static StreamAddress parse(String text) {
        return StreamAddress.parse("listen", text);
    }

    @ParameterizedTest
    @CsvSource({
        "unix:/run/vm1.sock,       unix:/run/vm1.sock",
        "unix:/run/a/../vm 1.sock, unix:/run/vm 1.sock",
        "tcp:127.0.0.1:9000,       tcp:127.0.0.1:9000",
        "tcp:localhost:9000,       tcp:127.0.0.1:9000",
        "tcp:[0:0::1]:9000,        tcp:[::1]:9000",
        "tcp:[::ffff:10.0.0.1]:1,  tcp:10.0.0.1:1",
        "tcp:0.0.0.0:65535,        tcp:0.0.0.0:65535",
        "tcp:[::]:0,               tcp:[::]:0",
    })
    void hasOneFormForEachAddress(String text, String canonical) {
        assertThat(parse(text)).hasToString(canonical);
        assertThat(parse(canonical)).isEqualTo(parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unix",
                "unix:",
                "unix:vm1.sock",
                "unix:/",
                "unix:/a/..",
                "unix:/a\0b",
                "/run/vm1.sock",
                "tcp:",
                "tcp:9000",
                "tcp::9000",
                "tcp:127.0.0.1",
                "tcp:127.0.0.1:",
                "tcp:127.0.0.1:65536",
                "tcp:127.0.0.1:-1",
                "tcp:127.0.0.1:1e3",
                "tcp:999.0.0.1:9",
                "tcp:1.2.3:9",
                "tcp:::1:9",
                "tcp:[::1]",
                "tcp:[::1%lo]:9",
                "tcp:[1.2.3.4.5]:9",
                "tcp:host:9",
                "tcp:host.example:9",
                "udp:127.0.0.1:9",
                "TCP:127.0.0.1:9"
            })
    void refusesWhatIsNoneAndNamesTheField(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("listen: ");
    }

    @Test
    void knowsWhoCanReachIt() {
        assertThat(parse("unix:/run/vm1.sock").isUnix()).isTrue();
        assertThat(parse("tcp:127.0.0.1:0").isAnyPort()).isTrue();
        assertThat(parse("tcp:127.0.0.1:0").withPort(5)).isEqualTo(parse("tcp:127.0.0.1:5"));
    }
}
