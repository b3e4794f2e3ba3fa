package io.tapswitch.overlay;

import io.tapswitch.FdbEvent;

/**
 * What the hosts of an overlay know of each other. Never on the frame path: trouble here costs no frame.
 */
public interface OverlayDirectory extends AutoCloseable {
    /** Takes note of a change of a local forwarding table. Control thread; must not wait. */
    void fdbChanged(FdbEvent event);

    /** What this directory is, for {@code tapswitch status}. */
    String description();

    @Override
    void close();
}
