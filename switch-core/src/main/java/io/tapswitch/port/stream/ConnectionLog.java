package io.tapswitch.port.stream;

import io.tapswitch.port.TokenBucket;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a port says about those who come and go: every line at first, and one in a while from those who do so all the
 * time. Thread-safe.
 */
final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);
    private static final int LINES = 10;
    private static final long NANOS_EACH = TimeUnit.SECONDS.toNanos(10);

    private final String port;
    private final TokenBucket pace = TokenBucket.every(NANOS_EACH, LINES);
    private long unsaid;

    ConnectionLog(String port) {
        this.port = port;
    }

    /** Says it, or counts it among what is not said. */
    synchronized void say(String what) {
        if (!pace.admits(System.nanoTime())) {
            unsaid++;
            return;
        }
        String more = unsaid == 0 ? "" : " (and " + unsaid + " lines like this one were left out)";
        unsaid = 0;
        LOG.info("port {}: {}{}", port, what, more);
    }
}
