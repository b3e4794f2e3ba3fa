package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MoveLogTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MoveLog log = new MoveLog();

    @Test
    void fiveMovesWithin180SecondsAreTooMany() {
        for (int move = 0; move < 4; move++) {
            assertThat(log.moved(move * 44 * SECOND)).isFalse();
        }
        assertThat(log.moved(179 * SECOND)).isTrue();
        assertThat(log.isDamped(179 * SECOND)).isTrue();
        assertThat(log.isDamped(358 * SECOND)).isTrue();
        assertThat(log.isDamped(359 * SECOND)).isFalse();
    }

    @Test
    void fiveMovesIn180SecondsAndMoreAreNot() {
        for (int move = 0; move < 100; move++) {
            assertThat(log.moved(move * 45 * SECOND)).isFalse();
        }
    }

    @Test
    void isToldOncePerDampingHoweverOftenItMovesAndForHoweverLong() {
        int told = 0;
        for (int move = 0; move < 1800; move++) {
            told += log.moved(move * SECOND) ? 1 : 0;
        }
        assertThat(told).isEqualTo(10);
    }

    @Test
    void isOverOnceNothingHappenedForAsLong() {
        log.moved(-5 * SECOND);
        assertThat(log.isOver(174 * SECOND)).isFalse();
        assertThat(log.isOver(175 * SECOND)).isTrue();

        log.damp(200 * SECOND);
        assertThat(log.isOver(379 * SECOND)).isFalse();
        assertThat(log.isOver(380 * SECOND)).isTrue();
    }

    @Test
    void timeMayBeginAnywhere() {
        long start = Long.MAX_VALUE - 2 * SECOND;
        for (int move = 0; move < 4; move++) {
            assertThat(log.moved(start + move * SECOND)).isFalse();
        }
        assertThat(log.moved(start + 4 * SECOND)).isTrue();
        assertThat(log.isDamped(start + 183 * SECOND)).isTrue();
    }
}
