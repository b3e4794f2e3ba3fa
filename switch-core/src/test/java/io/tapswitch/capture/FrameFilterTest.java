package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameFilterTest {
    /** From 10.0.0.1 port 1000 to 10.0.0.2 port 80. */
    private static final String TCP = "02000000000b02000000000a0800" + "450000280000000040060000" + "0a0000010a000002"
            + "03e80050000000000000000050020000000000000000";

    /** From 2001:db8::1 port 5000 to 2001:db8::2 port 53, behind a fragment header of a first fragment. */
    private static final String UDP6 = "02000000000b02000000000a86dd"
            + "6000000000102c4020010db800000000000000000000000120010db8000000000000000000000002"
            + "1100000100000001" + "1388003500080000";

    /** Who has 10.0.0.2, tell 10.0.0.1. */
    private static final String ARP =
            "ffffffffffff02000000000a0806" + "0001080006040001" + "02000000000a0a000001" + "0000000000000a000002";

    /** A later fragment of UDP. */
    private static final String FRAGMENT =
            "02000000000b02000000000a0800" + "4500001c0000010040110000" + "0a0000010a000002" + "0050005000080000";

    private final Frame frame = new Frame();
    private final FrameFilter.Scratch scratch = new FrameFilter.Scratch();

    private boolean matches(String filter, byte[] bytes) {
        frame.set(bytes);
        return FrameFilter.parse(filter).matches(frame, scratch);
    }

    private static byte[] frame(String name) {
        return switch (name) {
            case "tcp" -> Frames.hex(TCP);
            case "tagged" -> Frames.tagged(Frames.hex(TCP), 10);
            case "udp6" -> Frames.hex(UDP6);
            case "arp" -> Frames.hex(ARP);
            case "fragment" -> Frames.hex(FRAGMENT);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp | ''",
                "tcp | host 10.0.0.1",
                "tcp | 10.0.0.1",
                "tcp | src host 10.0.0.1",
                "tcp | src 10.0.0.1 and dst 10.0.0.2",
                "tcp | src or dst host 10.0.0.2",
                "tcp | ip host 10.0.0.1",
                "tcp | net 10.0.0.0/8",
                "tcp | src and dst net 10.0.0.0/30",
                "tcp | net 0.0.0.0/0",
                "tcp | port 80",
                "tcp | dst port 80",
                "tcp | tcp src port 1000",
                "tcp | portrange 70-80",
                "tcp | port 443 or 80",
                "tcp | not port 443",
                "tcp | not (udp or arp)",
                "tcp | ip",
                "tcp | ip proto 6",
                "tcp | ip proto tcp",
                "tcp | ether proto ip",
                "tcp | ether proto 0x0800",
                "tcp | ether src 02:00:00:00:00:0a",
                "tcp | ether dst 02-00-00-00-00-0B",
                "tcp | ether host 02:00:00:00:00:0a",
                "tcp | greater 56 and less 56",
                "tcp | not vlan",
                "tagged | vlan",
                "tagged | vlan 10 and tcp port 80 and host 10.0.0.1",
                "udp6 | ip6 and udp port 53",
                "udp6 | host 2001:db8::1",
                "udp6 | ip6 net 2001:db8::/32",
                "udp6 | dst net 2001:db8::2/127",
                "udp6 | src port 5000",
                "udp6 | ip6 proto 17",
                "arp | arp",
                "arp | host 10.0.0.2",
                "arp | arp src host 10.0.0.1",
                "arp | broadcast",
                "arp | ether broadcast",
                "arp | multicast",
                "fragment | udp",
                "fragment | udp or arp and icmp or ip",
            })
    void takes(String name, String filter) {
        assertThat(matches(filter, frame(name))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp | host 10.0.0.3",
                "tcp | dst host 10.0.0.1",
                "tcp | src and dst host 10.0.0.1",
                "tcp | arp host 10.0.0.1",
                "tcp | net 10.0.1.0/24",
                "tcp | src port 80",
                "tcp | udp port 80",
                "tcp | portrange 81-999",
                "tcp | udp",
                "tcp | ip6",
                "tcp | icmp or icmp6 or sctp",
                "tcp | ip6 proto 6",
                "tcp | greater 57",
                "tcp | less 55",
                "tcp | vlan",
                "tcp | multicast",
                "tcp | tcp or udp and icmp",
                "tagged | vlan 11",
                "udp6 | host 10.0.0.1",
                "udp6 | ip6 net 2001:db9::/32",
                "udp6 | dst net 2001:db8::4/127",
                "arp | ip",
                "arp | port 80",
                "fragment | port 80",
            })
    void leavesOut(String name, String filter) {
        assertThat(matches(filter, frame(name))).isFalse();
    }

    @Test
    void readsSignsForWordsWithoutSpacesBetween() {
        assertThat(matches("!(udp||arp)&&tcp", frame("tcp"))).isTrue();
        assertThat(matches("!(udp||tcp)&&tcp", frame("tcp"))).isFalse();
    }

    @Test
    void aShortFrameHasNothingButItsLength() {
        for (int length = 0; length < Frames.hex(TCP).length; length++) {
            byte[] cut = Arrays.copyOf(Frames.hex(TCP), length);
            assertThat(matches("less " + length, cut)).isTrue();
            assertThat(matches("port 80", cut)).as("%d bytes", length).isEqualTo(length >= 38);
            assertThat(matches("host 10.0.0.1", cut)).isEqualTo(length >= 34);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host | ends at character 5; expected is an IP address such as 10.0.0.1",
                "host web1 | has 'web1' at character 6; expected is an IP address such as 10.0.0.1",
                "foo | has 'foo' at character 1; expected is an IP address such as 10.0.0.1",
                "tcp prot 80 | has 'prot' at character 5; expected is 'and', 'or' or the end; or 'host', 'net', 'port' in front"
                        + " of it",
                "port http | has 'http' at character 6; expected is a number from 0 to 65535",
                "port 65536 | has '65536' at character 6; expected is a number from 0 to 65535",
                "portrange 80 | has '80' at character 11; expected is two port numbers such as 5000-5010",
                "portrange 9-8 | has '9-8' at character 11; expected is a number from 9 to 65535",
                "net 10.0.0.0/33 | has '10.0.0.0/33' at character 5; expected is a number from 0 to 32",
                "ether | ends at character 6; expected is 'host', 'src', 'dst', 'proto', 'broadcast' or 'multicast'",
                "ether host 10.0.0.1 | has '10.0.0.1' at character 12; expected is a MAC address such as 02:00:00:00:00:01",
                "arp port 80 | has '80' at character 10; expected is something else behind 'arp' than a port",
                "(tcp | ends at character 5; expected is ')'",
                "tcp) | has ')' at character 4; expected is 'and', 'or' or the end",
                "tcp and | ends at character 8; expected is a condition such as 'arp', 'host 10.0.0.1' or 'port 80'",
                "vlan 5000 | has '5000' at character 6; expected is a number from 0 to 4095",
                "tcp & udp | has '&' at character 5; expected is 'and', 'or' or the end; or 'host', 'net', 'port' in front of"
                        + " it",
            })
    void saysWhichWordDoesNotFitAndWhere(String filter, String problem) {
        assertThatThrownBy(() -> FrameFilter.parse(filter))
                .isInstanceOf(ConfigException.class)
                .hasMessage("filter: " + problem);
    }

    @Test
    void refusesWhatWouldNestTooDeep() {
        assertThatThrownBy(() -> FrameFilter.parse("not ".repeat(100) + "tcp")).hasMessageContaining("at most 50");
        assertThatThrownBy(() -> FrameFilter.parse("tcp or ".repeat(1000) + "tcp"))
                .hasMessageContaining("longer than 2000");
    }
}
