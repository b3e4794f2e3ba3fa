package io.tapswitch.port;

import io.tapswitch.frame.Frame;

/** Where a port's frames go: the bridge, or a test that looks at them. */
@FunctionalInterface
public interface FrameSink {
    /**
     * Takes one frame that came in from the far side. Called on the event loop that read it.
     *
     * @param frame valid, and free to be changed, during the call
     * @param burst the turn of the loop that read it
     */
    void receive(Frame frame, Burst burst);

    /** The same from a port of the overlay, where each frame comes with the VXLAN network identifier of its network. */
    default void receive(int vni, Frame frame, Burst burst) {
        receive(frame, burst);
    }

    /**
     * Takes a frame that a port of the overlay sends in its own name, such as an ICMP message about a frame that it could
     * not carry, to a station of this host; one to a station that is not known goes nowhere. On any loop, also within
     * {@link Port#transmit}.
     */
    default void answer(int vni, Frame frame, Burst burst) {}

    /**
     * Shows a frame that the port itself has refused, and counted, before it could be handed over, to whoever watches the
     * port. Nothing comes of it otherwise; a port that has not got the bytes of the frame leaves this out.
     */
    default void refused(Frame frame, DropReason reason, Burst burst) {}
}
