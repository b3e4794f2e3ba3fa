package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterfaceAddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/24, 10.0.0.1/24",
        "10.0.0.0/31, 10.0.0.0/31",
        "192.168.1.255/32, 192.168.1.255/32",
        "10.0.0.1/0, 10.0.0.1/0",
        "fd00::1/64, fd00::1/64",
        "FD00:0:0:0:0:0:0:1/128, fd00::1/128",
        "fe80::1/10, fe80::1/10",
    })
    void readsAndWritesAddressesInNumbers(String text, String canonical) {
        assertThat(InterfaceAddress.parse(text)).hasToString(canonical);
        assertThat(InterfaceAddress.parse(canonical)).isEqualTo(InterfaceAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "10.0.0.1",
                "10.0.0.1/",
                "10.0.0.1/x",
                "10.0.0.1/-1",
                "10.0.0.1/+8",
                "10.0.0.1/024",
                "10.0.0.1/33",
                "10.0.0.1/24/24",
                "10.0.0.1 /24",
                " 10.0.0.1/24",
                "10.0.0/24",
                "10.1/24",
                "167772161/24",
                "10.0.0.256/24",
                "10.0.0.1./24",
                "localhost/8",
                "example.com/24",
                "face/64",
                "cafe.beef/8",
                "fd00::1",
                "fd00::1/129",
                "fd00::1%eth0/64",
                "[fd00::1]/64",
                "fd00:::1/64",
                "fd00::1::2/64",
                "1:2:3:4:5:6:7/64",
                "::ffff:10.0.0.1/120",
                "fd00::g/64",
                "10.0.0.1/99999999999",
                "１0.0.0.1/24"
            })
    void refusesAnythingElseWithoutAskingANameServer(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an interface address")
                .hasMessageContaining("write it like 10.0.0.1/24");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "224.0.0.1/4", "255.255.255.255/32", "::/0", "ff02::1/16"})
    void refusesAddressesThatNoInterfaceCanHave(String text) {
        assertThatThrownBy(() -> InterfaceAddress.parse(text)).hasMessageContaining("it is not a unicast address");
    }

    @Test
    void checksThePrefixLengthHoweverItIsMade() throws Exception {
        InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});
        assertThatThrownBy(() -> new InterfaceAddress(address, 33)).hasMessageContaining("must be 0 to 32");
    }
}
