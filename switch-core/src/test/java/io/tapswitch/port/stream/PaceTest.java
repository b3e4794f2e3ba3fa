package io.tapswitch.port.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace(3, 100);

    private int admitted(long now, int wanted) {
        int count = 0;
        for (int i = 0; i < wanted; i++) {
            count += pace.admits(now) ? 1 : 0;
        }
        return count;
    }

    @Test
    void admitsSoManyAtOnceAndThenOneEachSoOften() {
        long start = Long.MAX_VALUE - 150; // nanoTime may wrap around
        assertThat(admitted(start, 5)).isEqualTo(3);
        assertThat(admitted(start + 99, 5)).isZero();
        assertThat(admitted(start + 100, 5)).isEqualTo(1);
        assertThat(admitted(start + 300, 5)).isEqualTo(2);
        assertThat(admitted(start + 100_000, 9)).isEqualTo(3);
    }
}
