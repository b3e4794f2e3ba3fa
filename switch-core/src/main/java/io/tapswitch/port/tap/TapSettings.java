package io.tapswitch.port.tap;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tapswitch.config.Checks;
import io.tapswitch.linux.InterfaceAddress;
import java.util.List;

/**
 * The section {@code tap} of a port.
 *
 * @param interfaceName the device's name, at most 15 bytes; default: the port's name
 * @param namespace the network namespace that it stands in: a name below {@code /run/netns}, or an absolute path;
 *     default: the daemon's own
 * @param owner the user, by name or number, who may attach to a persistent device without privileges
 * @param group likewise
 * @param persistent whether the device outlives the daemon; default false
 * @param offload whether large frames and open checksums cross whole; default true
 * @param queues how many event loops read the device, at most the switch's; default 1
 * @param mac the address of the interface; default: one that the switch made of the port's name and a random seed of its
 *     own, which stays, also for a port that is removed and made again; an interface that was there before keeps its own
 * @param mtu of the interface, bytes; default: the network's, and follows it
 * @param addresses IPv4 and IPv6, each with its prefix length
 * @param up whether the interface is brought up; default true
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TapSettings(
        @JsonProperty("interface") String interfaceName,
        String namespace,
        String owner,
        String group,
        Boolean persistent,
        Boolean offload,
        Integer queues,
        String mac,
        Integer mtu,
        List<String> addresses,
        Boolean up) {
    private static final int MAX_QUEUES = 64;

    /** Fills in the defaults and checks each field. */
    public TapSettings {
        DeviceFields.checkInterface("interface", interfaceName);
        Checks.optionalNamespace("namespace", namespace);
        persistent = Checks.orElse(persistent, false);
        offload = Checks.orElse(offload, true);
        queues = Checks.range("queues", queues, 1, MAX_QUEUES, 1);
        mac = DeviceFields.mac(mac);
        DeviceFields.checkMtu(mtu);
        addresses = DeviceFields.addresses("addresses", addresses);
        up = Checks.orElse(up, true);
    }

    /** The addresses, parsed. */
    List<InterfaceAddress> interfaceAddresses() {
        return addresses.stream().map(InterfaceAddress::parse).toList();
    }

    /** The device's name for a port. @throws ConfigException if the port's name cannot serve and none was given */
    String interfaceFor(String portName) {
        return DeviceFields.interfaceFor("tap.interface", interfaceName, portName);
    }
}
