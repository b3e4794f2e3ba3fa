package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PathQualityTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final PathQuality quality = new PathQuality();

    private void count(int passed, int lost) {
        for (int i = 0; i < passed; i++) {
            quality.count(false);
        }
        for (int i = 0; i < lost; i++) {
            quality.count(true);
        }
    }

    /** RFC 6298, 2.2 and 2.3: SRTT 7/8 and 1/8, RTTVAR 3/4 and 1/4 of the difference to the old SRTT. */
    @Test
    void smoothsTheRoundTrip() {
        assertThat(quality.smoothedNanos()).isEqualTo(-1);
        quality.roundTrip(80 * MILLI);
        assertThat(quality.smoothedNanos()).isEqualTo(80 * MILLI);
        assertThat(quality.patienceNanos()).isEqualTo((80 + 4 * 40) * MILLI);
        quality.roundTrip(160 * MILLI);
        assertThat(quality.lastNanos()).isEqualTo(160 * MILLI);
        assertThat(quality.smoothedNanos()).isEqualTo(90 * MILLI);
        assertThat(quality.patienceNanos()).isEqualTo((90 + 4 * 50) * MILLI);
    }

    @Test
    void patienceHasBounds() {
        assertThat(quality.patienceNanos()).isEqualTo(80 * MILLI);
        quality.roundTrip(-5);
        assertThat(quality.lastNanos()).isZero();
        assertThat(quality.patienceNanos()).isEqualTo(80 * MILLI);
        for (int i = 0; i < 50; i++) {
            quality.roundTrip(2000 * MILLI);
        }
        assertThat(quality.patienceNanos()).isEqualTo(1000 * MILLI);
    }

    @Test
    void lossIsTheShareOfTheLastSixtyFour() {
        assertThat(quality.loss()).isEqualTo(-1);
        count(1, 1);
        assertThat(quality.loss()).isEqualTo(0.5);
        count(0, 1000);
        assertThat(quality.loss()).isEqualTo(1);
        count(48, 16);
        assertThat(quality.loss()).isEqualTo(0.25);
        count(32, 0);
        assertThat(quality.loss()).isEqualTo(0.25);
        count(32, 0);
        assertThat(quality.loss()).isZero();
    }

    @Test
    void moreMissesAreNeededTheMoreIsLost() {
        assertThat(quality.missesNeeded()).isEqualTo(7);
        count(64, 0);
        assertThat(quality.missesNeeded()).isEqualTo(4);
        count(44, 20);
        assertThat(quality.missesNeeded()).isEqualTo(10);
        count(0, 64);
        assertThat(quality.missesNeeded()).isEqualTo(19);
    }

    @Test
    void whatWasLostWhileThePeerWasDeadIsShownButNotReckonedWith() {
        count(0, 64);
        quality.restart();
        assertThat(quality.missesNeeded()).isEqualTo(7);
        count(32, 0);
        assertThat(quality.loss()).isEqualTo(0.5);
        assertThat(quality.missesNeeded()).isEqualTo(4);
    }

    /**
     * What the number of misses is made for: pairs of a sized and a small probe, of which each gets lost by chance, with
     * the same share. Counted in a million tests for each share, until the sized one comes through or enough are missing.
     */
    @Test
    void chanceHardlyEverLooksLikeASizeThatDoesNotPass() {
        Random random = new Random(20261121);
        for (int percent : new int[] {1, 10, 30, 51, 80}) {
            PathQuality path = new PathQuality();
            for (int i = 0; i < 64; i++) {
                path.count(i * percent / 100 != (i + 1) * percent / 100);
            }
            int wrong = 0;
            for (int test = 0; test < 1_000_000; test++) {
                wrong += isTakenForTooLarge(random, percent / 100.0, path.missesNeeded()) ? 1 : 0;
            }
            assertThat(wrong).as("%d %% lost", percent).isLessThanOrEqualTo(6);
        }
    }

    private static boolean isTakenForTooLarge(Random random, double loss, int needed) {
        int misses = 0;
        while (misses < needed) {
            if (random.nextDouble() >= loss) {
                return false;
            }
            misses += random.nextDouble() >= loss ? 1 : 0;
        }
        return true;
    }
}
