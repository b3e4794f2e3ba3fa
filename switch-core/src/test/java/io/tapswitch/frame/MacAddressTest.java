package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void holdsTheFirstOctetOnTheWireInTheHighestBits() {
        assertThat(MacAddress.parse("02:01:00:0a:0b:ff")).isEqualTo(0x0201_000a_0bffL);
        assertThat(MacAddress.parse("ff-FF-ff-ff-ff-ff")).isEqualTo(MacAddress.BROADCAST);
    }

    @Test
    void writesLowerCaseWithColons() {
        assertThat(MacAddress.format(0x02ab_00cd_0e0fL)).isEqualTo("02:ab:00:cd:0e:0f");
        assertThat(MacAddress.format(0)).isEqualTo("00:00:00:00:00:00");
        assertThat(MacAddress.format(MacAddress.BROADCAST)).isEqualTo("ff:ff:ff:ff:ff:ff");
    }

    @Test
    void readsWhatItWrites() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            long mac = random.nextLong() & MacAddress.BROADCAST;
            assertThat(MacAddress.parse(MacAddress.format(mac))).isEqualTo(mac);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:00:00:00",
                "02:00:00:00:00:00:00",
                "2:0:0:0:0:1",
                "02:00:00:00:00:0g",
                "020000000001",
                "02:00:00:00:00:01\n",
                " 02:00:00:00:00:01",
                "0x:00:00:00:00:01",
                "+2:00:00:00:00:01"
            })
    void refusesAnythingElseAndSaysWhatToWrite(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not a MAC address: write six octets, such as 02:00:00:00:00:01");
    }

    @Test
    void tellsGroupFromIndividualByTheFirstBitOnTheWire() {
        assertThat(MacAddress.isGroup(MacAddress.BROADCAST)).isTrue();
        assertThat(MacAddress.isGroup(0x0100_5e00_0001L)).isTrue();
        assertThat(MacAddress.isGroup(0x3333_0000_0001L)).isTrue();
        assertThat(MacAddress.isGroup(0x0200_0000_0001L)).isFalse();
        assertThat(MacAddress.isGroup(0xfeff_ffff_ffffL)).isFalse();
    }

    @Test
    void acceptsOnlyIndividualAddressesAsSource() {
        assertThat(MacAddress.isValidSource(1)).isTrue();
        assertThat(MacAddress.isValidSource(0)).isFalse();
        assertThat(MacAddress.isValidSource(0x0100_0000_0000L)).isFalse();
        assertThat(MacAddress.isValidSource(MacAddress.BROADCAST)).isFalse();
    }

    @Test
    void reservesSixteenAddressesForOneLink() {
        for (int last = 0; last < 16; last++) {
            assertThat(MacAddress.isReserved(0x0180_c200_0000L + last)).isTrue();
        }
        assertThat(MacAddress.isReserved(0x0180_c200_0010L)).isFalse();
        assertThat(MacAddress.isReserved(0x0180_c1ff_ffffL)).isFalse();
        assertThat(MacAddress.PAUSE).isEqualTo(MacAddress.parse("01:80:c2:00:00:01"));
    }
}
