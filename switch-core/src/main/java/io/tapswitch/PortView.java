package io.tapswitch;

import io.tapswitch.config.PortConfig;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.RemoteVtep;
import java.time.Instant;
import java.util.Locale;

/**
 * A port as it is at one moment.
 *
 * @param config what it should be
 * @param listener the port that took it in, null for one that nobody took in
 * @param host the host of the cluster that it leads to, by name; null for one that leads to none
 * @param counters live; they go on counting
 * @param status how it is
 * @param reason why it failed, with what to do, or what it waits for; null if neither
 * @param since when it came up or failed
 * @param info of the far side; null if that is not there
 * @param remote the VTEP on the far side; null if that is something else, or not there
 */
public record PortView(
        PortConfig config,
        String listener,
        String host,
        PortCounters counters,
        Status status,
        String reason,
        Instant since,
        Port.Info info,
        RemoteVtep remote) {
    /** How a port is. */
    public enum Status {
        /** Frames pass. */
        UP,
        /** Switched off by configuration. */
        DISABLED,
        /** The port is open, and nobody is on its far side, or nobody who takes frames. */
        WAITING,
        /** The far side is not there; the switch tries again by itself. */
        FAILED;

        /** The name in REST and CLI. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
