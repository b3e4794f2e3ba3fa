package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlThreadTest {
    private final ControlThread control = new ControlThread(this);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        control.shutdown();
        assertThat(control.awaitEnd()).isTrue();
    }

    /** Waits for what was asked for until now. */
    private void await() throws InterruptedException {
        CountDownLatch passed = new CountDownLatch(1);
        control.run(passed::countDown);
        assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void doesUnderTheLockWhatIsAskedFor() throws InterruptedException {
        control.run(() -> done.add("holds the lock: " + Thread.holdsLock(this)));
        await();
        assertThat(done).containsExactly("holds the lock: true");
    }

    @Test
    void doesOnceWhatIsAskedForOftenAndAgainWhatIsAskedForWhileItIsDone() throws InterruptedException {
        Runnable[] settle = new Runnable[1];
        settle[0] = control.once(() -> {
            done.add("settle");
            if (done.size() == 1) {
                settle[0].run();
            }
        });
        synchronized (this) {
            for (int i = 0; i < 1000; i++) {
                settle[0].run();
            }
        }
        await();
        await();
        assertThat(done).containsExactly("settle", "settle");
    }

    @Test
    void whatFailsKeepsNothingElseFromBeingDone() throws InterruptedException {
        Runnable settle = control.once(() -> {
            done.add("settle");
            throw new IllegalStateException("on purpose");
        });
        settle.run();
        await();
        settle.run();
        await();
        assertThat(done).containsExactly("settle", "settle");
    }

    @Test
    void doesTheOtherThingOnceItIsShutDown() {
        control.shutdown();
        control.run(() -> done.add("done"), () -> done.add("refused"));
        control.once(() -> done.add("done")).run();
        assertThat(done).containsExactly("refused");
    }
}
