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
}
