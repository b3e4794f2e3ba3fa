package io.tapswitch.overlay;

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
        String name, String type, String network, List<String> trunk, String status, String reason, String device) {}
