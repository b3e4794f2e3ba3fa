package io.tapswitch.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StormBudgetTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static int admitted(StormBudget budget, long nowNanos, int offered) {
        int admitted = 0;
        for (int i = 0; i < offered; i++) {
            admitted += budget.admits(nowNanos) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void letsATenthOfASecondsWorthPassAtOnce() {
        assertThat(admitted(new StormBudget(1000, 0), 0, 5000)).isEqualTo(100);
        assertThat(admitted(new StormBudget(20, 0), 0, 5000)).isEqualTo(2);
    }

    @Test
    void letsAtLeastOneFramePassAtOnce() {
        StormBudget budget = new StormBudget(1, 0);
        assertThat(admitted(budget, 0, 10)).isEqualTo(1);
        assertThat(admitted(budget, SECOND - 1, 10)).isZero();
        assertThat(admitted(budget, SECOND, 10)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 33_333, 1_000_000, 100_000_000})
    void keepsTheRateInTheLongRun(int rate) {
        StormBudget budget = new StormBudget(rate, 0);
        long turn = Math.max(1, SECOND / rate / 100);
        long span = 300_000 * turn;
        long passed = 0;
        for (long now = 0; now < span; now += turn) {
            passed += admitted(budget, now, 3);
        }
        double expected = (double) span / SECOND * rate;
        assertThat((double) passed).isBetween(expected * 0.98, expected * 1.01 + 0.1 * rate + 1);
    }

    @Test
    void doesNotSaveUpWhileIdle() {
        StormBudget budget = new StormBudget(1000, 0);
        admitted(budget, 0, 100);
        assertThat(admitted(budget, 3600 * SECOND, 5000)).isEqualTo(100);
    }

    @Test
    void refillsOneByOne() {
        StormBudget budget = new StormBudget(1000, 0);
        admitted(budget, 0, 100);
        assertThat(budget.admits(999_999)).isFalse();
        assertThat(budget.admits(1_000_000)).isTrue();
        assertThat(budget.admits(1_000_001)).isFalse();
    }

    @Test
    void worksAcrossTheWrapOfNanoTime() {
        long start = Long.MAX_VALUE - SECOND / 2;
        StormBudget budget = new StormBudget(10, start);
        assertThat(admitted(budget, start, 10)).isEqualTo(1);
        assertThat(admitted(budget, start + SECOND, 10)).isEqualTo(1);
        assertThat(admitted(budget, start + SECOND + SECOND / 20, 10)).isZero();
    }
}
