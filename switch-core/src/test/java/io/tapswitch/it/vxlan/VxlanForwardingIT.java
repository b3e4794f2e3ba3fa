package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.Await;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.it.TestPort;
import io.tapswitch.it.TestSwitch;
import io.tapswitch.port.DropReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What goes where, in the steps of Linux's own tests of its VXLAN driver
 * (tools/testing/selftests/net/forwarding/vxlan_bridge_1d.sh and its kin): two remote VTEPs, which the test plays.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanForwardingIT {
    private static final int VNI = 100;

    /** The I flag and the VNI. */
    private static final long DEFINED_BITS = 0x0800_0000_ffff_ff00L;

    private Underlay underlay;
    private Site site;
    private PlayedVtep second;
    private PlayedVtep third;
    private TapSwitchVtep vtep;
    private Station station;

    @BeforeAll
    void twoVtepsThatArePlayed() {
        underlay = new Underlay(1500);
        site = underlay.site(1);
        second = new PlayedVtep(underlay.site(2), site);
        third = new PlayedVtep(underlay.site(3), site);
    }

    @AfterAll
    void close() {
        third.close();
        second.close();
        underlay.close();
    }

    @BeforeEach
    void start() {
        vtep = new TapSwitchVtep(
                new Vtep.Plan(site, Family.V4, List.of(second.site(), third.site()), List.of(VNI)),
                ", keepalive: false");
        station = vtep.station(VNI);
        second.capture().drain();
        third.capture().drain();
    }

    @AfterEach
    void stop() {
        vtep.close();
    }

    /** Lets a VTEP that is played say something, and waits until it was heard. */
    private TestFrame say(PlayedVtep from, int n) {
        TestFrame frame = from.send(Family.V4, VNI, from.broadcast(n));
        assertThat(station.received(1)).containsExactly(frame);
        return frame;
    }

    private void expect(PlayedVtep at, TestFrame... frames) {
        assertThat(at.capture().frames(frames.length))
                .extracting(outer -> TestFrame.received(outer.inner()))
                .containsExactlyInAnyOrder(frames);
    }

    private long drops(PlayedVtep from, DropReason reason) {
        return vtep.to(from.site()).counters().drops(reason);
    }

    @Test
    void floodsOneCopyToEachRemoteVtep() {
        TestFrame[] frames = LongStream.of(
                        MacAddress.BROADCAST, 0x0100_5e01_0203L, 0x3333_0000_0001L, 0x0200_0000_cc01L)
                .mapToObj(destination -> station.send(TestFrame.of(destination, station.mac())))
                .toArray(TestFrame[]::new);
        expect(second, frames);
        expect(third, frames);
    }

    @Test
    void sendsToTheVtepOfALearnedStationOnly() {
        say(second, 1);
        TestFrame known = station.send(TestFrame.of(second.station(1), station.mac()));
        TestFrame unknown = station.send(TestFrame.of(second.station(2), station.mac()));
        expect(second, known, unknown);
        expect(third, unknown);
        assertThat(vtep.net().table("default").lookup(second.station(1)).port().vtep())
                .isEqualTo("192.0.2.2");
    }

    @Test
    void followsAStationFromVtepToVtepAndHome() {
        long roamer = second.station(1);
        say(second, 1);
        TestFrame moved = third.send(Family.V4, VNI, TestFrame.of(MacAddress.BROADCAST, roamer));
        assertThat(station.received(1)).containsExactly(moved);
        TestFrame after = station.send(TestFrame.of(roamer, station.mac()));
        expect(third, after);
        expect(second);

        TestFrame home = station.send(TestFrame.of(MacAddress.BROADCAST, roamer));
        expect(second, home);
        expect(third, home);
        TestFrame in = second.send(Family.V4, VNI, TestFrame.of(roamer, second.station(2)));
        assertThat(station.received(1)).containsExactly(in);
    }

    @Test
    void forgetsASilentStationBehindAVtep() throws Exception {
        vtep.net().network("name: default, vni: " + VNI + ", ageingSeconds: 1");
        say(second, 1);
        assertThat(vtep.net().fdb("default"))
                .containsEntry(MacAddress.format(second.station(1)), TapSwitchVtep.port(second.site()) + " dynamic");
        Await.until(
                "the station is forgotten",
                10,
                () -> vtep.net().table("default").lookup(second.station(1)) == null);
        TestFrame flooded = station.send(TestFrame.of(second.station(1), station.mac()));
        expect(second, flooded);
        expect(third, flooded);
    }

    @Test
    void sendsNothingOfTheOverlayBackToTheOverlay() {
        say(second, 1);
        say(third, 1);
        expect(second);
        expect(third);
        second.send(Family.V4, VNI, TestFrame.of(third.station(1), second.station(1)));
        say(second, 1);
        expect(third);
        assertThat(drops(second, DropReason.SPLIT_HORIZON)).isEqualTo(1);
    }

    @Test
    void countsAFrameThatOnlyTheOverlayCouldTake() throws Exception {
        vtep.net().patch("st" + VNI, "enabled: false");
        second.send(Family.V4, VNI, second.broadcast(1));
        Await.until("it is counted", 5, () -> drops(second, DropReason.NO_EGRESS) == 1);
        expect(third);
    }

    @Test
    void carriesEachVlanOfATrunkInAVniOfItsOwn() throws Exception {
        TestSwitch net = vtep.net();
        net.network("name: red, vlan: 10, vni: 1000");
        net.network("name: blue, vlan: 20, vni: 16777215");
        TestPort trunk = net.port("trunk", "trunk: [red, blue]");
        net.patch(TapSwitchVtep.port(second.site()), "trunk: [red, blue]");

        TestFrame plain = trunk.send(trunk.broadcast());
        TestFrame red = trunk.broadcast();
        TestFrame blue = trunk.broadcast();
        trunk.send(red.tagged(10));
        trunk.send(blue.tagged(20));
        assertThat(second.capture().frames(3))
                .extracting(outer -> outer.vni() + " " + TestFrame.received(outer.inner()))
                .containsExactlyInAnyOrder(VNI + " " + plain, "1000 " + red, "16777215 " + blue);
        expect(third, plain);

        plain = second.send(Family.V4, VNI, second.broadcast(1));
        red = second.send(Family.V4, 1000, second.broadcast(2));
        blue = second.send(Family.V4, 16777215, second.broadcast(3));
        List<TestFrame> back = new ArrayList<>();
        Await.until("three frames", 5, () -> {
            back.addAll(trunk.drain());
            return back.size() >= 3;
        });
        assertThat(back).containsExactlyInAnyOrder(plain, red.tagged(10), blue.tagged(20));
    }

    @Test
    void ignoresReservedBits() {
        List<TestFrame> sent = sendWithEachReservedBit();
        assertThat(station.received(sent.size())).isEqualTo(sent);
    }

    @Test
    void dropsReservedBitsWhereItIsStrict() {
        vtep.net().patch(TapSwitchVtep.port(second.site()), "vxlan: {strict: true}");
        List<TestFrame> sent = sendWithEachReservedBit();
        say(second, 2);
        assertThat(drops(second, DropReason.BAD_VXLAN_HEADER)).isEqualTo(sent.size());
    }

    private List<TestFrame> sendWithEachReservedBit() {
        return IntStream.range(0, Long.SIZE)
                .mapToLong(bit -> 1L << bit)
                .filter(bit -> (bit & DEFINED_BITS) == 0)
                .mapToObj(bit -> sendWithBits(bit | 0x0800_0000_0000_0000L | (long) VNI << 8))
                .toList();
    }

    private TestFrame sendWithBits(long header) {
        TestFrame frame = second.broadcast(1);
        byte[] payload = Outer.vxlan(
                (int) (header >>> 56),
                (int) (header >>> 32) & 0xff_ffff,
                (int) header >>> 8,
                (int) header & 0xff,
                frame.bytes());
        second.send(second.datagram(Family.V4, payload));
        return frame;
    }

    @Test
    void dropsWhatHasNoVni() {
        IntStream.of(0x00, 0x01, 0x04, 0x10, 0x80, 0xf7)
                .forEach(flags -> sendWithBits((long) flags << 56 | (long) VNI << 8));
        say(second, 1);
        assertThat(drops(second, DropReason.BAD_VXLAN_HEADER)).isEqualTo(6);
    }

    @Test
    void writesTheHeaderOfTheStandard() {
        station.send(station.broadcast());
        Outer outer = second.capture().frames(1).get(0);
        assertThat(outer.header()).isEqualTo(0x0800_0000_0000_6400L);
        assertThat(outer.source()).isEqualTo("192.0.2.1");
        assertThat(outer.ttl()).isEqualTo(64);
        assertThat(outer.tos()).isZero();
    }

    /** RFC 7348, 5: from the dynamic range, by a hash of the inner headers. */
    @Test
    void spreadsFlowsOverSourcePorts() {
        Set<Integer> ports = new HashSet<>();
        for (int flow = 0; flow < 64; flow++) {
            TestFrame first = station.send(TestFrame.of(0x0200_0000_cc00L + flow, station.mac()));
            TestFrame again = station.send(TestFrame.of(0x0200_0000_cc00L + flow, station.mac()));
            int port = second.capture().with(first).sourcePort();
            assertThat(second.capture().with(again).sourcePort()).isEqualTo(port);
            ports.add(port);
        }
        assertThat(ports).hasSizeGreaterThan(2).allMatch(port -> port >= 49152);
    }
}
