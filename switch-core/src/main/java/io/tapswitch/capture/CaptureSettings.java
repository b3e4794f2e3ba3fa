package io.tapswitch.capture;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.port.DropReason;
import java.util.Arrays;

/**
 * What a capture takes, and how much of it. What is null has its default.
 *
 * @param snapLength bytes kept of each frame, 14 to 262,144; default all
 * @param filter null for every frame
 * @param direction default both
 * @param dropped only frames that were dropped; default false
 * @param reason only frames that were dropped for this; null for any reason
 * @param seconds after which it ends by itself, 1 to 86,400; default 3600
 * @param count of frames after which it ends; null for no limit
 */
public record CaptureSettings(
        Integer snapLength,
        FrameFilter filter,
        Direction direction,
        Boolean dropped,
        DropReason reason,
        Integer seconds,
        Long count) {
    /** More than the longest frame. */
    public static final int MAX_SNAP_LENGTH = 262_144;

    private static final int LEAST_SNAP_LENGTH = 14;
    private static final int DEFAULT_SECONDS = 3600;
    private static final int MAX_SECONDS = 86_400;

    /** Every frame, whole. */
    public static final CaptureSettings ALL = new CaptureSettings(null, null, null, null, null, null, null);

    /** Fills in the defaults and checks each field. */
    public CaptureSettings {
        snapLength = Checks.range("snapLength", snapLength, LEAST_SNAP_LENGTH, MAX_SNAP_LENGTH, MAX_SNAP_LENGTH);
        direction = Checks.orElse(direction, Direction.BOTH);
        dropped = Checks.orElse(dropped, false) || reason != null;
        seconds = Checks.range("seconds", seconds, 1, MAX_SECONDS, DEFAULT_SECONDS);
        if (count != null && count < 1) {
            throw ConfigException.invalid("count", count + " is out of range: use 1 or more");
        }
        if (reason != null && !direction.includes(reason.side() == DropReason.Side.INGRESS)) {
            throw ConfigException.invalid(
                    "reason", reason.label() + " ends no frame of that direction: leave the direction out");
        }
    }

    /** The reason of a label. @throws ConfigException of the field {@code reason} if there is none */
    public static DropReason reason(String label) {
        return Arrays.stream(DropReason.values())
                .filter(reason -> reason.label().equals(label))
                .findFirst()
                .orElseThrow(() -> ConfigException.invalid(
                        "reason",
                        "'" + label
                                + "' is no drop reason: use a label that the port's counters show, such as locked"));
    }
}
