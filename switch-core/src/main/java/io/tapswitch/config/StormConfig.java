package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How many frames per second of each flooded kind a port may bring in; null for no limit.
 *
 * @param unknownUnicast frames to stations that are not in the FDB
 * @param multicast frames to groups
 * @param broadcast frames to everybody
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StormConfig(Integer unknownUnicast, Integer multicast, Integer broadcast) {
    private static final int MAX_RATE = 100_000_000;

    /** Checks each rate. */
    public StormConfig {
        Checks.optionalRange("unknownUnicast", unknownUnicast, 1, MAX_RATE);
        Checks.optionalRange("multicast", multicast, 1, MAX_RATE);
        Checks.optionalRange("broadcast", broadcast, 1, MAX_RATE);
    }

    static int rate(Integer framesPerSecond) {
        return framesPerSecond == null ? 0 : framesPerSecond;
    }
}
