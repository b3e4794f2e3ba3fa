package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every VTEP watches every other one, on paths of which no two are alike. */
class PeerMeshTest {
    private static final int[] MTUS = {1280, 1400, 1450, 1492, 1500, 9000};

    private final SimulatedUnderlay underlay = new SimulatedUnderlay(20261121);
    private final Random random = new Random(20261122);

    private void disturb(SimulatedVtep one, SimulatedVtep other) {
        long delayNanos = TimeUnit.MICROSECONDS.toNanos(100 + random.nextInt(50_000));
        for (SimulatedUnderlay.Direction direction : underlay.between(one, other)) {
            direction.loss = random.nextInt(4) == 0 ? 0.1 : 0;
            direction.delayNanos = delayNanos;
            direction.jitterNanos = delayNanos / 4;
            direction.kernelMtu = random.nextBoolean() ? 1500 : 9000;
            direction.mtu = MTUS[random.nextInt(MTUS.length)];
        }
    }

    private void assertConverged(List<SimulatedVtep> vteps) {
        for (SimulatedVtep one : vteps) {
            for (SimulatedVtep other : vteps) {
                if (one != other) {
                    SimulatedUnderlay.Direction way = underlay.direction(one, other);
                    assertThat(one.state(other)).isEqualTo(PeerState.ALIVE);
                    assertThat(one.pathMtu(other)).isEqualTo(Math.min(way.kernelMtu, way.mtu));
                    assertThat(one.told(other, String.class)).last().isEqualTo(other.session());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 50})
    void converges(int count) {
        List<SimulatedVtep> vteps = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> vteps.add(underlay.vtep()));
        for (SimulatedVtep one : vteps) {
            vteps.subList(0, vteps.indexOf(one)).forEach(other -> disturb(one, other));
        }
        underlay.run(20);
        assertConverged(vteps);

        vteps.get(0).stop();
        vteps.get(1).restart();
        underlay.run(3);
        assertThat(vteps.get(1).state(vteps.get(0))).isEqualTo(PeerState.UNKNOWN);
        for (SimulatedVtep other : vteps.subList(2, count)) {
            assertThat(other.state(vteps.get(0))).isEqualTo(PeerState.DEAD);
            assertThat(other.state(vteps.get(1))).isEqualTo(PeerState.ALIVE);
        }
        vteps.get(0).restart();
        underlay.run(20);
        assertConverged(vteps);
    }
}
