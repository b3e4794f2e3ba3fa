package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.vxlan.SimulatedUnderlay.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two VTEPs, and a path between them that breaks in every way. */
class PeerLivenessTest {
    private final SimulatedUnderlay underlay = new SimulatedUnderlay(20261121);
    private final SimulatedVtep a = underlay.vtep();
    private final SimulatedVtep b = underlay.vtep();
    private final Direction there = underlay.direction(a, b);
    private final Direction back = underlay.direction(b, a);

    @BeforeEach
    void comeAlive() {
        assertThat(a.state(b)).isEqualTo(PeerState.UNKNOWN);
        underlay.run(10);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(a.toldAt(b, PeerState.ALIVE)).isLessThan(300);
        assertThat(b.told(a, PeerState.class)).containsExactly(PeerState.ALIVE);
    }

    private static void cut(Direction direction, boolean cut) {
        direction.cut = cut;
    }

    private void assertDeadSince(long cutAt) {
        for (PeerState state : new PeerState[] {a.state(b), b.state(a)}) {
            assertThat(state).isEqualTo(PeerState.DEAD);
        }
        assertThat(a.toldAt(b, PeerState.DEAD) - cutAt).isBetween(1900L, 2700L);
        assertThat(b.toldAt(a, PeerState.DEAD) - cutAt).isBetween(1900L, 2700L);
    }

