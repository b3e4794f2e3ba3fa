package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.UdpGsoSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's own TCP and UDP through the switch: what a TAP leaves undone arrives whole and intact. */
@NeedsTap
class OffloadIT {
    private static final long BULK = 64L << 20;
    private static final String V4 = "10.79.0.2";
    private static final String V6 = "fd79::2";

    private TestSwitch net;

    @BeforeEach
    void aSwitch() {
        net = new TestSwitch();
    }

    @AfterEach
    void close() {
        net.close();
    }

    private TestPort port(TestSwitch where, String name, int number, String yaml, String tap) {
        String addresses = "[10.79.0." + number + "/24, 'fd79::" + number + "/64']";
        TestHost host = new TestHost().enableIpv6();
        return where.port(name, host, "tap: {addresses: " + addresses + tap + "}" + yaml);
    }

    private static long meanLength(TestPort port) {
        return meanLength(port.counters());
    }

    private static long meanLength(PortCounters counters) {
        return counters.sum(PortCounters.RX_BYTES) / counters.sum(PortCounters.RX_FRAMES);
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void carriesLargeTcpFramesWhole(String address) throws Exception {
        TestPort a = port(net, "a", 1, "", "");
        TestPort b = port(net, "b", 2, "", "");
        assertThat(a.view().info().offloads()).contains("checksum", "tso4", "tso6");
        Transfer.tcp(a.host(), b.host(), address, BULK);
        assertThat(meanLength(a)).isGreaterThan(9000);
        assertThat(a.counters().drops()).doesNotContainKeys(DropReason.OVERSIZE);
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "false, false"})
    void carriesTcpWhereAHostHasNoOffload(boolean sender, boolean receiver) throws Exception {
        TestPort a = port(net, "a", 1, "", ", offload: " + sender);
        TestPort b = port(net, "b", 2, "", ", offload: " + receiver);
        Transfer.tcp(a.host(), b.host(), V4, BULK / 4);
        Transfer.tcp(a.host(), b.host(), V6, BULK / 4);
        if (sender) {
            assertThat(meanLength(a)).isGreaterThan(9000);
        } else {
            assertThat(a.view().info().offloads()).isEmpty();
            assertThat(meanLength(a)).isBetween(1000L, 1514L);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void carriesJumboFrames(boolean offload) throws Exception {
        net.network("name: default, mtu: 9000");
        TestPort a = port(net, "a", 1, "", ", offload: " + offload);
        TestPort b = port(net, "b", 2, "", ", offload: " + offload);
        assertThat(a.host().ping(V4, 3, "-s", "8972", "-M", "do")).isEqualTo(3);
        Transfer.tcp(a.host(), b.host(), V4, BULK);
        Transfer.tcp(a.host(), b.host(), V6, BULK / 4);
        Transfer.udp(a.host(), b.host(), V6, 8952, 8951, 1);
        if (!offload) {
            assertThat(meanLength(a)).isBetween(7000L, 9014L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6})
    void carriesDatagramsWhoseChecksumIsOpen(String address) throws Exception {
        TestPort a = port(net, "a", 1, "", "");
        TestPort b = port(net, "b", 2, "", "");
        Transfer.udp(a.host(), b.host(), address, 0, 1, 2, 3, 17, 18, 512, 1400, 1451, 1452);
        Transfer.udp(b.host(), a.host(), address.replaceFirst("2$", "1"), 1, 1452);
    }

    @Test
    void carriesLargeUdpFramesWhole() throws Exception {
        TestPort a = port(net, "a", 1, "", "");
        TestPort b = port(net, "b", 2, "", "");
        boolean whole = a.view().info().offloads().contains("uso4");
        for (String address : new String[] {V4, V6}) {
            sendSegmented(a.host(), b.host(), address);
        }
        if (whole) {
            assertThat(meanLength(a)).isGreaterThan(9000);
        }
    }

    private static void sendSegmented(TestHost from, TestHost to, String address) throws Exception {
        InetSocketAddress server = new InetSocketAddress(address, 7001);
        byte[] bytes = new byte[40 * 1200 + 7];
        new Random(1).nextBytes(bytes);
        try (DatagramChannel receiver = Transfer.receiver(to, server);
                UdpGsoSocket sender = new UdpGsoSocket(from.namespace(), server, 1200)) {
            sender.send(bytes);
            for (int at = 0; at < bytes.length; at += 1200) {
                assertThat(Transfer.next(receiver))
                        .as("datagram at %d", at)
                        .isEqualTo(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1200)));
            }
        }
    }

    /**
     * A tag is pushed and popped while a large frame with an open checksum passes:
     *
     * <pre>
     *  a -- blue, first switch, trunk == cable == trunk, second switch, blue -- joint -- green -- b
     * </pre>
     *
     * The cable and the joint are namespaces with a plain Linux bridge. Where a TAP there has no offload, the kernel
     * itself cuts the frame and completes the checksum at the place that the switch says it is at, and the last host
     * checks the result.
     */
    @ParameterizedTest
    @CsvSource({"true, true", "false, true", "true, false", "false, false"})
    void pushesAndPopsTagsOfLargeFrames(boolean cableOffload, boolean jointOffload) throws Exception {
        try (TestSwitch second = new TestSwitch()) {
            TestHost cable = new TestHost();
            TestHost joint = new TestHost();
            net.network("name: blue, vlan: 10");
            second.network("name: blue, vlan: 10");
            second.network("name: green");
            TestPort a = port(net, "a", 1, ", network: blue", "");
            net.port("out", cable, "trunk: [blue], tap: {offload: " + cableOffload + "}");
            second.apply(config -> config.with(second.config(
                    "in", cable, "trunk: [blue], tap: {interface: tap1, offload: " + cableOffload + "}")));
            second.port("left", joint, "network: blue, tap: {offload: " + jointOffload + "}");
            second.apply(config -> config.with(second.config(
                    "right", joint, "network: green, tap: {interface: tap1, offload: " + jointOffload + "}")));
            TestPort b = port(second, "b", 2, ", network: green", "");
            cable.bridge("tap0", "tap1");
            joint.bridge("tap0", "tap1");

            Transfer.tcp(a.host(), b.host(), V4, BULK / 4);
            Transfer.tcp(a.host(), b.host(), V6, BULK / 8);
            assertThat(meanLength(a)).as("frames come in whole").isGreaterThan(1514);
            if (cableOffload) {
                assertThat(meanLength(second.service().port("in").counters()))
                        .as("tagged frames cross the trunk whole")
                        .isGreaterThan(1518);
            }
            Transfer.tcp(b.host(), a.host(), "10.79.0.1", BULK / 4);
            Transfer.tcp(b.host(), a.host(), "fd79::1", BULK / 8);
            Transfer.udp(a.host(), b.host(), V4, 1, 2, 1471, 1472);
            Transfer.udp(b.host(), a.host(), "fd79::1", 1, 1451, 1452);
            sendSegmented(a.host(), b.host(), V4);
        }
    }
}
