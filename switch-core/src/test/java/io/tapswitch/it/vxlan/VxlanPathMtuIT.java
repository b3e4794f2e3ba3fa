package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestHost;
import io.tapswitch.it.TestPort;
import io.tapswitch.it.Transfer;
import io.tapswitch.port.DropReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a path does not carry: it is found out, the stations' interfaces follow, and those that cannot are told. */
@NeedsTap
class VxlanPathMtuIT {
    private static final int VNI = 100;
    private static final int WIDE = 1500;
    private static final int NARROW = 1400;

    /** The kernel carries as much more, and the search goes in steps of two bytes. */
    private static final int VLAN_TAG = 4;

    /** The path is tested every five seconds. */
    private static final int PATIENCE_SECONDS = 30;

    private static final long BULK = 4 << 20;

    /** Stations whose interfaces follow the network have the number of their host, and those that do not this one more. */
    private static final int FIXED = 50;

    private Underlay underlay;
    private List<Site> sites;
    private final Map<Family, List<TapSwitchVtep>> vteps = new EnumMap<>(Family.class);

    @BeforeEach
    void twoHostsForEachFamily() {
        underlay = new Underlay(WIDE);
        sites = List.of(underlay.site(1), underlay.site(2));
    }

    private void start(Family family, String options) {
        vteps.put(
                family,
                List.of(
                        new TapSwitchVtep(
                                new Vtep.Plan(sites.get(0), family, List.of(sites.get(1)), List.of(VNI)), options),
                        new TapSwitchVtep(
                                new Vtep.Plan(sites.get(1), family, List.of(sites.get(0)), List.of(VNI)), options)));
    }

    @AfterEach
    void close() {
        vteps.values().forEach(pair -> pair.forEach(TapSwitchVtep::close));
        underlay.close();
    }

    private Station station(Family family, int number) {
        return vteps.get(family).get(number - 1).station(VNI);
    }

    /** A station whose interface does not follow the network. */
    private Station fixed(Family family, int number) {
        TestHost host = new TestHost().enableIpv6();
        vteps.get(family).get(number - 1).net().port("fixed", host, "tap: {mtu: " + WIDE + "}");
        return new Station(host, TestPort.TAP, FIXED + number);
    }

    private void awaitAlive(Family family) throws Exception {
        for (int i = 0; i < 2; i++) {
            TapSwitchVtep own = vteps.get(family).get(i);
            Site far = sites.get(1 - i);
            Await.until(
                    "the hosts know each other by " + family,
                    10,
                    () -> own.to(far).remote().state().equals("alive"));
        }
    }

    @Test
    void followsAPathThatLosesLongPacketsWithoutAWord() throws Exception {
        for (Family family : Family.values()) {
            start(family, "");
            awaitAlive(family);
            assertThat(station(family, 1).mtu()).isEqualTo(WIDE - family.overhead());
        }
        long start = System.nanoTime();
        underlay.narrow(sites.get(1), NARROW);
        for (Family family : Family.values()) {
            int largest = NARROW + VLAN_TAG - family.overhead();
            for (int number = 1; number <= 2; number++) {
                Station station = station(family, number);
                Await.until(family + ": " + station + " follows", PATIENCE_SECONDS, () -> station.mtu() <= largest);
                print(family + ": the MTU of " + station + " became " + station.mtu(), start);
                assertThat(station.mtu()).isBetween(largest - 2 * VLAN_TAG, largest);
            }
        }
        for (Family family : Family.values()) {
            Station near = station(family, 1);
            Station far = station(family, 2);
            Transfer.tcp(near.host(), far.host(), far.v4(), BULK);
            Transfer.tcp(far.host(), near.host(), near.v6(), BULK);
            tellsAStation(family, fixed(family, 1), far, near.mtu());
        }
    }

    private static void print(String what, long start) {
        System.out.printf(
                "convergence: %s after %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    /** A station that sends what is too long hears of it by ICMP, and then sends what fits. */
    private void tellsAStation(Family family, Station from, Station to, int mtu) throws Exception {
        for (String address : List.of(to.v4(), to.v6())) {
            String before = from.host().ip("route get " + address);
            assertThat(before).doesNotContain("mtu");
            Await.until("ICMP lowers the MTU of the route to " + address, 10, () -> {
                sendLong(from.host(), address);
                return from.host().ip("route get " + address).contains("mtu " + mtu);
            });
            Transfer.udp(from.host(), to.host(), address, WIDE - 28, 4000);
            Transfer.tcp(from.host(), to.host(), address, BULK);
        }
        assertThat(vteps.get(family).get(0).to(sites.get(1)).counters().drops(DropReason.EGRESS_OVERSIZE))
                .isPositive();
    }

    private static void sendLong(TestHost from, String address) throws Exception {
        try (DatagramChannel channel = from.inside(DatagramChannel::open)) {
            channel.send(ByteBuffer.allocate(1400), new InetSocketAddress(InetAddress.getByName(address), 9));
        }
    }

    @Test
    void followsTheInterfaceOfTheUnderlayDownAndUp() throws Exception {
        start(Family.V4, "");
        awaitAlive(Family.V4);
        Station near = station(Family.V4, 1);
        Station far = station(Family.V4, 2);
        for (int mtu : new int[] {NARROW, WIDE}) {
            sites.get(0).host().ip("link set " + Site.DEVICE + " mtu " + mtu);
            int largest = mtu - Family.V4.overhead();
            Await.until("the station follows", PATIENCE_SECONDS, () -> near.mtu() == largest);
            Transfer.udp(near.host(), far.host(), far.v4(), largest - 28, 4000);
        }
    }

    @Test
    void tellsTcpConnectionsToFitThePath() throws Exception {
        start(Family.V4, ", mssClamp: true");
        awaitAlive(Family.V4);
        Station near = fixed(Family.V4, 1);
        Station far = fixed(Family.V4, 2);
        assertThat(near.host().ping(far.v4(), 1)).isEqualTo(1);
        near.drain();
        far.drain();
        Transfer.tcp(near.host(), far.host(), far.v4(), BULK);
        int fits = WIDE - Family.V4.overhead() - 20 - 20;
        assertThat(announcedSegment(far)).as("in the SYN").isEqualTo(fits);
        assertThat(announcedSegment(near)).as("in the answer").isEqualTo(fits);
        for (int i = 0; i < 2; i++) {
            assertThat(vteps.get(Family.V4)
                            .get(i)
                            .to(sites.get(1 - i))
                            .counters()
                            .drops())
                    .isEmpty();
        }
    }

    /** The maximum segment size in the SYN that came to a station by IPv4, where Linux has it as the first option. */
    private static int announcedSegment(Station station) {
        for (byte[] frame = station.next(0); frame != null; frame = station.next(0)) {
            ByteBuffer in = ByteBuffer.wrap(frame);
            boolean tcp = in.getShort(12) == 0x0800 && frame[23] == 6;
            if (tcp && (frame[34 + 13] & 2) != 0) {
                assertThat(in.getShort(54)).as("option MSS").isEqualTo((short) 0x0204);
                return in.getShort(56) & 0xffff;
            }
        }
        throw new AssertionError("no SYN came to " + station);
    }
}
