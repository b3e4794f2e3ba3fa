package io.tapswitch;

import io.tapswitch.config.Checks;
import io.tapswitch.vxlan.VxlanSettings;
import java.util.Set;

/**
 * A host of the cluster that frames go to.
 *
 * @param host by name, as {@link Checks#name} wants it; unique in the cluster
 * @param settings how packets get to its VTEP
 * @param networks by name, each a network of the cluster that both hosts have ports in
 */
public record HostLink(String host, VxlanSettings settings, Set<String> networks) {
    /** Checks the name and copies the networks. @throws io.tapswitch.config.ConfigException if it is not a name */
    public HostLink {
        Checks.name("host", host);
        Checks.required("settings", settings);
        networks = Set.copyOf(networks);
    }
}
