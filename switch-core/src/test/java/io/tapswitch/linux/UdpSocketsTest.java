package io.tapswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.linux.UdpSockets.Entry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpSocketsTest {
    private static final String HEADER =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer"
                    + " drops";

    @Test
    void readsTheKernelsLines() throws IOException {
        Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "the lines are of such a machine");
        assertThat(UdpSockets.parse(List.of(
                        HEADER,
                        "  215: 0100007F:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000   102        0"
                                + " 31337 2 0000000000000000 0",
                        " 2063: B80D0120000000000000000001000000:0035 00000000000000000000000000000000:0000 07"
                                + " 00000000:00000000 00:00000000 00000000     0        0 7 2 0000000000000000 0")))
                .containsExactly(
                        new Entry(InetAddress.getByName("127.0.0.1"), 4789, 102, 31337),
                        new Entry(InetAddress.getByName("2001:db8::1"), 53, 0, 7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1: 0100007F:12B5 00000000:0000", "1: 0100007F 0 0 0 0 0 0 0 0 0 0", "1: 01:1 0 0 0 0 0 0 0 0 0"
            })
    void saysWhichLineItCannotRead(String line) {
        assertThatThrownBy(() -> UdpSockets.parse(List.of(HEADER, line)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(line);
    }

    @Test
    void knowsItsOwnFromThoseOfOthers() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.7"))) {
            List<Entry> listed = UdpSockets.list().stream()
                    .filter(entry -> entry.port() == socket.getLocalPort())
                    .filter(entry -> entry.address().isLoopbackAddress()
                            || entry.address().getAddress().length > 4)
                    .toList();

            assertThat(listed).isNotEmpty();
            assertThat(UdpSockets.own())
                    .containsAll(listed.stream().map(Entry::inode).toList());
        }
    }
}
