package io.tapswitch.port;

import io.tapswitch.port.dgram.DgramDriver;
import io.tapswitch.port.packet.InterfaceDriver;
import io.tapswitch.port.stream.StreamDriver;
import io.tapswitch.port.tap.TapDriver;
import io.tapswitch.port.tun.TunDriver;
import io.tapswitch.vxlan.VxlanDriver;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The port types of a switch, by name. */
public final class PortDrivers {
    private final Map<String, PortDriver<?>> byType = new TreeMap<>();

    /** @param drivers one for each type */
    public PortDrivers(List<PortDriver<?>> drivers) {
        drivers.forEach(driver -> byType.put(driver.type(), driver));
    }

    /** Every type that TapSwitch has; a new one is one line here. */
    public static PortDrivers all() {
        return new PortDrivers(List.of(
                new DgramDriver(),
                new InterfaceDriver(),
                new StreamDriver(),
                new TapDriver(),
                new TunDriver(),
                new VxlanDriver()));
    }

    /** The types, in alphabetical order. */
    public Set<String> types() {
        return byType.keySet();
    }

    /** What ports of all types share, in the order of the types. */
    public List<SharedEndpoint> endpoints() {
        return byType.values().stream()
                .flatMap(driver -> driver.endpoints().stream())
                .toList();
    }

    /** The driver of a type. @throws IllegalArgumentException if there is no such type */
    public PortDriver<?> of(String type) {
        PortDriver<?> driver = byType.get(type);
        if (driver == null) {
            throw new IllegalArgumentException("no driver for port type " + type);
        }
        return driver;
    }
}
