package io.tapswitch.capture;

import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.config.MirrorConfig;
import java.util.Locale;

/** A mirror at work. Made and changed on the control thread; its counts are for any thread. */
public interface Mirror extends AutoCloseable {
    /**
     * What a mirror has done.
     *
     * @param status how it is
     * @param reason why it copies nothing; null if it does
     * @param frames that were copied
     * @param lost copies that could not be made, as nobody took them
     */
    record State(Status status, String reason, long frames, long lost) {}

    /** How a mirror is. */
    enum Status {
        /** It copies. */
        ACTIVE,
        /** Its analysis port is not there. */
        WAITING,
        /** Its file has reached its size; it copies no more. */
        FULL,
        /** Its file cannot be written. */
        FAILED;

        /** The name in REST and CLI. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What it is to do. */
    MirrorConfig config();

    /** Shows it the frames. */
    FrameWatch watch();

    /** How it is. Any thread. */
    State state();

    /** Ends it. */
    @Override
    void close();
}
