package io.tapswitch.port;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what must not happen on the frame path, at most every ten seconds, since it may happen for each frame. Any thread. */
public final class DefectLog {
    private static final Logger LOG = LoggerFactory.getLogger(DefectLog.class);
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final String portName;
    private final String what;
    private volatile long loggedNanos = System.nanoTime() - PAUSE_NANOS;

    /** @param what raises a defect, such as {@code a frame}; it is dropped then */
    public DefectLog(String portName, String what) {
        this.portName = portName;
        this.what = what;
    }

    /** Logs a defect, unless one was logged just before. */
    public void report(RuntimeException defect, Burst burst) {
        if (burst.nowNanos() - loggedNanos >= PAUSE_NANOS) {
            loggedNanos = burst.nowNanos();
            LOG.error("port {}: {} raised a defect of the switch, and was dropped", portName, what, defect);
        }
    }
}
