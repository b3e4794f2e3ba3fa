package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.Errno;
import io.tapswitch.vxlan.SimulatedUnderlay.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The path MTU between two VTEPs, by IPv4. Packets that are too large for the path vanish without a word. */
class PeerPathMtuTest {
    private final SimulatedUnderlay underlay = new SimulatedUnderlay(20261121);
    private final SimulatedVtep a = underlay.vtep();
    private final SimulatedVtep b = underlay.vtep();
    private final Direction there = underlay.direction(a, b);
    private final Direction back = underlay.direction(b, a);

    @ParameterizedTest
    @ValueSource(ints = {1280, 1500, 9000, 65535})
    void whatTheKernelBelievesIsConfirmedByOneProbe(int mtu) {
        there.kernelMtu = mtu;
        there.mtu = mtu;
        underlay.run(3);
        assertThat(a.told(b, Integer.class)).containsExactly(mtu);
        assertThat(a.figures(b).sent()).isLessThanOrEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({
        "1500, 1400",
        "1500, 1450",
        "1500, 1492",
        "1500, 1498",
        "1500, 1280",
        "1500, 576",
        "9000, 1500",
        "9000, 8998",
        "65535, 1400",
        "1501, 1500"
    })
    void findsABlackHole(int kernelMtu, int mtu) {
        there.kernelMtu = kernelMtu;
        there.mtu = mtu;
        underlay.run(6);
        assertThat(a.told(b, Integer.class)).as("in one step").containsExactly(kernelMtu, mtu);
        assertThat(b.pathMtu(a)).as("the other direction has its own").isEqualTo(1500);
        underlay.run(600);
        assertThat(a.told(b, Integer.class)).as("and it stays").containsExactly(kernelMtu, mtu);
    }

    @Test
    void anOddPathMtuIsFoundButForAByte() {
        there.mtu = 1401;
        underlay.run(6);
        assertThat(a.pathMtu(b)).isEqualTo(1400);
    }

    @Test
    void aPathThatCarriesLessThanTheLeastGetsTheLeast() {
        there.mtu = 300;
        underlay.run(60);
        assertThat(a.pathMtu(b)).isEqualTo(576);
        assertThat(a.state(b)).isEqualTo(PeerState.ALIVE);
    }

    @Test
    void noticesABlackHoleThatComesUpLater() {
        underlay.run(60);
        there.mtu = 1400;
        long since = underlay.elapsedMillis();
        underlay.run(20);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1400);
        assertThat(a.toldAt(b, 1400) - since).isLessThan(9000);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
    }

