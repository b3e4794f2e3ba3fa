package io.tapswitch.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer of another host that comes bit by bit. What the client here does not take in time waits there: no more than a
 * little is kept on the way. On the API's event loop.
 */
final class RemoteSource implements ByteSource {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteSource.class);
    private static final int MOST_BYTES = 1 << 20;

    /** What a buffer takes besides its bytes, which may be few. */
    private static final int BUFFER_BYTES = 256;

    private static final Buffer NOTHING = Buffer.buffer();

    private final HttpClientResponse response;
    private final Queue<Buffer> waiting = new ArrayDeque<>();
    private int length;
    private boolean isPaused;
    private boolean isEnded;

    /** @param host for the log */
    RemoteSource(String host, HttpClientResponse response) {
        this.response = response;
        response.handler(this::take);
        response.endHandler(nothing -> isEnded = true);
        response.exceptionHandler(failure -> {
            if (!isEnded) {
                LOG.warn("api: what host {} was sending was cut off: {}", host, failure.toString());
                isEnded = true;
            }
        });
    }

    private void take(Buffer bytes) {
        waiting.add(bytes);
        length += bytes.length() + BUFFER_BYTES;
        if (length >= MOST_BYTES && !isPaused) {
            isPaused = true;
            response.pause();
        }
    }

    @Override
    public Buffer next() {
        Buffer bytes = waiting.poll();
        if (bytes == null) {
            return isEnded ? null : NOTHING;
        }
        length -= bytes.length() + BUFFER_BYTES;
        if (isPaused && length < MOST_BYTES / 2) {
            isPaused = false;
            response.resume();
        }
        return bytes;
    }

    /** Tells the other host, unless it has sent everything. */
    @Override
    public void close() {
        if (!isEnded) {
            isEnded = true;
            response.request().reset();
        }
        waiting.clear();
    }
}
