package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.Privileges;
import io.tapswitch.linux.RawSocket;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.tun.Packets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A host without Ethernet, 10.85.0.1, and one with, 10.85.0.2: the kernel's own IP on both sides. */
@NeedsTap
class TunIT {
    private static final long BULK = 64L << 20;
    private static final String MAC = "02:00:00:00:00:99";

    private final List<TestHost> hosts = new ArrayList<>();
    private TestSwitch net;
    private TestHost tun;
    private TestPort tap;

    @BeforeEach
    void twoHosts() {
        net = new TestSwitch();
        tun = host();
        tap = tap("tap", 2);
    }

    private TestHost host() {
        TestHost host = new TestHost().enableIpv6();
        hosts.add(host);
        return host;
    }

    private TestPort tap(String name, int number) {
        return net.port(name, new TestHost().enableIpv6(), "tap: {addresses: " + addresses(number) + "}");
    }

    private static String addresses(int number) {
        return "[10.85.0." + number + "/24, 'fd85::" + number + "/64']";
    }

    private void add(String name, TestHost host, int number, String yaml) {
        net.add("name: " + name + ", type: tun, tun: {interface: tun0, namespace: " + host.namespace() + ", addresses: "
                + addresses(number) + yaml + "}");
    }

    private void addTun(String yaml) {
        add("tun", tun, 1, ", mac: '" + MAC + "'" + yaml);
    }

    @AfterEach
    void close() {
        net.close();
        hosts.forEach(TestHost::close);
    }

    private PortView view() {
        return net.service().port("tun");
    }

    private long drops(DropReason reason) {
        return view().counters().drops(reason);
    }

    /** Fails if there is no answer at all; a host's IPv6 address is not usable at once. */
    private static void ping6(TestHost from, String address) throws Exception {
        Await.until(address + " answers", 10, () -> {
            try {
                from.run("ping", "-6", "-q", "-c", "1", "-W", "1", address);
                return true;
            } catch (AssertionError unanswered) {
                return false;
            }
        });
    }

    @Test
    void pingsBothWays() throws Exception {
        addTun("");
        assertThat(tun.ping("10.85.0.2", 5)).isEqualTo(5);
        assertThat(tap.host().ping("10.85.0.1", 5)).isEqualTo(5);
        ping6(tun, "fd85::2");
        ping6(tap.host(), "fd85::1");
        assertThat(net.fdb("default")).containsEntry(MAC, "tun dynamic");
        assertThat(tap.host().ip("neigh show 10.85.0.1 dev tap0")).contains(MAC);
        assertThat(drops(DropReason.UNRESOLVED)).isZero();
    }

    @Test
    void isKnownByTheSameMacAddressAfterARestart() {
        add("tun", tun, 1, "");
        assertThat(tap.host().ping("10.85.0.1", 1)).isEqualTo(1);
        Map<String, String> before = net.fdb("default");
        net.stop();
        net.start();
        assertThat(tap.host().ping("10.85.0.1", 1)).isEqualTo(1);
        assertThat(net.fdb("default")).hasSize(2).isEqualTo(before);
    }

    @Test
    void findsTheHostWithoutItsHelpFromTheFirstPacket() {
        addTun("");
        assertThat(tap.host().ping("10.85.0.1", 3)).isEqualTo(3);
    }

