package io.tapswitch.it;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for something that happens by itself. */
public final class Await {
    private Await() {}

    /** Waits until a condition holds, and fails if it does not within the time. */
    public static void until(String what, int seconds, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + seconds + " s: " + what);
            }
            Thread.sleep(2);
        }
    }
}
