package io.tapswitch.port.packet;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.IfTun;
import io.tapswitch.port.tap.DeviceFields;

/**
 * The section {@code interface} of a port.
 *
 * @param name the network interface, at most 15 bytes; default: the port's name
 * @param namespace the network namespace that it stands in: a name below {@code /run/netns}, or an absolute path;
 *     default: the daemon's own
 * @param createTap whether the switch makes the interface, a persistent TAP for QEMU or libvirt to open; default false
 * @param owner with {@code createTap}: the user, by name or number, who may open the TAP without privileges
 * @param group likewise
 * @param queues with {@code createTap}: how many queues QEMU opens; with more than one only {@code queues=} of two or
 *     more can open the TAP; default 1
 * @param mtu with {@code createTap}: of the interface, bytes; default: the network's, and follows it
 * @param promiscuous whether the interface takes in frames for every station; default true
 * @param offload whether large frames and open checksums go out to the interface whole; default true
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InterfaceSettings(
        String name,
        String namespace,
        Boolean createTap,
        String owner,
        String group,
        Integer queues,
        Integer mtu,
        Boolean promiscuous,
        Boolean offload) {

    /** Fills in the defaults and checks each field. */
    public InterfaceSettings {
        DeviceFields.checkInterface("name", name);
        Checks.optionalNamespace("namespace", namespace);
        createTap = Checks.orElse(createTap, false);
        if (!createTap) {
            requireAbsent("owner", owner);
            requireAbsent("group", group);
            requireAbsent("queues", queues != null && queues == 1 ? null : queues);
            requireAbsent("mtu", mtu);
        }
        queues = createTap ? Integer.valueOf(Checks.range("queues", queues, 1, IfTun.MAX_QUEUES, 1)) : null;
        DeviceFields.checkMtu(mtu);
        promiscuous = Checks.orElse(promiscuous, true);
        offload = Checks.orElse(offload, true);
    }

    private static void requireAbsent(String field, Object value) {
        if (value != null) {
            throw ConfigException.invalid(
                    field, "is for an interface that the switch makes: set createTap, or leave the field out");
        }
    }

    /** The interface's name for a port. @throws ConfigException if the port's name cannot serve and none was given */
    String interfaceFor(String portName) {
        return DeviceFields.interfaceFor("interface.name", name, portName);
    }
}
