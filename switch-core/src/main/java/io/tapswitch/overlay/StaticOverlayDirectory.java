package io.tapswitch.overlay;

import io.tapswitch.FdbEvent;

/** The directory of a host that is by itself: nobody to tell, nobody to hear from. */
public final class StaticOverlayDirectory implements OverlayDirectory {
    @Override
    public void fdbChanged(FdbEvent event) {}

    @Override
    public String description() {
        return "single host";
    }

    @Override
    public void close() {}
}
