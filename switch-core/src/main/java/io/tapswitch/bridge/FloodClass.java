package io.tapswitch.bridge;

import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;

/** The three kinds of frames that are flooded (BUM), each with its switch and its storm budget per port. */
public enum FloodClass {
    /** To a station that is not in the FDB. */
    UNKNOWN_UNICAST(DropReason.STORM_UNKNOWN_UNICAST),
    /** To a group address other than broadcast. */
    MULTICAST(DropReason.STORM_MULTICAST),
    /** To ff:ff:ff:ff:ff:ff. */
    BROADCAST(DropReason.STORM_BROADCAST);

    final DropReason storm;

    FloodClass(DropReason storm) {
        this.storm = storm;
    }

    /** The class of a group address. */
    static FloodClass ofGroup(long destination) {
        return destination == MacAddress.BROADCAST ? BROADCAST : MULTICAST;
    }
}
