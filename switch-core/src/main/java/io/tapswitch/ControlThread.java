package io.tapswitch;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which the switch takes note of what it is told and looks after its ports, so that who tells it need not
 * wait for a device or a disk. Any thread may call.
 */
final class ControlThread {
    private static final Logger LOG = LoggerFactory.getLogger(ControlThread.class);
    private static final long CLOSE_SECONDS = 10;

    private final Object lock;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "tapswitch-control"));

    /** @param lock that changes of the switch are made under */
    ControlThread(Object lock) {
        this.lock = lock;
    }

    /** Does something soon, under the lock; never, if the switch is shutting down. Returns at once. */
    void run(Runnable action) {
        run(action, () -> {});
    }

    /** The same. @param otherwise done at once instead if the switch is shutting down */
    void run(Runnable action, Runnable otherwise) {
        try {
            executor.execute(() -> locked(action));
        } catch (RejectedExecutionException e) {
            otherwise.run();
        }
    }

    /** The executor would keep to itself what went wrong. */
    private void locked(Runnable action) {
        synchronized (lock) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.error("the switch could not take note of what it was told", e);
            }
        }
    }

    /** What has something done soon, under the lock: once, however often it is asked for until then. */
    Runnable once(Runnable action) {
        AtomicBoolean isComing = new AtomicBoolean();
        return () -> {
            if (isComing.compareAndSet(false, true)) {
                run(() -> {
                    isComing.set(false);
                    action.run();
                });
            }
        };
    }

    /** Does something again and again, not under the lock. @param task ends for good if it throws */
    void every(long millis, Runnable task) {
        executor.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Begins nothing more. */
    void shutdown() {
        executor.shutdown();
    }

    /** Waits until what was begun is done. @return false if that took too long */
    boolean awaitEnd() throws InterruptedException {
        return executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
