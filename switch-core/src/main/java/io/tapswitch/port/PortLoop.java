package io.tapswitch.port;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.Future;
import io.tapswitch.frame.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * One event loop as ports see it: its index, and the frame and burst that all its ports reuse.
 *
 * <p>{@link #frame}, {@link #burst} and {@link #attach} belong to the loop's thread; methods that wait are for the control
 * thread.
 */
public final class PortLoop {
    private static final long PATIENCE_SECONDS = 10;

    private final int index;
    private final IoEventLoop loop;
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Class<?>, Object> shared = new HashMap<>();
    private final Frame frame;
    private final Burst burst;
    private final AtomicInteger registrations = new AtomicInteger();

    /**
     * @param index from 0
     * @param loop with Netty's epoll transport
     */
    public PortLoop(int index, IoEventLoop loop) {
        this.index = index;
        this.loop = loop;
        this.frame = frames(1).get(0);
        this.burst = new Burst(index);
    }

    /** The loop's index, from 0. */
    public int index() {
        return index;
    }

    /** The frame that each port of the loop reads into. The loop's thread only. */
    public Frame frame() {
        return frame;
    }

    /**
     * Frames for ports that read several at once: the loop's ports share them. Any thread may ask for them, to prepare
     * system calls; their content is for the loop's thread only.
     */
    public List<Frame> frames(int count) {
        synchronized (frames) {
            while (frames.size() < count) {
                frames.add(new Frame());
            }
            return List.copyOf(frames.subList(0, count));
        }
    }

    /** What the ports of one type share on this loop, made by whoever asks first. Any thread. */
    public <T> T shared(Class<T> type, Supplier<T> make) {
        synchronized (shared) {
            return type.cast(shared.computeIfAbsent(type, key -> make.get()));
        }
    }

    /** Has the loop run a task soon. Any thread; allocates nothing of its own. */
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /** Has the loop run a task after a while, unless that is cancelled before. Any thread. */
    public Future<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return loop.schedule(task, delay, unit);
    }

    /** Returns once the loop has run a task; a loop that shuts down runs none. */
    public void call(Runnable task) {
        if (!loop.isShuttingDown()) {
            await(loop.submit(task));
        }
    }

    /**
     * Has the loop run a task again and again, until the result is cancelled. Any thread.
     *
     * @param millis from the end of one run to the start of the next
     * @param task must not throw, or it was its last run
     */
    public Future<?> every(long millis, Runnable task) {
        return loop.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** The burst that each port of the loop passes on. The loop's thread only. */
    public Burst burst() {
        return burst;
    }

    /**
     * Counts a port that will register handles as its far side comes and goes, so that the next port goes to another
     * loop. Any thread.
     */
    public void occupy() {
        registrations.incrementAndGet();
    }

    /** Takes {@link #occupy} back. Any thread. */
    public void vacate() {
        registrations.decrementAndGet();
    }

    /** How many handles, and ports that come and go, the loop serves. Any thread. */
    public int registrations() {
        return registrations.get();
    }

    /** Lets the loop call the handle whenever its file descriptor is readable; waits until it does. */
    public IoRegistration register(EpollIoHandle handle) {
        IoRegistration registration = await(loop.register(handle));
        await(loop.submit(() -> registration.submit(EpollIoOps.EPOLLIN)));
        registrations.incrementAndGet();
        return registration;
    }

    /**
     * Lets the loop call the handle at these events from now on; for a port that {@linkplain #occupy occupies} the loop,
     * which ends the registration itself. The loop's thread only.
     */
    public IoRegistration attach(EpollIoHandle handle, EpollIoOps events) {
        Future<IoRegistration> registered = loop.register(handle);
        if (!registered.isSuccess()) {
            throw new IllegalStateException("the event loop takes no further file descriptor", registered.cause());
        }
        registered.getNow().submit(events);
        return registered.getNow();
    }

    /** Ends a registration and runs the action on the loop; once this returns, the loop no longer calls the handle. */
    public void deregister(IoRegistration registration, Runnable then) {
        registrations.decrementAndGet();
        // A loop that shuts down closes the handles that it still has by itself.
        if (!loop.isShuttingDown()) {
            await(loop.submit(() -> {
                registration.cancel();
                then.run();
            }));
        }
    }

    /** Returns once the loop has finished what it is doing now. */
    public void quiesce() {
        call(() -> {});
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an event loop was to act", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("an event loop has not answered for " + PATIENCE_SECONDS + " s", e);
        }
    }
}
