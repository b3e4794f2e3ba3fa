package io.tapswitch;

import java.util.Locale;

/**
 * What became of a port, a network or a mirror.
 *
 * @param subject the port, network or mirror, by name
 * @param text what happened, in words
 */
public record SwitchEvent(Kind kind, String subject, String text) {
    /** What happened. */
    public enum Kind {
        /** A port is new: configured, taken in by a listener, or led to another host. */
        PORT_ADDED,
        /** A port is no more. */
        PORT_REMOVED,
        /** A port is configured in another way. */
        PORT_CHANGED,
        /** Frames pass; also when the far side was opened anew. */
        PORT_UP,
        /** The port is open, and nobody is on its far side. */
        PORT_WAITING,
        /** The port was switched off. */
        PORT_DISABLED,
        /** The far side is lost, or cannot be opened. */
        PORT_FAILED,
        /** A network is new. */
        NETWORK_ADDED,
        /** A network is no more. */
        NETWORK_REMOVED,
        /** A network is configured in another way. */
        NETWORK_CHANGED,
        /** The time of a mirror is over: it copies no more. */
        MIRROR_EXPIRED,
        /** The time of a port's quarantine is over: it is in its networks again. */
        QUARANTINE_EXPIRED;

        /** The word in REST and CLI: {@code port-added}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
