package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.bridge.Neighbour;
import io.tapswitch.bridge.NeighbourTable;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.port.PortCounters;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Three hosts that run TapSwitch, and Linux behind each. The test is the directory: it tells each host what the others have
 * heard.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeighbourSuppressionIT {
    private static final int VNI = 100;
    private static final int HOSTS = 3;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;
    private static final int ICMPV6 = 58;
    private static final int SOLICITATION = 135;
    /** Where the address that is asked for stands in an untagged frame: RFC 826, RFC 4861 section 4.3. */
    private static final int ARP_TARGET = 38;

    private static final int SOLICITED_TARGET = 62;

    private Overlay overlay;
    private List<Station> stations;
    private List<Capture> captures;

    @BeforeAll
    void threeHosts() throws Exception {
        overlay = new Overlay(
                Family.V4, 1500, List.of(VNI), Vtep.Make.TAPSWITCH, Vtep.Make.TAPSWITCH, Vtep.Make.TAPSWITCH);
        stations = Stream.of(1, 2, 3)
                .map(number -> overlay.vtep(number).station(VNI))
                .toList();
        captures = Stream.of(1, 2, 3).map(overlay::capture).toList();
        overlay.joined(VNI);
        for (Station from : stations) {
            for (Station to : stations) {
                Await.until(from + " reaches " + to.v6(), 10, () -> from == to || pings(from, to.v6()));
            }
        }
        for (int number = 1; number <= HOSTS; number++) {
            assertHeard(number, stations.get(number - 1).v4());
            assertHeard(number, stations.get(number - 1).v6());
        }
    }

    private void assertHeard(int number, String address) {
        assertThat(neighbours(number).entries())
                .as("what host %d has heard", number)
                .anyMatch(entry -> entry.isLocal()
                        && entry.mac() == mac(stations.get(number - 1))
                        && entry.address().equals(inet(address)));
    }

    private static InetAddress inet(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @AfterAll
    void close() {
        captures.forEach(Capture::close);
        overlay.close();
    }

    @BeforeEach
    void everyHostKnowsAndNoStationDoes() {
        for (int from = 1; from <= HOSTS; from++) {
            for (int to = 1; to <= HOSTS; to++) {
                if (from != to) {
                    publish(from, to);
                }
            }
        }
        for (Station station : stations) {
            station.host().ip("neigh flush all");
        }
        captures.forEach(Capture::drain);
    }

    private void publish(int from, int to) {
        for (Neighbour neighbour : neighbours(from).entries()) {
            if (neighbour.isLocal()) {
                neighbours(to).putRemote(neighbour.address().getAddress(), neighbour.mac());
            }
        }
    }

    private NeighbourTable neighbours(int number) {
        return ((TapSwitchVtep) overlay.vtep(number))
                .net()
                .service()
                .bridge("default")
                .neighbours();
    }

    private long suppressed(int number) {
        return ((TapSwitchVtep) overlay.vtep(number))
                .net()
                .service()
                .port("st" + VNI)
                .counters()
                .sum(PortCounters.SUPPRESSED);
    }

    private static long mac(Station station) {
        return MacAddress.parse(
                station.host().link(station.device()).path("address").asText());
    }

    private static boolean pings(Station from, String address) {
        return shell(from, "ping -c 1 -W 2 " + address).endsWith("exit 0");
    }

    /** What a command printed, and its exit code. */
    private static String shell(Station on, String command) {
        return on.host().run("sh", "-c", command + "; echo exit $?").trim();
    }

    /**
     * The questions to everybody for an address that any host has sent to another one. The kernels of the stations have
     * questions of their own meanwhile, for the link-local address of a station that they spoke with, say.
     */
    private List<String> questionsFor(String address) {
        byte[] asked = inet(address).getAddress();
        List<String> questions = new ArrayList<>();
        for (Capture capture : captures) {
            for (Outer outer = capture.next(50); outer != null; outer = capture.next(50)) {
                if (outer.isVxlan() && asksAllFor(asked, outer.inner())) {
                    questions.add(outer.source() + " to " + outer.destination());
                }
            }
        }
        return questions;
    }

    private static boolean asksAllFor(byte[] address, byte[] frame) {
        int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
        int target;
        if (type == ARP) {
            target = ARP_TARGET;
        } else if (type == IPV6 && frame[20] == ICMPV6 && (frame[54] & 0xff) == SOLICITATION) {
            target = SOLICITED_TARGET;
        } else {
            return false;
        }
        boolean toGroup = (frame[0] & 1) != 0;
        return toGroup && Arrays.equals(address, Arrays.copyOfRange(frame, target, target + address.length));
    }

    private static String knows(Station station, String address) {
        return station.host().ip("neigh show " + address);
    }

    @Test
    void asksNoOtherHostByArp() {
        long before = suppressed(1);
        assertThat(pings(stations.get(0), stations.get(1).v4())).isTrue();
        assertThat(knows(stations.get(0), stations.get(1).v4())).contains(MacAddress.format(mac(stations.get(1))));
        assertThat(questionsFor(stations.get(1).v4())).isEmpty();
        assertThat(suppressed(1)).isGreaterThan(before);
    }

    @Test
    void asksNoOtherHostByNeighbourDiscovery() {
        long before = suppressed(1);
        assertThat(pings(stations.get(0), stations.get(1).v6())).isTrue();
        assertThat(knows(stations.get(0), stations.get(1).v6())).contains(MacAddress.format(mac(stations.get(1))));
        assertThat(questionsFor(stations.get(1).v6())).isEmpty();
        assertThat(suppressed(1)).isGreaterThan(before);
    }

    /** That no question is seen would show nothing if none could be. */
    @Test
    void asksEveryHostForAnAddressThatNobodyHas() {
        shell(stations.get(0), "arping -c 1 -w 1 -I " + stations.get(0).device() + " 10.90.0.99");
        assertThat(questionsFor("10.90.0.99")).contains("192.0.2.1 to 192.0.2.2", "192.0.2.1 to 192.0.2.3");
    }

    @Test
    void answersArpingInTheNameOfTheStation() {
        Station asker = stations.get(0);
        String answer = shell(
                asker,
                "arping -c 1 -w 3 -I " + asker.device() + " " + stations.get(2).v4());
        assertThat(answer)
                .containsIgnoringCase("[" + MacAddress.format(mac(stations.get(2))) + "]")
                .endsWith("exit 0");
        assertThat(questionsFor(stations.get(2).v4())).isEmpty();
    }

    /** The station that has the address says so itself: only its host is asked. */
    @Test
    void aTakenIpv4AddressIsFoundTaken() {
        Station asker = stations.get(0);
        assertThat(shell(
                        asker,
                        "arping -D -c 2 -w 3 -I " + asker.device() + " "
                                + stations.get(1).v4()))
                .endsWith("exit 1");
        assertThat(questionsFor(stations.get(1).v4())).isNotEmpty().containsOnly("192.0.2.1 to 192.0.2.2");
    }

    @Test
    void aFreeIpv4AddressIsFoundFree() {
        Station asker = stations.get(0);
        assertThat(shell(asker, "arping -D -c 2 -w 3 -I " + asker.device() + " 10.90.0.98"))
                .endsWith("exit 0");
    }

    @Test
    void aTakenIpv6AddressFailsAndAFreeOneDoesNot() throws Exception {
        Station asker = stations.get(0);
        String device = asker.device();
        String taken = stations.get(1).v6();
        asker.host().ip("address add " + taken + "/64 dev " + device);
        asker.host().ip("address add fd90::98/64 dev " + device);
        try {
            Await.until(taken + " fails", 10, () -> flags(asker, taken).contains("dadfailed"));
            Await.until("fd90::98 succeeds", 10, () -> !flags(asker, "fd90::98").contains("tentative"));
            assertThat(flags(asker, "fd90::98")).doesNotContain("dadfailed");
        } finally {
            asker.host().ip("address del " + taken + "/64 dev " + device);
            asker.host().ip("address del fd90::98/64 dev " + device);
        }
    }

    private static String flags(Station station, String address) {
        return station.host().ip("address show dev " + station.device() + " to " + address + "/128");
    }

    /** The directory still says the address is with a station of host 2, which has given it up. */
    @Test
    void aBindingThatIsStaleBlocksNobody() throws Exception {
        Station asker = stations.get(0);
        neighbours(1).putRemote(inet("fd90::97").getAddress(), mac(stations.get(1)));
        asker.host().ip("address add fd90::97/64 dev " + asker.device());
        try {
            Await.until("fd90::97 succeeds", 10, () -> !flags(asker, "fd90::97").contains("tentative"));
            assertThat(flags(asker, "fd90::97")).doesNotContain("dadfailed");
            assertThat(pings(stations.get(2), "fd90::97")).isTrue();
            Await.until("the station is heard", 10, () -> neighbours(1).entries().stream()
                    .anyMatch(entry -> entry.isLocal() && entry.address().equals(inet("fd90::97"))));
        } finally {
            asker.host().ip("address del fd90::97/64 dev " + asker.device());
        }
    }
}
