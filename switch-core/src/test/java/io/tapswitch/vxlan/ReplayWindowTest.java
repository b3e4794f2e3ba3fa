package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    private static final long LAST = 0xffff_ffffL;

    private final ReplayWindow window = new ReplayWindow();

    private boolean take(long sequence) {
        boolean isNew = window.isNew(sequence);
        if (isNew) {
            window.add(sequence);
        }
        return isNew;
    }

    @Test
    void takesEachSequenceOnce() {
        for (long sequence = 0; sequence < 3 * ReplayWindow.LENGTH; sequence++) {
            assertThat(take(sequence)).isTrue();
            assertThat(take(sequence)).isFalse();
        }
    }

    @Test
    void onlyAddingMakesASequenceOld() {
        assertThat(window.isNew(5)).isTrue();
        assertThat(window.isNew(5)).isTrue();
        window.add(5);
        assertThat(window.isNew(5)).isFalse();
    }

    @Test
    void reachesBackByItsLengthFromWhereverTheNewestIsInItsWord() {
        for (long newest = 100_000; newest < 100_000 + 130; newest++) {
            ReplayWindow fresh = new ReplayWindow();
            fresh.add(newest);
            assertThat(fresh.isNew(newest - ReplayWindow.LENGTH + 1)).isTrue();
            assertThat(fresh.isNew(newest - ReplayWindow.LENGTH)).isFalse();
        }
    }

    @Test
    void takesTheWholeWindowBackwards() {
        window.add(10_000);
        for (long sequence = 9_999; sequence > 10_000 - ReplayWindow.LENGTH; sequence--) {
            assertThat(take(sequence)).isTrue();
        }
        for (long sequence = 0; sequence <= 10_000; sequence++) {
            assertThat(window.isNew(sequence)).isFalse();
        }
    }

    @Test
    void jumpsToTheEndOfThirtyTwoBits() {
        assertThat(take(0)).isTrue();
        assertThat(take(LAST)).isTrue();
        assertThat(take(LAST)).isFalse();
        assertThat(take(LAST - ReplayWindow.LENGTH + 1)).isTrue();
        assertThat(take(LAST - ReplayWindow.LENGTH)).isFalse();
        assertThat(take(0)).isFalse();
    }

    /** Against a set of all that was taken. Steps of all sizes up to several rings, ahead and back. */
    @Test
    void doesAsASetDoes() {
        Random random = new Random(7);
        Set<Long> taken = new HashSet<>();
        long newest = -1;
        for (int i = 0; i < 200_000; i++) {
            int reach = 1 << random.nextInt(15);
            long sequence = Math.max(0, newest + random.nextInt(2 * reach) - reach + 1);
            boolean expected = newest - sequence < ReplayWindow.LENGTH && !taken.contains(sequence);
            assertThat(take(sequence)).as("%d after %d", sequence, newest).isEqualTo(expected);
            taken.add(sequence);
            newest = Math.max(newest, sequence);
        }
    }
}
