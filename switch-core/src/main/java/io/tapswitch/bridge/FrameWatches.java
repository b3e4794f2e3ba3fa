package io.tapswitch.bridge;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.DropReason;
import java.util.List;

/** Several who watch the same, each of whom sees every frame. Immutable. */
public final class FrameWatches implements FrameWatch {
    private final FrameWatch[] watches;

    private FrameWatches(List<FrameWatch> watches) {
        this.watches = watches.toArray(FrameWatch[]::new);
    }

    /** One watch for all of these; null if there is none. */
    public static FrameWatch of(List<FrameWatch> watches) {
        return switch (watches.size()) {
            case 0 -> null;
            case 1 -> watches.get(0);
            default -> new FrameWatches(watches);
        };
    }

    @Override
    public void arrived(BridgePort port, Frame frame, Burst burst) {
        for (FrameWatch watch : watches) {
            watch.arrived(port, frame, burst);
        }
    }

    @Override
    public void decided(BridgePort port, DropReason reason, Burst burst) {
        for (FrameWatch watch : watches) {
            watch.decided(port, reason, burst);
        }
    }

    @Override
    public void leaving(BridgePort port, Frame frame, Burst burst) {
        for (FrameWatch watch : watches) {
            watch.leaving(port, frame, burst);
        }
    }

    @Override
    public void left(BridgePort port, DropReason reason, Burst burst) {
        for (FrameWatch watch : watches) {
            watch.left(port, reason, burst);
        }
    }
}