    private void assertBackSince(long healedAt) {
        underlay.run(1);
        assertThat(a.toldAt(b, PeerState.ALIVE) - healedAt).isBetween(0L, 700L);
        assertThat(b.toldAt(a, PeerState.ALIVE) - healedAt).isBetween(0L, 700L);
        underlay.run(30);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE, PeerState.DEAD, PeerState.ALIVE);
        assertThat(b.told(a, PeerState.class)).containsExactly(PeerState.ALIVE, PeerState.DEAD, PeerState.ALIVE);
    }

    @Test
    void aCutPathIsDeadWithinThreeSecondsAndBackWithinOne() {
        underlay.between(a, b).forEach(direction -> cut(direction, true));
        long cutAt = underlay.elapsedMillis();
        underlay.run(60);
        assertDeadSince(cutAt);
        underlay.between(a, b).forEach(direction -> cut(direction, false));
        assertBackSince(underlay.elapsedMillis());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothEndsNoticeACutInEitherDirection(boolean other) {
        Direction broken = other ? back : there;
        SimulatedVtep deaf = other ? a : b;
        SimulatedVtep hearing = other ? b : a;
        cut(broken, true);
        long cutAt = underlay.elapsedMillis();
        underlay.run(60);
        assertDeadSince(cutAt);
        assertThat(hearing.figures(deaf).probedNanosAgo()).isLessThan(TimeUnit.SECONDS.toNanos(1));
        assertThat(deaf.figures(hearing).probedNanosAgo()).isGreaterThan(TimeUnit.SECONDS.toNanos(50));
        cut(broken, false);
        assertBackSince(underlay.elapsedMillis());
    }

    @Test
    void aShortCutIsForgiven() {
        for (int i = 0; i < 50; i++) {
            cut(there, true);
            underlay.run(1.8);
            cut(there, false);
            underlay.run(0.7 + 0.01 * i);
        }
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(b.told(a, PeerState.class)).containsExactly(PeerState.ALIVE);
    }

    @Test
    void aHostThatEndsIsDeadAndOneThatComesBackAlive() {
        b.stop();
        long endedAt = underlay.elapsedMillis();
        underlay.run(5);
        assertThat(a.toldAt(b, PeerState.DEAD) - endedAt).isBetween(1900L, 2700L);
        b.restart();
        long startedAt = underlay.elapsedMillis();
        underlay.run(1);
        assertThat(a.toldAt(b, PeerState.ALIVE) - startedAt).isLessThan(700);
        assertThat(a.told(b, String.class)).last().isEqualTo(b.session());
    }

    @Test
    void aRestartIsNoticedAtTheFirstProbeAndIsNoDeath() {
        assertThat(a.told(b, String.class)).containsExactly(b.session());
        String before = b.session();
        b.restart();
        there.delayNanos = TimeUnit.MILLISECONDS.toNanos(20);
        back.delayNanos = TimeUnit.MILLISECONDS.toNanos(20);
        long startedAt = underlay.elapsedMillis();
        underlay.run(1);
        assertThat(a.told(b, String.class)).containsExactly(before, b.session());
        // At most one tick until it probes, its way here, a round trip, and a tick if a probe was sent right before.
        assertThat(a.toldAt(b, b.session()) - startedAt).isLessThan(103 + 20 + 40 + 103);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(b.told(a, String.class)).containsExactly(a.session(), a.session());
    }

    @Test
    void hundredRestartsLeaveTheRightSession() {
        for (int i = 0; i < 100; i++) {
            (i % 3 == 0 ? a : b).restart();
            underlay.run(0.05 * (i % 40));
        }
        underlay.run(1);
        assertThat(a.told(b, String.class)).last().isEqualTo(b.session());
        assertThat(b.told(a, String.class)).last().isEqualTo(a.session());
    }

    /** No probe went out, so no answer could come: that is not the peers' silence. */
    @Test
    void aHostThatStandsStillItselfDoesNotTakeItsPeersForDead() {
        a.stop();
        underlay.run(20);
        assertThat(b.state(a)).isEqualTo(PeerState.DEAD);
        a.resume();
        underlay.run(20);
        assertThat(a.told(b, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(b.state(a)).isEqualTo(PeerState.ALIVE);
    }

    @Test
    void figuresTellRoundTripLossAndSilence() {
        there.delayNanos = TimeUnit.MILLISECONDS.toNanos(30);
        back.delayNanos = TimeUnit.MILLISECONDS.toNanos(50);
        underlay.run(40);
        PeerFigures figures = a.figures(b);
        assertThat(figures.state()).isEqualTo(PeerState.ALIVE);
        assertThat(figures.lastRoundTripNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(80));
        assertThat(figures.roundTripNanos())
                .isBetween(TimeUnit.MICROSECONDS.toNanos(79_900), TimeUnit.MILLISECONDS.toNanos(80));
        assertThat(figures.loss()).isZero();
        assertThat(figures.heardNanosAgo()).isLessThan(TimeUnit.MILLISECONDS.toNanos(700));
        assertThat(figures.received().get(ControlOutcome.ACKNOWLEDGED)).isBetween(figures.sent() - 3, figures.sent());
        assertThat(figures.received().get(ControlOutcome.ANSWERED)).isGreaterThan(90);

        there.loss = 0.25;
        underlay.run(400);
        double sum = 0;
        for (int i = 0; i < 50; i++) {
            underlay.run(20);
            sum += a.figures(b).loss();
        }
        assertThat(sum / 50).isBetween(0.22, 0.28);

        cut(there, true);
        underlay.run(60);
        figures = a.figures(b);
        assertThat(figures.loss()).isEqualTo(1.0);
        assertThat(figures.heardNanosAgo()).isBetween(TimeUnit.SECONDS.toNanos(59), TimeUnit.SECONDS.toNanos(61));
    }

    /** Probes go out at the interval, and confirmations of the path MTU now and then. */
    @Test
    void aQuietPathCarriesFewProbes() {
        int before = there.datagrams;
        underlay.run(100);
        int probesAnswersAndConfirmations = 200 + 240 + 40;
        assertThat(there.datagrams - before).isBetween(400, probesAnswersAndConfirmations);
    }

    @Test
    void whoNeverAnswersStaysUnknown() {
        SimulatedVtep linux = underlay.vtep();
        linux.stop();
        underlay.run(100);
        PeerFigures figures = a.figures(linux);
        assertThat(figures.state()).isEqualTo(PeerState.UNKNOWN);
        assertThat(figures.pathMtu()).isEqualTo(1500);
        assertThat(figures.heardNanosAgo()).isEqualTo(-1);
        assertThat(figures.probedNanosAgo()).isEqualTo(-1);
        assertThat(figures.roundTripNanos()).isEqualTo(-1);
        assertThat(figures.loss()).isEqualTo(-1);
        assertThat(figures.sent()).isBetween(195L, 205L);
        assertThat(a.told(linux, PeerState.class)).isEmpty();
    }

    /** Who cannot be heard from the first moment on is not taken for alive, nor for dead. */
    @Test
    void aProbeAloneTellsNothing() {
        SimulatedVtep mute = underlay.vtep();
        cut(underlay.direction(a, mute), true);
        underlay.run(30);
        assertThat(a.state(mute)).isEqualTo(PeerState.UNKNOWN);
        assertThat(mute.state(a)).isEqualTo(PeerState.UNKNOWN);
        assertThat(a.figures(mute).probedNanosAgo()).isBetween(0L, TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void withoutKeepaliveAPeerIsAnsweredAndNotProbed() {
        SimulatedVtep off = underlay.vtep(KeepaliveSettings.OFF, ControlTag.NONE);
        underlay.run(30);
        assertThat(a.state(off)).isEqualTo(PeerState.ALIVE);
        assertThat(a.pathMtu(off)).isEqualTo(1500);
        assertThat(off.state(a)).isEqualTo(PeerState.UNKNOWN);
        assertThat(off.pathMtu(a)).isEqualTo(1500);
        assertThat(off.figures(a).sent()).isZero();
        assertThat(off.figures(a).received().get(ControlOutcome.ANSWERED)).isGreaterThan(50);
        underlay.direction(off, a).kernelMtu = 1400;
        underlay.run(1);
        assertThat(off.told(a, Integer.class)).containsExactly(1500, 1400);
    }

    @Test
    void onlyOneEndThatEncryptsIsNoticedAndBelievesNothing() {
        SimulatedVtep encrypted = underlay.vtep(KeepaliveSettings.DEFAULTS, new TestTag("key"));
        SimulatedVtep otherKey = underlay.vtep(KeepaliveSettings.DEFAULTS, new TestTag("other"));
        underlay.run(30);
        assertThat(encrypted.state(a)).isEqualTo(PeerState.UNKNOWN);
        assertThat(a.state(encrypted)).isEqualTo(PeerState.UNKNOWN);
        assertThat(encrypted.state(otherKey)).isEqualTo(PeerState.UNKNOWN);
        assertThat(a.figures(encrypted).received().get(ControlOutcome.FORGED)).isGreaterThan(50);
        assertThat(encrypted.figures(a).received().get(ControlOutcome.FORGED)).isGreaterThan(50);
        assertThat(encrypted.figures(otherKey).received().get(ControlOutcome.FORGED))
                .isGreaterThan(50);
    }

    /** That is 51 % of the round trips. With one extra probe at a time, two of eight seeds had a death here. */
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 5, 7})
    void aThirdLostEachWayIsNoDeathAndNoSmallerMtu(long seed) {
        SimulatedUnderlay lossy = new SimulatedUnderlay(seed);
        SimulatedVtep one = lossy.vtep();
        SimulatedVtep other = lossy.vtep();
        lossy.between(one, other).forEach(direction -> direction.loss = 0.3);
        lossy.run(3 * 3600);
        assertThat(one.told(other, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(other.told(one, PeerState.class)).containsExactly(PeerState.ALIVE);
        assertThat(one.told(other, Integer.class)).containsExactly(1500);
        assertThat(other.told(one, Integer.class)).containsExactly(1500);
        assertThat(one.figures(other).loss()).isBetween(0.25, 0.78);
    }
}
