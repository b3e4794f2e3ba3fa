package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.PortLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopLagTest {
    @Test
    void showsALoopThatHangsAndHowLateItWasAfterwards() throws InterruptedException {
        try (EventLoops loops = new EventLoops(2)) {
            PortLoop hanging = loops.leastBusyFirst().get(0);
            CountDownLatch release = new CountDownLatch(1);
            hanging.execute(() -> await(release));
            while (silence(loops, hanging.index()) < TimeUnit.MILLISECONDS.toNanos(1500)) {
                Thread.sleep(20);
            }
            assertThat(silence(loops, 1 - hanging.index())).isLessThan(silence(loops, hanging.index()));
            release.countDown();
            while (loops.lag().readings().get(hanging.index()).maxNanos() < TimeUnit.SECONDS.toNanos(1) / 2) {
                Thread.sleep(20);
            }
        }
    }

    private static long silence(EventLoops loops, int loop) {
        return loops.lag().readings().get(loop).silentNanos();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
