package io.tapswitch.cluster;

import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.StaticOverlayDirectory;

/** The one place that chooses how this host learns of others. Today there is one host, and nothing to choose. */
public final class OverlayDirectories {
    private OverlayDirectories() {}

    /** Opens the directory of this host; the caller closes it. */
    public static OverlayDirectory open() {
        return new StaticOverlayDirectory();
    }
}
