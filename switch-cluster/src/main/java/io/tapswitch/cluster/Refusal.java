package io.tapswitch.cluster;

/** Why a record of the store was not taken. */
public enum Refusal {
    /** Its tag was not made with a secret that this host has. */
    FORGED("not authentic: written without the cluster's secret"),
    /** It is not what a host writes, though a host with the secret wrote it. */
    MALFORMED("malformed"),
    /** A newer version of TapSwitch wrote it. */
    TOO_NEW("of a newer version"),
    /** It is kept under the name of another record. */
    MISPLACED("under a name that is not its own"),
    /** With it, the host would know more than its memory is meant for. */
    TOO_MANY("more than a cluster may have");

    private final String words;

    Refusal(String words) {
        this.words = words;
    }

    /** The reason in words, the key of {@link io.tapswitch.overlay.ClusterState#refused}. */
    public String words() {
        return words;
    }
}
