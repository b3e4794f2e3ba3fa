package io.tapswitch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Queue<Runnable> thread = new ArrayDeque<>();
    private int overflows;
    private int done;
    private final Inbox inbox = new Inbox(thread::add, 100, () -> overflows++);

    private void put(int count) {
        for (int i = 0; i < count; i++) {
            inbox.put(() -> done++);
        }
    }

    private void run() {
        while (!thread.isEmpty()) {
            thread.poll().run();
        }
    }

    @Test
    void doesEverythingAsLongAsTheThreadKeepsUp() {
        for (int i = 0; i < 10; i++) {
            put(100);
            run();
        }

        assertThat(done).isEqualTo(1000);
        assertThat(overflows).isZero();
    }

    @Test
    void holdsNoMoreThanItMayWhileTheThreadIsHeldUpAndReadsEverythingOnce() {
        put(100_000);
        assertThat(thread).hasSize(101);

        run();

        assertThat(done).isEqualTo(100);
        assertThat(overflows).isEqualTo(1);
        put(100);
        assertThat(thread).hasSize(100);
    }

    @Test
    void readsEverythingAgainForWhatWasDroppedAfterThat() {
        put(101);
        run();
        put(102);
        run();

        assertThat(overflows).isEqualTo(2);
    }
}
