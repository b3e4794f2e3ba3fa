package io.tapswitch.port.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.InterfaceAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpPrefixTest {
    private static IpPrefix network(String text) {
        return IpPrefix.network(InterfaceAddress.parse(text));
    }

    private static IpPrefix host(String text) {
        return IpPrefix.host(InterfaceAddress.parse(text + (text.contains(":") ? "/128" : "/32")));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/24, 10.0.0.255, true",
        "10.0.0.1/24, 10.0.1.0, false",
        "10.0.0.1/32, 10.0.0.1, true",
        "10.0.0.1/32, 10.0.0.0, false",
        "10.0.0.1/0, 192.0.2.1, true",
        "10.0.0.1/0, fd00::1, false",
        "10.0.0.1/8, ::a00:1, false",
        "fd00::1/64, fd00::ffff:1, true",
        "fd00::1/64, fd00:0:0:1::1, false",
        "fd00::1/63, fd00:0:0:1::1, true",
        "fd00::1/65, fd00::8000:0:0:1, false",
        "fd00::1/128, fd00::1, true",
        "fd00::1/128, fd00::2, false",
        "fe80::1/0, fd00::1, true",
        "fd00::1/0, 10.0.0.1, false",
        "::1/64, 10.0.0.1, false",
    })
    void containsWhatBeginsWithItsBits(String network, String address, boolean contained) {
        IpPrefix other = host(address);
        assertThat(network(network).contains(other.high(), other.low())).isEqualTo(contained);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/24, 10.0.0.255, true",
        "10.0.0.1/24, 10.0.0.254, false",
        "10.0.0.1/24, 10.0.1.255, false",
        "10.0.0.1/30, 10.0.0.3, true",
        "10.0.0.1/31, 10.0.0.1, false",
        "10.0.0.1/32, 10.0.0.1, false",
        "fd00::1/120, fd00::ff, false",
    })
    void knowsItsBroadcastAddress(String network, String address, boolean broadcast) {
        IpPrefix other = host(address);
        assertThat(network(network).isBroadcast(other.high(), other.low())).isEqualTo(broadcast);
    }
}
