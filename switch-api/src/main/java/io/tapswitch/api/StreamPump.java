package io.tapswitch.api;

import io.tapswitch.api.Problem.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries answers that come bit by bit from their {@link ByteSource} to the client, as fast as that takes them: what a
 * slow one does not take stays in the source. On the API's event loop but for {@link #close}.
 */
final class StreamPump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamPump.class);

    /** Each has buffers of its own, and a timer. */
    static final int MAX_STREAMS = 64;

    /** So that one caller has not all of them, nor all of the captures. */
    static final int MAX_OF_ONE_CALLER = 8;

    private static final String RETRY_SECONDS = "10";
    private static final long POLL_MILLIS = 20;

    /** After which a caller sees no more of what it may not see any more. */
    private static final long RECHECK_MILLIS = 2_000;

    /** Then others have their turn: at most 50 MB a second for each. */
    private static final int MAX_BYTES_AT_ONCE = 1024 * 1024;

    private final Vertx vertx;
    private final Set<Flow> flows = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    StreamPump(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Begins to send an answer, headers included.
     *
     * @param caller by name
     * @param mayGoOn asked now and then whether the caller may still see it
     * @throws Problem if there are as many as there may be, or this is closed; nothing was sent
     */
    void start(HttpServerRequest request, Answer answer, String caller, BooleanSupplier mayGoOn) {
        HttpServerResponse response = request.response();
        try {
            requireRoom(caller);
        } catch (Problem full) {
            answer.stream().close();
            throw full;
        }
        if (request.method() == HttpMethod.HEAD || response.ended() || response.closed()) {
            answer.stream().close();
            if (!response.ended() && !response.closed()) {
                response.end();
            }
            return;
        }
        response.setChunked(true);
        Flow flow = new Flow(response, answer.stream(), caller, mayGoOn);
        flows.add(flow);
        flow.begin();
    }

    private void requireRoom(String caller) {
        long own = flows.stream().filter(flow -> flow.caller.equals(caller)).count();
        if (own >= MAX_OF_ONE_CALLER) {
            throw Problem.of(
                            Kind.TOO_MANY_REQUESTS,
                            caller + " has " + own
                                    + " captures and event streams open, the most for one caller: end one"
                                    + " of them, or have each program use a token of its own")
                    .with("Retry-After", RETRY_SECONDS);
        }
        if (isClosed || flows.size() >= MAX_STREAMS) {
            throw Problem.of(
                            Kind.UNAVAILABLE,
                            "there are " + MAX_STREAMS + " captures and event streams already: end one of them first")
                    .with("Retry-After", RETRY_SECONDS);
        }
    }

    /** Ends every answer. Any thread; they end on the event loop, soon. */
    @Override
    public void close() {
        isClosed = true;
        flows.forEach(flow -> vertx.getOrCreateContext().runOnContext(nothing -> flow.finish()));
    }

    /** One answer on its way. */
    private final class Flow {
        private final HttpServerResponse response;
        private final ByteSource source;
        private final String caller;
        private final BooleanSupplier mayGoOn;
        private long timer;
        private long recheck;
        private boolean done;

        Flow(HttpServerResponse response, ByteSource source, String caller, BooleanSupplier mayGoOn) {
            this.response = response;
            this.source = source;
            this.caller = caller;
            this.mayGoOn = mayGoOn;
        }

        void begin() {
            response.closeHandler(nothing -> release());
            response.exceptionHandler(failure -> release());
            response.drainHandler(nothing -> step());
            response.writeHead();
            timer = vertx.setPeriodic(POLL_MILLIS, id -> step());
            recheck = vertx.setPeriodic(RECHECK_MILLIS, id -> {
                if (!mayGoOn.getAsBoolean()) {
                    finish();
                }
            });
            step();
        }

        private void step() {
            try {
                for (int sent = 0; sent < MAX_BYTES_AT_ONCE && isOpen() && !response.writeQueueFull(); ) {
                    Buffer bytes = source.next();
                    if (bytes == null) {
                        finish();
                    } else if (bytes.length() == 0) {
                        return;
                    } else {
                        sent += bytes.length();
                        response.write(bytes);
                    }
                }
            } catch (RuntimeException e) {
                LOG.error("api: a stream failed", e);
                finish();
            }
        }

        /** The connection may be gone before anybody says so. */
        private boolean isOpen() {
            if (!done && response.closed()) {
                release();
            }
            return !done;
        }

        private void finish() {
            if (!done) {
                release();
                response.end();
            }
        }

        private void release() {
            if (!done) {
                done = true;
                vertx.cancelTimer(timer);
                vertx.cancelTimer(recheck);
                flows.remove(this);
                source.close();
            }
        }
    }
}
