package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.vxlan.VxlanSettings;

/**
 * How packets of a port get to its remote VTEP.
 *
 * @param namespace the network namespace; null for the daemon's
 * @param udpPort of both VTEPs
 * @param secretFile by which frames are encrypted; null if they are not
 */
record Underlay(String namespace, int udpPort, String secretFile) {
    static Underlay of(PortView port) {
        Object settings = port.config().settings();
        if (settings instanceof VxlanSettings vxlan) {
            return new Underlay(vxlan.namespace(), vxlan.port(), vxlan.secretFile());
        }
        return new Underlay(null, VxlanSettings.DEFAULT_PORT, null);
    }

    /** A command as it is typed where the underlay is. */
    String command(String words) {
        return new FarSide(namespace, null, null).command(words);
    }
}