    @Test
    void joinsTwoHostsWithoutEthernet() throws Exception {
        addTun("");
        TestHost second = host();
        add("tun2", second, 3, "");
        assertThat(tun.ping("10.85.0.3", 5)).isEqualTo(5);
        ping6(second, "fd85::1");
        Transfer.tcp(tun, second, "10.85.0.3", BULK / 4);
        assertThat(net.fdb("default").values()).contains("tun dynamic", "tun2 dynamic");
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, true", "true, false", "false, false"})
    void carriesTcpAndUdpBothWays(boolean offload, boolean tapOffload) throws Exception {
        addTun(", offload: " + offload);
        net.patch(tap, "tap: {offload: " + tapOffload + "}");
        long bytes = offload && tapOffload ? BULK : BULK / 8;
        Transfer.tcp(tun, tap.host(), "10.85.0.2", bytes);
        Transfer.tcp(tap.host(), tun, "10.85.0.1", bytes);
        Transfer.tcp(tun, tap.host(), "fd85::2", bytes);
        Transfer.tcp(tap.host(), tun, "fd85::1", bytes);
        Transfer.udp(tun, tap.host(), "10.85.0.2", 0, 1, 2, 17, 1471, 1472);
        Transfer.udp(tap.host(), tun, "fd85::1", 0, 1, 2, 17, 1451, 1452);
        PortCounters counters = view().counters();
        long mean = counters.sum(PortCounters.RX_BYTES) / counters.sum(PortCounters.RX_FRAMES);
        if (offload) {
            assertThat(view().info().offloads()).contains("checksum", "tso4", "tso6");
            assertThat(mean).as("large packets cross whole").isGreaterThan(1514);
        } else {
            assertThat(view().info().offloads()).isEmpty();
            assertThat(mean).isLessThanOrEqualTo(1514);
        }
        assertThat(counters.drops()).doesNotContainKeys(DropReason.OVERSIZE, DropReason.EGRESS_ERROR);
    }

    @Test
    void carriesJumboPackets() throws Exception {
        net.network("name: default, mtu: 9000");
        addTun("");
        assertThat(tun.link("tun0").path("mtu").asInt()).isEqualTo(9000);
        assertThat(tun.ping("10.85.0.2", 3, "-s", "8972", "-M", "do")).isEqualTo(3);
        Transfer.udp(tun, tap.host(), "fd85::2", 8952, 8951, 1);
        net.network("name: default, mtu: 1400");
        assertThat(tun.link("tun0").path("mtu").asInt()).isEqualTo(1400);
    }

    @Test
    void reachesOtherNetworksByItsGateways() throws Exception {
        addTun(", gateways: [10.85.0.2, 'fd85::2']");
        tap.host().ip("address add 192.0.2.1/32 dev lo");
        tap.host().ip("address add 2001:db8::1/128 dev lo");
        tun.ip("route add default dev tun0");
        tun.ip("-6 route add default dev tun0");
        assertThat(tun.ping("192.0.2.1", 3)).isEqualTo(3);
        ping6(tun, "2001:db8::1");
        Transfer.tcp(tun, tap.host(), "192.0.2.1", BULK / 16);
    }

    @Test
    void answersForANetworkBehindTheHost() throws Exception {
        addTun(", prefixes: [10.85.0.64/28]");
        tun.ip("address add 10.85.0.70/32 dev lo");
        assertThat(tap.host().ping("10.85.0.70", 3)).isEqualTo(3);
        assertThat(tap.host().ping("10.85.0.80", 1)).isZero();
    }

    @Test
    void followsANeighbourThatChangesItsMacAddress() {
        addTun("");
        assertThat(tun.ping("10.85.0.2", 1)).isOne();
        tap.host().ip("link set tap0 address 02:00:00:00:77:77");
        assertThat(tap.host().ping("10.85.0.1", 3)).isEqualTo(3);
        assertThat(tun.ping("10.85.0.2", 3)).isEqualTo(3);
    }

    @Test
    void keepsItsAddressesFromOthers() throws Exception {
        addTun("");
        tap.host().ip("address add fd85::1/64 dev tap0");
        Await.until("the kernel finds the duplicate", 5, () -> tap.host()
                .ip("-6 address show dev tap0")
                .lines()
                .anyMatch(line -> line.contains("fd85::1/") && line.contains("dadfailed")));
        byte[] probe = Frames.hex(
                "ffffffffffff 020000000002 0806 0001 0800 0604 0001 020000000002 00000000 000000000000 0a550001");
        byte[] answer = Frames.hex(
                "020000000002 020000000099 0806 0001 0800 0604 0002 020000000099 0a550001 020000000002 00000000");
        tap.socket().send(probe);
        byte[] received = tap.socket().receive(5000);
        while (received != null && !Arrays.equals(received, answer)) {
            received = tap.socket().receive(5000);
        }
        assertThat(received).isEqualTo(answer);
    }

    @Test
    void getsWhatIsForItOrForAllAndNothingElse() throws Exception {
        addTun("");
        long other = 0x0200_0000_0055L;
        long own = MacAddress.parse(MAC);
        try (RawSocket socket = tun.socket("tun0")) {
            byte[] unicast = Packets.of("10.85.0.2", "10.85.0.1", 1, 60);
            byte[] broadcast = Packets.of("10.85.0.2", "10.85.0.255", 2, 60);
            byte[] multicast = Packets.of("fd85::2", "ff02::fb", 3, 60);
            byte[] tagged = Frames.tagged(Packets.framed(own, other, unicast), 7);
            byte[] foreign = Frames.ethernet(own, other, 0x88b5, new byte[46]);
            tap.socket().send(Packets.framed(0x0200_0000_0066L, other, Packets.of("10.85.0.2", "10.85.0.1", 4, 60)));
            tap.socket().send(tagged);
            tap.socket().send(foreign);
            tap.socket().send(Packets.framed(own, other, unicast));
            tap.socket().send(Packets.framed(MacAddress.BROADCAST, other, broadcast));
            tap.socket().send(Packets.framed(0x3333_0000_00fbL, other, multicast));
            List<byte[]> received = new ArrayList<>();
            while (received.size() < 3) {
                byte[] packet = socket.receive(5000);
                assertThat(packet).isNotNull();
                if (packet[packet[0] >>> 4 == 4 ? 9 : 6] == (byte) Packets.EXPERIMENT) {
                    received.add(packet);
                }
            }
            assertThat(received).containsExactly(unicast, broadcast, multicast);
        }
        assertThat(drops(DropReason.EGRESS_OTHER_STATION)).isOne();
        assertThat(drops(DropReason.EGRESS_NOT_IP)).isEqualTo(2);
    }

    @Test
    void dropsWhatNobodyAnswersFor() throws Exception {
        addTun("");
        assertThat(tun.ping("10.85.0.200", 5)).isZero();
        Await.until("the packets are given up", 10, () -> drops(DropReason.UNRESOLVED) == 5);
    }

    @Test
    void comesBackWhenItsDeviceIsDeleted() throws Exception {
        addTun("");
        assertThat(tun.ping("10.85.0.2", 1)).isOne();
        tun.ip("link del tun0");
        Await.until("it is noticed", 5, () -> view().status() == Status.FAILED);
        Await.until("it is back", 8, () -> view().status() == Status.UP);
        assertThat(tun.ping("10.85.0.2", 3)).isEqualTo(3);
        assertThat(tap.host().ping("10.85.0.1", 3)).isEqualTo(3);
    }

    @Test
    void isWithoutCarrierWhileItIsDisabledAndTellsEverybodyWhenItIsEnabled() throws Exception {
        addTun("");
        net.patch("tun", "enabled: false");
        assertThat(tun.flags("tun0")).contains("NO-CARRIER");
        assertThat(tap.host().ping("10.85.0.1", 1)).isZero();
        tap.drain();
        byte[] announcement = Frames.hex(
                "ffffffffffff 020000000099 0806 0001 0800 0604 0001 020000000099 0a550001 000000000000 0a550001");
        net.patch("tun", "enabled: true");
        byte[] received = tap.socket().receive(5000);
        while (received != null && !Arrays.equals(received, announcement)) {
            received = tap.socket().receive(5000);
        }
        assertThat(received).isEqualTo(announcement);
        // The announcement may also free the first ping, which waited for an address all the time.
        assertThat(tap.host().ping("10.85.0.1", 3)).isBetween(3, 4);
    }

    @Test
    void persistentStaysAndIsAttachedAgainAndGoesWithThePort() {
        List<String> openBefore = Privileges.openFiles();
        addTun(", persistent: true, owner: nobody");
        int index = tun.link("tun0").path("ifindex").asInt();
        assertThat(tun.link("tun0")
                        .path("linkinfo")
                        .path("info_data")
                        .path("type")
                        .asText())
                .isEqualTo("tun");
        net.stop();
        assertThat(tun.interfaces()).containsExactly("tun0");
        net.start();
        assertThat(tun.link("tun0").path("ifindex").asInt()).isEqualTo(index);
        assertThat(tun.ping("10.85.0.2", 3)).isEqualTo(3);
        net.apply(config -> config.withoutPort("tun"));
        assertThat(tun.interfaces()).isEmpty();
        assertThat(Privileges.openFiles()).hasSameSizeAs(openBefore);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesADeviceOfTheOtherKindAlone(boolean isTun) {
        tun.ip("tuntap add dev tun0 mode " + (isTun ? "tun" : "tap"));
        String type = isTun ? "tap" : "tun";
        String expected = isTun ? "it exists and is a TUN, not a TAP" : "it exists and is a TAP, not a TUN";
        assertThatThrownBy(() -> net.add("name: x, type: " + type + ", " + type + ": {interface: tun0, namespace: "
                        + tun.namespace() + ", addresses: [10.85.0.1/24]}"))
                .cause()
                .hasMessageContaining(expected);
        assertThat(tun.interfaces()).containsExactly("tun0");
    }

    @Test
    void cannotBeATrunk() {
        net.network("name: blue, vlan: 10");
        assertThatThrownBy(() -> net.add("name: tun, type: tun, trunk: [blue], tun: {addresses: [10.85.0.1/24]}"))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.field()).isEqualTo("ports[1].trunk"))
                .hasMessageContaining("a port of type tun carries no VLAN tags");
    }
}
