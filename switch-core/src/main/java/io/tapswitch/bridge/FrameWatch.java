package io.tapswitch.bridge;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;

/**
 * Sees the frames of a port, or of a network, as they pass: a capture, or a mirror.
 *
 * <p>Calls come in pairs, which nest like brackets: what a frame that {@linkplain #arrived arrived} sets off, such as a
 * copy that leaves by a watched port, comes before what was {@linkplain #decided decided} of it. A port's watch sees what
 * comes in by it as it came, with its tag, and what leaves by it as it leaves; a network's sees each frame that comes into the
 * network on this host once, without the trunk's tag, and nothing that leaves.
 *
 * <p>Called on the event loop that carries the frame, several loops at once: a watch never waits, never throws, allocates
 * nothing per frame, and leaves the frame as it is. The frame is valid during the call.
 */
public interface FrameWatch {
    /** A frame came in, and nothing is decided yet. */
    void arrived(BridgePort port, Frame frame, Burst burst);

    /**
     * What became of the frame that arrived last on this loop and was not decided of.
     *
     * @param reason why it was dropped; null if it was not
     */
    void decided(BridgePort port, DropReason reason, Burst burst);

    /** A copy of a frame is about to leave by the port. */
    void leaving(BridgePort port, Frame frame, Burst burst);

    /**
     * What became of the copy.
     *
     * @param reason why the port refused it; null if it did not. A port that keeps frames back to send several at once says
     *     so too late for its frame: then it is the counters alone that tell
     */
    void left(BridgePort port, DropReason reason, Burst burst);

    /** There is nothing to see any more. Control thread, or the one that made the change; the last call. */
    default void ended(String why) {}
}
