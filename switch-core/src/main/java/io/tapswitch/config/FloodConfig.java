package io.tapswitch.config;

/**
 * Which kinds of flooded frames a port takes.
 *
 * @param unknownUnicast frames to stations that are not in the FDB; default true
 * @param multicast frames to groups; default true
 * @param broadcast frames to everybody; default true
 */
public record FloodConfig(Boolean unknownUnicast, Boolean multicast, Boolean broadcast) {
    /** Fills in the defaults. */
    public FloodConfig {
        unknownUnicast = Checks.orElse(unknownUnicast, true);
        multicast = Checks.orElse(multicast, true);
        broadcast = Checks.orElse(broadcast, true);
    }
}
