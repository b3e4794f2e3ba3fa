package io.tapswitch.port;

/**
 * One turn of an event loop over the frames that are waiting at a port: which loop it is, and what time it is. The
 * clock is read once per burst and everything that depends on time takes it from here. Owned by its loop and reused.
 */
public final class Burst {
    private final int loop;
    private long nowNanos;

    /** @param loop the index of the event loop, from 0 */
    public Burst(int loop) {
        this.loop = loop;
    }

    /** Begins a turn. @param now {@code System.nanoTime}, or a test's clock */
    public Burst begin(long now) {
        nowNanos = now;
        return this;
    }

    /** The index of the event loop: its row in {@link PortCounters}, its queue in a multi-queue port. */
    public int loop() {
        return loop;
    }

    /** The time of this turn, {@code System.nanoTime}. */
    public long nowNanos() {
        return nowNanos;
    }
}
