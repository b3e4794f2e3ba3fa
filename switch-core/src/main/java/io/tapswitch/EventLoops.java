package io.tapswitch;

import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.tapswitch.port.PortLoop;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The event loops that carry frames: those of a Vert.x instance of their own, with Netty's epoll transport, so that no
 * HTTP request ever stands before a frame. Ports are spread over the loops, the least busy first.
 */
public final class EventLoops implements AutoCloseable {
    private static final long CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final List<PortLoop> loops = new ArrayList<>();
    private final LoopLag lag;

    /**
     * @param count how many loops; 0 for one per available processor
     * @throws IllegalStateException if the epoll transport cannot be loaded, saying why
     */
    public EventLoops(int count) {
        Transport epoll = Transport.EPOLL;
        if (epoll == null || !epoll.available()) {
            throw new IllegalStateException(
                    "Netty's epoll transport does not load; TapSwitch needs Linux on x86-64 or aarch64 with glibc",
                    epoll == null ? null : epoll.unavailabilityCause());
        }
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(count == 0 ? Runtime.getRuntime().availableProcessors() : count);
        vertx = Vertx.builder().with(options).withTransport(epoll).build();
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loops.add(new PortLoop(loops.size(), (IoEventLoop) loop));
        }
        lag = new LoopLag(loops, System::nanoTime);
    }

    /** How many loops there are. */
    public int count() {
        return loops.size();
    }

    /** How late they are. */
    LoopLag lag() {
        return lag;
    }

    /** All loops, the least busy first. */
    List<PortLoop> leastBusyFirst() {
        return loops.stream()
                .sorted(Comparator.comparingInt(PortLoop::registrations))
                .toList();
    }

    /** Stops the loops; ports are to be closed before. */
    @Override
    public void close() {
        lag.close();
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the event loops did not stop", e);
        }
    }
}
