package io.tapswitch.vxlan;

/** What is known of the path to another VTEP and back. */
public enum PeerState {
    /** It never acknowledged a probe. It may be a VTEP of another make, so it is treated as alive. */
    UNKNOWN,
    /** It acknowledges probes: both directions work. */
    ALIVE,
    /** It acknowledged probes and no longer does: it, or one direction of the path, is gone. */
    DEAD
}
