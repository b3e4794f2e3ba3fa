package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTextTest {
    private static final String ETHERNET = "02000000000b" + "02000000000a" + "86dd";

    /** IPv6 with a payload of 8 bytes, UDP. */
    private static final String IPV6 = "60000000" + "0008" + "11" + "40";

    private static final String UDP = "03e8" + "0035" + "0008" + "0000";

    /** RFC 5952, 4: the longest run of zeros is left out, the first of several, and a single zero is written. */
    @ParameterizedTest
    @CsvSource({
        "fd000000000000000000000000000001, fd00::1",
        "fe80000000000000020000fffe00000a, fe80::200:ff:fe00:a",
        "20010db8000000000001000000000001, 2001:db8::1:0:0:1",
        "20010db8000100010001000000010001, 2001:db8:1:1:1:0:1:1",
        "00000000000000000000000000000000, ::",
        "ff0200000000000000000001ff00000a, ff02::1:ff00:a",
    })
    void writesIpv6AddressesInTheirShortForm(String hex, String text) {
        assertThat(line(ETHERNET + IPV6 + hex + "20010db8000000000000000000000053" + UDP))
                .contains(" IPv6 " + text + " port 1000 > 2001:db8::53 port 53 UDP ");
        assertThat(line(ETHERNET + IPV6 + "20010db8000000000000000000000053" + hex + UDP))
                .contains(" IPv6 2001:db8::53 port 1000 > " + text + " port 53 UDP ");
    }

    private static String line(String hex) {
        byte[] frame = HexFormat.of().parseHex(hex);
        return FrameText.of(new PcapngReader.Packet("web1", 0, true, frame.length, ByteBuffer.wrap(frame), null));
    }
}