    @Test
    void noticesThatThePathCarriesMoreAgain() {
        there.mtu = 1400;
        underlay.run(200);
        there.mtu = 1500;
        long since = underlay.elapsedMillis();
        underlay.run(70);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1400, 1500);
        assertThat(a.toldAt(b, 1500) - since).isLessThan(62_000);
    }

    @Test
    void noticesThatThePathCarriesSomewhatMore() {
        there.mtu = 1400;
        underlay.run(200);
        there.mtu = 1450;
        underlay.run(70);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1400, 1450);
    }

    @Test
    void followsTheKernelDownAtOnceAndUpAfterAProbe() {
        underlay.run(10);
        there.kernelMtu = 1300;
        underlay.run(0.2);
        assertThat(a.pathMtu(b)).isEqualTo(1300);
        underlay.run(10);
        there.kernelMtu = 9000;
        there.mtu = 9000;
        underlay.run(1);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1300, 9000);
    }

    @Test
    void aKernelThatBelievesInMoreThanThePathCarriesChangesNothing() {
        there.mtu = 1500;
        underlay.run(10);
        there.kernelMtu = 9000;
        underlay.run(300);
        assertThat(a.told(b, Integer.class)).containsExactly(1500);
        there.mtu = 3000;
        underlay.run(70);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 3000);
    }

    private static void run(MonitoredPeer peer, int seconds) {
        for (int i = 0; i < 10 * seconds; i++) {
            peer.tickAndAnswer();
        }
    }

    /** The kernel refuses with EMSGSIZE what it is said to send: its value was read too early. */
    @Test
    void believesARefusalOfTheKernel() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        run(peer, 10);
        peer.refuse(1400 - 28, Errno.EMSGSIZE);
        run(peer, 10);
        assertThat(peer.told()).containsExactly(1500, MonitoredPeer.SESSION, PeerState.ALIVE, 1400);
        assertThat(peer.refused()).isBetween(1, 20);
    }

    @Test
    void anotherErrorOfTheSenderIsNoProofOfASize() {
        MonitoredPeer peer = MonitoredPeer.alive(ControlTag.NONE);
        run(peer, 10);
        peer.refuse(1400 - 28, Errno.ENOBUFS);
        run(peer, 30);
        assertThat(peer.told()).containsExactly(1500, MonitoredPeer.SESSION, PeerState.ALIVE);
        assertThat(peer.refused()).isGreaterThan(100);
    }

    @Test
    void aLowerMtuOutlivesADeathAndIsSearchedAnew() {
        there.mtu = 1400;
        underlay.run(10);
        there.cut = true;
        underlay.run(10);
        there.mtu = 1450;
        there.cut = false;
        underlay.run(10);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE, PeerState.DEAD, PeerState.ALIVE);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1400, 1450);
    }

    @Test
    void outagesAreNotTakenForASmallPath() {
        for (int i = 0; i < 200; i++) {
            there.cut = i % 2 == 0;
            underlay.run(there.cut ? 0.01 * i : 1 + 0.03 * i);
        }
        assertThat(a.told(b, Integer.class)).containsExactly(1500);
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "150, 10", "100, 100"})
    void findsItOnALongAndUnsteadyPath(int delayMillis, int jitterMillis) {
        there.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
        back.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
        there.jitterNanos = TimeUnit.MILLISECONDS.toNanos(jitterMillis);
        there.mtu = 1400;
        underlay.run(300);
        assertThat(a.told(b, Integer.class)).containsExactly(1500, 1400);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(b.told(a, Integer.class)).containsExactly(1500);
    }

    /** What a step missed by chance is found out in the end, so the results are exact in spite of the loss. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void findsItThoughHalfOfTheRoundTripsFail(long seed) {
        SimulatedUnderlay lossy = new SimulatedUnderlay(seed);
        SimulatedVtep one = lossy.vtep();
        SimulatedVtep other = lossy.vtep();
        lossy.between(one, other).forEach(direction -> direction.loss = 0.3);
        Direction way = lossy.direction(one, other);
        way.kernelMtu = 9000;
        way.mtu = 1450;
        lossy.run(40);
        assertThat(one.told(other, Integer.class)).containsExactly(9000, 1450);
        way.mtu = 1400;
        lossy.run(40);
        assertThat(one.told(other, Integer.class)).startsWith(9000, 1450).endsWith(1400);
        assertThat(other.told(one, Integer.class)).containsExactly(1500);
        assertThat(one.told(other, PeerState.class)).containsExactly(PeerState.ALIVE);
    }

    @Test
    void ipv6HasItsOwnLeastAndHeaders() {
        MonitoredPeer peer = new MonitoredPeer(KeepaliveSettings.DEFAULTS, true, ControlTag.NONE);
        int largest = 0;
        for (int i = 0; i < 100; i++) {
            for (byte[] probe : peer.tick(100)) {
                largest = Math.max(largest, probe.length);
                if (probe.length == ControlMessage.LENGTH) {
                    peer.receive(peer.acknowledgement(probe));
                }
            }
        }
        assertThat(largest).isEqualTo(1500 - 40 - 8);
        assertThat(peer.told()).endsWith(PeerState.ALIVE, 1280);
    }

    @Test
    void aKernelThatDoesNotTellIsNotBelieved() {
        MonitoredPeer peer = new MonitoredPeer(KeepaliveSettings.DEFAULTS, false, ControlTag.NONE);
        peer.kernelMtu(1400);
        peer.tick(100);
        peer.kernelMtu(-1);
        peer.tick(100);
        peer.kernelMtu(0);
        peer.tick(100);
        assertThat(peer.told()).containsExactly(1400);
    }
}
