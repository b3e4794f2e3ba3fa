package io.tapswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static int admitted(TokenBucket bucket, long nowNanos, int offered) {
        int admitted = 0;
        for (int i = 0; i < offered; i++) {
            admitted += bucket.admits(nowNanos) ? 1 : 0;
        }
        return admitted;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, Long.MAX_VALUE, -1})
    void isFullAtFirstWheneverThatIs(long nowNanos) {
        assertThat(admitted(TokenBucket.perSecond(1000, 100), nowNanos, 5000)).isEqualTo(100);
        assertThat(admitted(TokenBucket.every(SECOND, 1), nowNanos, 10)).isEqualTo(1);
    }

    @Test
    void hasOneMoreEachSoOften() {
        TokenBucket bucket = TokenBucket.every(SECOND, 1);
        assertThat(admitted(bucket, 0, 10)).isEqualTo(1);
        assertThat(admitted(bucket, SECOND - 1, 10)).isZero();
        assertThat(admitted(bucket, SECOND, 10)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 33_333, 1_000_000, 100_000_000})
    void keepsTheRateInTheLongRun(int rate) {
        TokenBucket bucket = TokenBucket.perSecond(rate, Math.max(1, rate / 10));
        long turn = Math.max(1, SECOND / rate / 100);
        long span = 300_000 * turn;
        long passed = 0;
        for (long now = 0; now < span; now += turn) {
            passed += admitted(bucket, now, 3);
        }
        double expected = (double) span / SECOND * rate;
        assertThat((double) passed).isBetween(expected * 0.98, expected * 1.01 + 0.1 * rate + 1);
    }

    @Test
    void doesNotSaveUpWhileIdle() {
        TokenBucket bucket = TokenBucket.perSecond(1000, 100);
        admitted(bucket, 0, 100);
        assertThat(admitted(bucket, 3600 * SECOND, 5000)).isEqualTo(100);
    }

    @Test
    void refillsOneByOne() {
        TokenBucket bucket = TokenBucket.perSecond(1000, 100);
        admitted(bucket, 0, 100);
        assertThat(bucket.admits(999_999)).isFalse();
        assertThat(bucket.admits(1_000_000)).isTrue();
        assertThat(bucket.admits(1_000_001)).isFalse();
    }

    @Test
    void tellsWhetherThereIsOneAndLeavesIt() {
        TokenBucket bucket = TokenBucket.perSecond(1000, 1);
        assertThat(bucket.hasRoom(0)).isTrue();
        assertThat(admitted(bucket, 0, 2)).isEqualTo(1);
        assertThat(bucket.hasRoom(999_999)).isFalse();
        assertThat(bucket.hasRoom(1_000_000)).isTrue();
        assertThat(admitted(bucket, 1_000_000, 2)).isEqualTo(1);
    }

    @Test
    void worksAcrossTheWrapOfNanoTime() {
        long start = Long.MAX_VALUE - SECOND / 2;
        TokenBucket bucket = TokenBucket.perSecond(10, 1);
        assertThat(admitted(bucket, start, 10)).isEqualTo(1);
        assertThat(admitted(bucket, start + SECOND, 10)).isEqualTo(1);
        assertThat(admitted(bucket, start + SECOND + SECOND / 20, 10)).isZero();
    }
}
