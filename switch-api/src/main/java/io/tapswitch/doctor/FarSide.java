package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.port.packet.InterfaceSettings;
import io.tapswitch.port.tap.TapSettings;
import io.tapswitch.port.tun.TunSettings;
import io.tapswitch.vxlan.VxlanSettings;

/**
 * Where the far side of a port is.
 *
 * @param namespace the network namespace; null for the daemon's
 * @param interfaceName the network interface; null if it is something else, or not there
 * @param mtu the MTU that the port's own section gives the interface; null if that is the network's
 */
record FarSide(String namespace, String interfaceName, Integer mtu) {
    static FarSide of(PortView port) {
        Object settings = port.config().settings();
        String device = port.info() == null ? null : port.info().device();
        if (settings instanceof TapSettings tap) {
            return new FarSide(tap.namespace(), device, tap.mtu());
        }
        if (settings instanceof TunSettings tun) {
            return new FarSide(tun.namespace(), device, tun.mtu());
        }
        if (settings instanceof InterfaceSettings far) {
            return new FarSide(far.namespace(), device, far.mtu());
        }
        String underlay = settings instanceof VxlanSettings vxlan ? vxlan.namespace() : null;
        return new FarSide(underlay, null, null);
    }

    /** A command as it is typed where the far side is. */
    String command(String words) {
        if (namespace == null) {
            return words;
        }
        return (namespace.startsWith("/") ? "nsenter --net=" + namespace + " " : "ip netns exec " + namespace + " ")
                + words;
    }
}
