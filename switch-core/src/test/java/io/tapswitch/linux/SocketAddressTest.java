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
    private static SocketAddress parse(String text) {
        return SocketAddress.parse(text, text.startsWith("tcp") ? SocketAddress.Kind.TCP : SocketAddress.Kind.UDP);
    }

    @ParameterizedTest
    @CsvSource({
        "unix:/run/a.sock, unix:/run/a.sock",
        "unix:/run//with space:1, unix:/run/with space:1",
        "unix:/run/a/../b.sock, unix:/run/b.sock",
        "udp:127.0.0.1:9001, udp:127.0.0.1:9001",
        "udp:localhost:9001, udp:127.0.0.1:9001",
        "tcp:0.0.0.0:1, tcp:0.0.0.0:1",
        "tcp:[::]:0, tcp:[::]:0",
        "udp:[0:0:0:0:0:0:0:1]:65535, udp:[::1]:65535",
        "tcp:[2001:DB8::1]:80, tcp:[2001:db8::1]:80",
        "tcp:[::ffff:10.0.0.1]:1, tcp:10.0.0.1:1",
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
                "unix:a.sock",
                "unix:/",
                "unix:/run/",
                "unix:/a/..",
                "unix:/a\0b",
                "/run/a.sock",
                "sctp:127.0.0.1:1",
                "UDP:127.0.0.1:1",
                "udp:",
                "udp:1",
                "udp::1",
                "udp:127.0.0.1",
                "udp:127.0.0.1:",
                "udp:127.0.0.1:-1",
                "udp:127.0.0.1:1e3",
                "udp:127.0.0.1:65536",
                "udp:127.0.0.1:99999",
                "udp:127.0.0.1:01",
                "udp:127.1:1",
                "udp:host.example:1",
                "udp::1:1",
                "udp:[127.0.0.1]:1",
                "udp:[fe80::1%lo]:1",
                "udp:[:::]:1",
                "udp:1.2.3.400:1",
                "tcp:[::1]",
                "udp:127.0.0.1:1 "
            })
    void refusesWithWhatWouldBeRight(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not the address of a socket")
                .hasMessageContaining("write it like unix:/run/a.sock");
    }

    @Test
    void refusesTheOtherTransport() {
        assertThatThrownBy(() -> SocketAddress.parse("udp:127.0.0.1:1", SocketAddress.Kind.TCP))
                .hasMessageContaining("tcp:[::1]:9001");
        assertThatThrownBy(() -> SocketAddress.parse("tcp:127.0.0.1:1", SocketAddress.Kind.UDP))
                .hasMessageContaining("udp:[::1]:9001");
    }

    @Test
    void knowsWhoCanReachIt() {
        assertThat(parse("unix:/run/vm1.sock").isLocal()).isTrue();
        assertThat(parse("tcp:[::1]:1").isLocal()).isTrue();
        assertThat(parse("tcp:0.0.0.0:1").isLocal()).isFalse();
        assertThat(parse("unix:/run/vm1.sock").isAnyPort()).isFalse();
        assertThat(parse("tcp:127.0.0.1:0").isAnyPort()).isTrue();
        assertThat(parse("tcp:127.0.0.1:0").withPort(5)).isEqualTo(parse("tcp:127.0.0.1:5"));
    }

    @Test
    void countsTheBytesOfAPath() {
        String longest = "/" + "x".repeat(106);
        assertThat(parse("unix:" + longest).path()).isEqualTo(longest);
        assertThatThrownBy(() -> parse("unix:" + longest + "x")).hasMessageContaining("has 108 bytes");
        assertThatThrownBy(() -> parse("unix:/" + "ä".repeat(54))).hasMessageContaining("has 109 bytes");
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
        ByteBuffer sockaddr = parse(text).toSockaddr();
        byte[] bytes = new byte[sockaddr.capacity() - 2];
        sockaddr.get(2, bytes);
        return sockaddr.order(ByteOrder.nativeOrder()).getShort(0) + " "
                + HexFormat.of().formatHex(bytes);
    }
}
