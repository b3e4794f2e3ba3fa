package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tapswitch.vxlan.OutstandingProbes.Probe;
import io.tapswitch.vxlan.OutstandingProbes.Purpose;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The small parts of a monitor. */
class PeerMonitorPartsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = Long.MAX_VALUE - SECOND / 2;

    @Test
    void aTokenFindsItsProbeWhileItIsFresh() {
        OutstandingProbes probes = new OutstandingProbes(SECOND);
        assertThat(probes.find(0, NOW)).as("no probe was sent yet").isNull();
        Probe probe = probes.open(-1, 48, Purpose.KEEPALIVE, ControlTag.NONE, NOW);
        Probe next = probes.open(-1, 1472, Purpose.SIZE, ControlTag.NONE, NOW);
        assertThat(next.token()).isNotEqualTo(probe.token());
        assertThat(next.number()).isEqualTo(probe.number() + 1);
        assertThat(probes.find(probe.token(), NOW + SECOND)).isSameAs(probe);
        assertThat(probes.find(probe.token(), NOW + SECOND + 1)).isNull();
        probe.close();
        assertThat(probes.find(probe.token(), NOW)).isNull();
        assertThat(probes.find(next.token(), NOW)).isSameAs(next);
    }

    @Test
    void theOldestProbeMakesRoom() {
        OutstandingProbes probes = new OutstandingProbes(SECOND);
        long first =
                probes.open(1L << 40, 48, Purpose.EXTRA, ControlTag.NONE, NOW).token();
        for (int i = 2; i <= 128; i++) {
            probes.open((long) i << 40, 48, Purpose.EXTRA, ControlTag.NONE, NOW);
        }
        assertThat(probes.find(first, NOW)).isNotNull();
        long last =
                probes.open(129L << 40, 48, Purpose.EXTRA, ControlTag.NONE, NOW).token();
        assertThat(probes.find(first, NOW)).isNull();
        assertThat(probes.find(last, NOW)).isNotNull();
    }

    @Test
    void aKeepaliveProbeIsLostOnceAndMayComeYet() {
        OutstandingProbes probes = new OutstandingProbes(3 * SECOND);
        Probe late = probes.open(5L << 40, 48, Purpose.KEEPALIVE, ControlTag.NONE, NOW);
        Probe inTime = probes.open(6L << 40, 48, Purpose.KEEPALIVE, ControlTag.NONE, NOW);
        probes.open(7L << 40, 48, Purpose.EXTRA, ControlTag.NONE, NOW);
        probes.open(8L << 40, 1472, Purpose.SIZE, ControlTag.NONE, NOW);
        assertThat(inTime.countOnce()).isTrue();
        assertThat(probes.takeLost(NOW - 1)).isZero();
        assertThat(probes.takeLost(NOW)).isEqualTo(1);
        assertThat(probes.takeLost(NOW + SECOND)).isZero();
        assertThat(late.countOnce()).isFalse();
        assertThat(probes.find(late.token(), NOW + 2 * SECOND)).isSameAs(late);
    }

    @Test
    void onlySilenceWhileOneListensIsDeath() {
        Liveness liveness = new Liveness(KeepaliveSettings.DEFAULTS);
        assertThat(liveness.passes(NOW)).isFalse();
        liveness.heard(NOW);
        assertThat(liveness.state()).isEqualTo(PeerState.ALIVE);
        assertThat(liveness.passes(NOW + 100 * SECOND)).isFalse();
        assertThat(liveness.extraProbes()).isZero();
        int[] extra = {1, 1, 2, 2, 2, 2, 2};
        for (int i = 1; i < 8; i++) {
            assertThat(liveness.passes(NOW + 100 * SECOND + i * SECOND / 4)).isFalse();
            assertThat(liveness.extraProbes()).isEqualTo(extra[i - 1]);
        }
        assertThat(liveness.passes(NOW + 102 * SECOND)).isTrue();
        assertThat(liveness.state()).isEqualTo(PeerState.DEAD);
        assertThat(liveness.passes(NOW + 103 * SECOND)).isFalse();
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> settings(500, 500, 2500, 100)).hasMessageContaining("hurryAfter");
        assertThatThrownBy(() -> settings(500, 700, 700, 100)).hasMessageContaining("deadAfter");
        assertThatThrownBy(() -> settings(0, 700, 2500, 100)).hasMessageContaining("probes are positive");
        assertThatThrownBy(() -> settings(500, 700, 900, 100)).hasMessageContaining("lostAfter");
        assertThatThrownBy(() -> settings(500, 700, 2500, 0)).hasMessageContaining("answersPerSecond");
        assertThat(settings(500, 700, 2500, 100)).isEqualTo(KeepaliveSettings.DEFAULTS);
        assertThat(KeepaliveSettings.OFF.probing()).isFalse();
    }

    private static KeepaliveSettings settings(int probe, int hurry, int dead, int answers) {
        return new KeepaliveSettings(
                true,
                Duration.ofMillis(probe),
                Duration.ofMillis(hurry),
                Duration.ofMillis(80),
                Duration.ofSeconds(1),
                Duration.ofMillis(dead),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                answers);
    }

    @Test
    void aSessionHasSixteenBytes() {
        assertThatThrownBy(() -> SessionId.of(new byte[15])).hasMessageContaining("15");
    }
}
