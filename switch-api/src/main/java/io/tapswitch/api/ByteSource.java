package io.tapswitch.api;

import io.vertx.core.buffer.Buffer;

/**
 * The body of an answer that comes bit by bit, for as long as the client stays. Every method is called on the API's event
 * loop and returns at once; whatever fills the source does so elsewhere, into a buffer with a bound.
 */
interface ByteSource extends AutoCloseable {
    /** What there is now: empty if nothing, null at the end. Asked for about every 20 ms while the client takes it. */
    Buffer next();

    /** Frees what the source holds. Called once, however the answer ends. */
    @Override
    void close();
}
