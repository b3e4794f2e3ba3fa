package io.tapswitch;

import java.io.IOException;

/** The disk refused the desired state, so nothing was changed. */
public final class StateNotSavedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause what the disk said */
    public StateNotSavedException(Exception cause) {
        super("the state could not be saved, so nothing was changed: " + cause.getMessage(), cause);
    }
}
