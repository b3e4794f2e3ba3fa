package io.tapswitch;

import io.tapswitch.port.RemoteVtep;

/**
 * A remote VTEP that became known, alive or dead, or whose path takes other packets than before.
 *
 * @param port by name
 * @param remote the VTEP as it is now
 */
public record VtepEvent(String port, RemoteVtep remote) {
    @Override
    public String toString() {
        String path = remote.state().equals("dead") ? "" : ", packets of " + remote.pathMtu() + " bytes reach it";
        return "port " + port + ": VTEP " + remote.address() + " is " + remote.state() + path;
    }
}
