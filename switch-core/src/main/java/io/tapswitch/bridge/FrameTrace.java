package io.tapswitch.bridge;

import io.tapswitch.port.DropReason;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of one frame on this host, step by step.
 *
 * @param network by name, null if the frame comes to none
 * @param outcome what its port counts it as
 * @param reason why it is dropped; null unless it is
 * @param steps in their order; the last is the one that ends it
 * @param copies that leave, or are refused at their port
 */
public record FrameTrace(String network, Outcome outcome, DropReason reason, List<Step> steps, List<Copy> copies) {
    /** What a frame's port counts it as. */
    public enum Outcome {
        /** It leaves by one port that its destination is behind. */
        FORWARDED,
        /** It leaves by every port that takes such frames. */
        FLOODED,
        /** It is a request, and is answered in the name of another station. */
        SUPPRESSED,
        /** It goes nowhere. */
        DROPPED;

        /** The name in REST and CLI. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The parts of the frame path, in its order. */
    public enum Stage {
        /** How it comes from the far side to the switch. */
        ARRIVAL,
        /** The port that it comes in by, and the network that it belongs to. */
        INGRESS,
        /** Source, offload header, length, destination, lock. */
        CHECKS,
        /** The source in the FDB. */
        LEARNING,
        /** Whether it is a request that need not be flooded. */
        NEIGHBOURS,
        /** The destination in the FDB. */
        LOOKUP,
        /** To one port. */
        FORWARDING,
        /** To many. */
        FLOODING,
        /** Of one copy, at its port. */
        EGRESS,
        /** What was counted when it was really brought in. */
        COUNTED;

        /** The name in REST and CLI. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One step.
     *
     * @param port whose step it is: of the egress port for {@link Stage#EGRESS}, else of the ingress port
     * @param reason why the frame, or the copy, ends here; null if it goes on
     * @param text what happens, for people
     */
    public record Step(Stage stage, String port, DropReason reason, String text) {}

    /**
     * One copy that leaves, or would.
     *
     * @param port by name
     * @param vlan of the tag of the switch's own that it leaves with; 0 if it leaves without
     * @param vni on the overlay; 0 elsewhere
     * @param reason why the port refuses it; null if it does not
     * @param frame as it leaves on the overlay, not to be changed; null elsewhere
     */
    public record Copy(String port, int vlan, int vni, DropReason reason, byte[] frame) {}
}
