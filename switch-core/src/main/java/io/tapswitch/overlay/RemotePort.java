package io.tapswitch.overlay;

import io.tapswitch.PortView;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import java.util.List;

/**
 * A port of another host, as that last published it.
 *
 * @param type as in REST
 * @param network of untagged frames, by name
 * @param trunk further networks, by name; null if it is no trunk
 * @param status as in REST: {@code up}, {@code disabled}, {@code waiting} or {@code failed}
 * @param reason why it failed or what it waits for; null if neither
 * @param device the interface or socket; null if that is not there
 */
public record RemotePort(
        String name, String type, String network, List<String> trunk, String status, String reason, String device) {
    /** A port of this host, as other hosts are told of it. @param config that the port is part of */
    public static RemotePort of(PortView view, SwitchConfig config) {
        PortConfig port = view.config();
        return new RemotePort(
                port.name(),
                port.type(),
                port.network(),
                trunk(port, config),
                view.status().label(),
                view.reason(),
                view.info() == null ? null : view.info().device());
    }

    private static List<String> trunk(PortConfig port, SwitchConfig config) {
        if (port.trunk() == null) {
            return null;
        }
        return config.trunkOf(port).stream()
                .map(NetworkConfig::name)
                .filter(network -> !network.equals(port.network()))
                .toList();
    }
}
