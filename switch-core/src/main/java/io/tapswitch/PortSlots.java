package io.tapswitch;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.PortDrivers;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Every port of the switch by name, wherever it comes from: the desired state, a listener, or the cluster. Changed under
 * the lock of {@link SwitchService}; read from any thread.
 */
final class PortSlots {
    private final Newcomers newcomers;
    private final HostLinks hostLinks;

    /** Replaced as a whole. */
    private volatile Map<String, PortSlot> configured = Map.of();

    PortSlots(PortDrivers drivers, EventLoops loops) {
        newcomers = new Newcomers(loops);
        hostLinks = new HostLinks(drivers, loops);
    }

    /** Those of the desired state, in its order. */
    Map<String, PortSlot> configured() {
        return configured;
    }

    void configured(Map<String, PortSlot> next) {
        configured = next;
    }

    /** Those that listeners took in. */
    Newcomers newcomers() {
        return newcomers;
    }

    /** Those to hosts of the cluster. */
    HostLinks hostLinks() {
        return hostLinks;
    }

    Stream<PortSlot> all() {
        return Stream.concat(lasting(), newcomers.slots().stream());
    }

    /** Those that do not lead to a host of the cluster. */
    Stream<PortSlot> own() {
        return Stream.concat(configured.values().stream(), newcomers.slots().stream());
    }

    /** Those that are tried again when they fail. */
    Stream<PortSlot> lasting() {
        return Stream.concat(configured.values().stream(), hostLinks.slots().stream());
    }

    /** Null if there is none of that name. */
    PortSlot find(String name) {
        return Stream.of(configured.get(name), newcomers.slot(name), hostLinks.slot(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Whether a name is that of a port that does not lead to a host of the cluster. */
    boolean isNoLink(String name) {
        return configured.containsKey(name) || newcomers.slot(name) != null;
    }

    /** The port of that name. @throws ConfigException of a field if there is none */
    PortSlot require(String field, String name) {
        PortSlot slot = find(name);
        if (slot == null) {
            throw ConfigException.notFound(field, "port '" + name + "' does not exist");
        }
        return slot;
    }

    /** The configuration names no port that comes and goes by itself. */
    void check(SwitchConfig next) {
        newcomers.check(next);
        hostLinks.check(next);
    }
}
