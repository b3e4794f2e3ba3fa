package io.tapswitch.it.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.it.NeedsTap;
import io.tapswitch.it.TestFrame;
import io.tapswitch.port.DropReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What passes between inner and outer header, in the steps of Linux's own test of its VXLAN driver
 * (tools/testing/selftests/net/forwarding/vxlan_bridge_1d.sh): TTL, DSCP and ECN. Linux takes the same test, which shows
 * that the test is right.
 */
@NeedsTap
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VxlanHeadersIT {
    private static final int VNI = 100;
    private static final int TTL = 33;

    private Underlay underlay;
    private Site site;
    private PlayedVtep far;
    private Vtep vtep;

    @BeforeAll
    void aVtepThatIsPlayed() {
        underlay = new Underlay(1500);
        site = underlay.site(1);
        far = new PlayedVtep(underlay.site(2), site);
    }

    @AfterEach
    void stop() {
        vtep.close();
    }

    @AfterAll
    void close() {
        far.close();
        underlay.close();
    }

    /** Starts the VTEP under test, with options in its own words. */
    private Station start(Vtep.Make make, Family family, String tapSwitch, String kernel) {
        Vtep.Plan plan = new Vtep.Plan(site, family, List.of(far.site()), List.of(VNI));
        vtep = make == Vtep.Make.KERNEL
                ? new KernelVtep(plan, kernel)
                : new TapSwitchVtep(plan, ", keepalive: false" + tapSwitch);
        return vtep.station(VNI);
    }

    /** The datagram in which a frame of the station crosses the underlay. */
    private Outer encapsulated(Station station, byte[] frame) {
        station.send(TestFrame.received(frame));
        return far.capture().with(TestFrame.received(frame));
    }

    private Outer encapsulated(Station station, Family inner, int tos) {
        return encapsulated(station, InnerPacket.of(inner, MacAddress.BROADCAST, station.mac(), tos, TTL));
    }

    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void givesEveryDatagramTheConfiguredTtl(Vtep.Make make, Family family) {
        Station station = start(make, family, ", ttl: 7", " ttl 7");
        for (Family inner : Family.values()) {
            assertThat(encapsulated(station, inner, 0).ttl()).isEqualTo(7);
        }
        assertThat(encapsulated(station, station.broadcast().bytes()).ttl()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void inheritsTheTtlOfAnInnerPacket(Vtep.Make make, Family family) {
        Station station = start(make, family, ", inheritTtl: true", " ttl inherit");
        for (Family inner : Family.values()) {
            assertThat(encapsulated(station, inner, 0).ttl()).isEqualTo(TTL);
        }
        assertThat(encapsulated(station, station.broadcast().bytes()).ttl()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void givesEveryDatagramTheConfiguredDscp(Vtep.Make make, Family family) {
        Station station = start(make, family, ", dscp: 46", " tos b8");
        for (Family inner : Family.values()) {
            assertThat(encapsulated(station, inner, 10 << 2).tos()).isEqualTo(46 << 2);
        }
        assertThat(encapsulated(station, station.broadcast().bytes()).tos()).isEqualTo(46 << 2);
    }

    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void inheritsTheDscpOfAnInnerPacket(Vtep.Make make, Family family) {
        Station station = start(make, family, ", inheritDscp: true", " tos inherit");
        for (Family inner : Family.values()) {
            assertThat(encapsulated(station, inner, 10 << 2 | 2).tos()).isEqualTo(10 << 2 | 2);
        }
        assertThat(encapsulated(station, station.broadcast().bytes()).tos()).isZero();
    }

    /** RFC 3168, 9.1.1, full functionality: congestion that is marked already is not marked on the outer header. */
    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void tellsTheUnderlayWhatTheInnerPacketSaysOfEcn(Vtep.Make make, Family family) {
        Station station = start(make, family, "", "");
        for (Family inner : Family.values()) {
            List<Integer> outer = new ArrayList<>();
            for (int ecn = 0; ecn <= 3; ecn++) {
                outer.add(encapsulated(station, inner, 10 << 2 | ecn).tos());
            }
            assertThat(outer).as("inner %s", inner).containsExactly(0, 1, 2, 2);
        }
    }

    /** RFC 6040, figure 4; a dash is a packet that is dropped. */
    @ParameterizedTest
    @CsvSource({"TAPSWITCH, V4", "TAPSWITCH, V6", "KERNEL, V4"})
    void givesAnInnerPacketTheMarkOfTheUnderlay(Vtep.Make make, Family family) {
        Map<Integer, String> expected = Map.of(0, "00 00 00 --", 1, "01 01 01 03", 2, "02 01 02 03", 3, "03 03 03 03");
        Station station = start(make, family, "", "");
        for (Family inner : Family.values()) {
            Map<Integer, String> delivered = new LinkedHashMap<>();
            for (int own = 0; own <= 3; own++) {
                delivered.put(own, decapsulated(station, family, inner, own));
            }
            assertThat(delivered).as("by inner ECN, for each outer one").isEqualTo(expected);
        }
        if (vtep instanceof TapSwitchVtep tapSwitch) {
            assertThat(tapSwitch.to(far.site()).counters().drops()).containsOnly(Map.entry(DropReason.BAD_ECN, 2L));
        }
    }

    /** What is delivered of packets with one inner, and each outer, ECN field. */
    private String decapsulated(Station station, Family family, Family inner, int ecn) {
        List<String> delivered = new ArrayList<>();
        for (int outer = 0; outer <= 3; outer++) {
            byte[] frame = InnerPacket.of(inner, MacAddress.BROADCAST, far.station(1), 10 << 2 | ecn, TTL);
            far.send(far.datagram(family, Outer.vxlan(VNI, frame)).withTos(20 << 2 | outer));
            TestFrame last = far.send(family, VNI, far.broadcast(1));
            byte[] came = before(station, frame, last);
            assertThat(came == null || InnerPacket.isSound(came))
                    .as("IPv4 header checksum")
                    .isTrue();
            assertThat(came == null || InnerPacket.tos(came) >>> 2 == 10)
                    .as("inner DSCP")
                    .isTrue();
            delivered.add(came == null ? "--" : "0" + (InnerPacket.tos(came) & 3));
        }
        return String.join(" ", delivered);
    }

    /** The frame with the number of another one, if it comes before the last one; null if it does not. */
    private static byte[] before(Station station, byte[] wanted, TestFrame last) {
        byte[] found = null;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (System.nanoTime() < deadline) {
            byte[] frame = station.next(100);
            if (frame != null && Arrays.equals(frame, last.bytes())) {
                return found;
            }
            if (frame != null && InnerPacket.isSame(frame, wanted)) {
                found = frame;
            }
        }
        throw new AssertionError("the last frame did not come");
    }
}
