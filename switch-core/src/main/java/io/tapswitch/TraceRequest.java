package io.tapswitch;

import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.VirtioNetHeader;
import io.tapswitch.port.Arrival;

/**
 * A frame of which somebody wants to know what becomes of it.
 *
 * @param port that it comes in by, by name
 * @param arrival how it comes
 * @param offload the virtio-net header in front of it, as {@link VirtioNetHeader} defines; null for a wire frame
 * @param frame its bytes, without a frame check sequence
 * @param inject whether to bring it in; else only to tell what would become of it
 */
public record TraceRequest(String port, Arrival arrival, byte[] offload, byte[] frame, boolean inject) {
    /** Checks each field. @throws ConfigException naming the one that is wrong */
    public TraceRequest {
        Checks.name("port", port);
        if (frame.length == 0 || frame.length > Frame.MAX_LENGTH) {
            throw ConfigException.invalid(
                    "frame", "has " + frame.length + " bytes: 1 to " + Frame.MAX_LENGTH + " are possible");
        }
        if (offload != null && offload.length != VirtioNetHeader.LENGTH) {
            throw ConfigException.invalid(
                    "offload", "has " + offload.length + " bytes: a virtio-net header has " + VirtioNetHeader.LENGTH);
        }
        if (inject && !arrival.isUsual()) {
            throw ConfigException.invalid(
                    "inject", "a frame can only be brought in as the far side sends it: leave 'arrival' away, or this");
        }
    }
}
