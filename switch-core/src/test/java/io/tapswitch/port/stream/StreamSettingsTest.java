package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamSettingsTest {
    private static StreamSettings read(String yaml) {
        return StreamFixture.settings(yaml);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "listen: 'unix:/s' | {'listen':'unix:/s','maxConnections':1,'mode':'0660'}",
                "listen: 'unix:/s', owner: root, group: kvm, mode: '600', maxConnections: 50"
                        + " | {'listen':'unix:/s','maxConnections':50,'mode':'0600','owner':'root','group':'kvm'}",
                "listen: 'tcp:[::1]:9' | {'listen':'tcp:[::1]:9','maxConnections':1}",
                "connect: 'unix:/s' | {'connect':'unix:/s','reconnectSeconds':5}",
                "connect: 'tcp:10.0.0.1:9', reconnectSeconds: 60"
                        + " | {'connect':'tcp:10.0.0.1:9','reconnectSeconds':60}",
                "connect: 'unix:/s', maxConnections: 1, mode: '0660' | {'connect':'unix:/s','reconnectSeconds':5}",
            })
    void fillsInWhatApplies(String yaml, String json) {
        StreamSettings settings = read(yaml);
        assertThat(ConfigReader.JSON.valueToTree(settings).toString()).isEqualTo(json.replace('\'', '"'));
        assertThat(ConfigReader.read(ConfigReader.JSON.valueToTree(settings), StreamSettings.class, ""))
                .isEqualTo(settings);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | listen",
                "listen: 'unix:/s', connect: 'unix:/t' | connect",
                "listen: 's' | listen",
                "connect: 'tcp:1.2.3.4:0' | connect",
                "listen: 'unix:/s', maxConnections: 0 | maxConnections",
                "listen: 'unix:/s', maxConnections: 4097 | maxConnections",
                "listen: 'unix:/s', mode: 0660 | mode",
                "listen: 'unix:/s', mode: '0668' | mode",
                "listen: 'tcp:127.0.0.1:9', mode: '0600' | mode",
                "listen: 'tcp:127.0.0.1:9', owner: root | owner",
                "connect: 'unix:/s', group: kvm | group",
                "connect: 'unix:/s', maxConnections: 2 | maxConnections",
                "connect: 'unix:/s', reconnectSeconds: 0 | reconnectSeconds",
                "listen: 'unix:/s', reconnectSeconds: 9 | reconnectSeconds",
                "listen: 'unix:/s', interface: tap0 | interface",
            })
    void namesTheFieldThatIsWrong(String yaml, String field) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.field())
                .isEqualTo(field));
    }

    @Test
    void onlyAListeningPortHasItsAddressForItself() {
        StreamDriver driver = new StreamDriver();
        assertThat(driver.exclusiveResource("a", read("listen: 'unix:/run/../s'")))
                .isEqualTo("socket unix:/s");
        assertThat(driver.exclusiveResource("a", read("listen: 'tcp:127.0.0.1:0'")))
                .isNull();
        assertThat(driver.exclusiveResource("a", read("connect: 'unix:/s'"))).isNull();
    }
}
