package io.tapswitch.vxlan;

/** What became of a message that came from a peer's address. Each is a counter per peer. */
public enum ControlOutcome {
    /** A probe, which was acknowledged. */
    ANSWERED,
    /** The acknowledgement of a probe that waited for it. */
    ACKNOWLEDGED,
    /** Cut, of another version, or no such message at all. */
    MALFORMED,
    /** An acknowledgement without a probe: it came late or twice, or somebody made it up. */
    STRAY,
    /** It has this host's own session: the peer's address leads back here. */
    REFLECTED,
    /** A probe over the budget for answers. */
    LIMITED,
    /** Its tag is wrong: another key, or only one end encrypts. */
    FORGED
}
