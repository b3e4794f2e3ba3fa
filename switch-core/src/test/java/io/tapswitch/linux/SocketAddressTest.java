package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketAddressTest {
    @ParameterizedTest
    @CsvSource({
        "unix:/run/a.sock, unix:/run/a.sock",
        "unix:/run//with space:1, unix:/run/with space:1",
        "udp:127.0.0.1:9001, udp:127.0.0.1:9001",
        "tcp:0.0.0.0:1, tcp:0.0.0.0:1",
        "udp:[0:0:0:0:0:0:0:1]:65535, udp:[::1]:65535",
        "tcp:[2001:DB8::1]:80, tcp:[2001:db8::1]:80",
    })
    void readsWhatItWrites(String text, String canonical) {
        SocketAddress address = SocketAddress.parse(text);
        assertThat(address).hasToString(canonical);
        assertThat(SocketAddress.parse(canonical)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unix:",
                "unix:a.sock",
                "unix:/",
                "unix:/run/",
                "unix:/a\0b",
                "/run/a.sock",
                "sctp:127.0.0.1:1",
                "udp:127.0.0.1",
                "udp:127.0.0.1:0",
                "udp:127.0.0.1:65536",
                "udp:127.0.0.1:99999",
                "udp:127.0.0.1:01",
                "udp:127.1:1",
                "udp:localhost:1",
                "udp::1:1",
                "udp:[127.0.0.1]:1",
                "udp:[fe80::1%lo]:1",
                "udp:[::ffff:127.0.0.1]:1",
                "udp:[:::]:1",
                "udp:1.2.3.400:1",
                "tcp:[::1]",
                "udp:127.0.0.1:1 "
            })
    void refusesWithWhatWouldBeRight(String text) {
        assertThatThrownBy(() -> SocketAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not the address of a socket")
                .hasMessageContaining("write it like unix:/run/a.sock");
    }

    @Test
    void countsTheBytesOfAPath() {
        String longest = "/" + "x".repeat(106);
        assertThat(SocketAddress.parse("unix:" + longest).path()).isEqualTo(longest);
        assertThatThrownBy(() -> SocketAddress.parse("unix:" + longest + "x")).hasMessageContaining("has 108 bytes");
        assertThatThrownBy(() -> SocketAddress.parse("unix:/" + "ä".repeat(54))).hasMessageContaining("has 109 bytes");
    }

    @Test
    void isWhatTheKernelReads() {
        assertThat(sockaddr("unix:/a")).isEqualTo("1 2f6100");
        assertThat(sockaddr("udp:127.0.0.2:9001")).isEqualTo("2 23297f0000020000000000000000");
        assertThat(sockaddr("tcp:[fd00::1]:80"))
                .isEqualTo("10 0050" + "00000000" + "fd000000000000000000000000000001" + "00000000");
    }

    /** The family, which is in the machine's own order, and the rest. */
    private static String sockaddr(String text) {
        ByteBuffer sockaddr = SocketAddress.parse(text).toSockaddr();
        byte[] bytes = new byte[sockaddr.capacity() - 2];
        sockaddr.get(2, bytes);
        return sockaddr.order(ByteOrder.nativeOrder()).getShort(0) + " "
                + HexFormat.of().formatHex(bytes);
    }
}
