package io.tapswitch.port.tun;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.port.tap.DeviceFields;
import java.util.ArrayList;
import java.util.List;

/**
 * The section {@code tun} of a port.
 *
 * @param interfaceName the device's name, at most 15 bytes; default: the port's name
 * @param namespace the network namespace that it stands in: a name below {@code /run/netns}, or an absolute path;
 *     default: the daemon's own
 * @param owner the user, by name or number, who may attach to a persistent device without privileges
 * @param group likewise
 * @param persistent whether the device outlives the daemon; default false
 * @param offload whether large packets and open checksums cross whole; default true
 * @param mac by which the host is known on the Ethernet; default: one that the switch made of the port's name and a
 *     random seed of its own, which stays, also for a port that is removed and made again
 * @param mtu of the interface, bytes; default: the network's, and follows it
 * @param addresses of the host, IPv4 and IPv6, each with the length of its network's prefix: they are given to the
 *     interface, the port answers for them, and their networks are on the link; without an IPv6 address the port finds no
 *     IPv6 neighbour, which it asks from one (RFC 4861, 7.2.2)
 * @param prefixes networks behind the host, for which the port answers besides
 * @param gateways for packets to other networks, one for each version of IP at most; default: none, and every address is
 *     taken to be on the link
 * @param up whether the interface is brought up; default true
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TunSettings(
        @JsonProperty("interface") String interfaceName,
        String namespace,
        String owner,
        String group,
        Boolean persistent,
        Boolean offload,
        String mac,
        Integer mtu,
        List<String> addresses,
        List<String> prefixes,
        List<String> gateways,
        Boolean up) {

    /** Fills in the defaults and checks each field. */
    public TunSettings {
        DeviceFields.checkInterface("interface", interfaceName);
        Checks.optionalNamespace("namespace", namespace);
        persistent = Checks.orElse(persistent, false);
        offload = Checks.orElse(offload, true);
        mac = DeviceFields.mac(mac);
        DeviceFields.checkMtu(mtu);
        addresses = DeviceFields.addresses("addresses", addresses);
        prefixes = DeviceFields.addresses("prefixes", prefixes);
        gateways = Checks.list("gateways", gateways);
        up = Checks.orElse(up, true);
        if (addresses.isEmpty() && prefixes.isEmpty()) {
            throw ConfigException.invalid(
                    "addresses", "is missing: give the host's addresses, or in prefixes the networks behind it");
        }
        checkGateways(gateways, addresses, prefixes);
    }

    private static void checkGateways(List<String> gateways, List<String> addresses, List<String> prefixes) {
        Host behind = new Host(0, parse(addresses), parse(prefixes), List.of());
        List<Integer> versions = new ArrayList<>();
        for (int i = 0; i < gateways.size(); i++) {
            String field = "gateways[" + i + "]";
            InterfaceAddress gateway = gateway(field, gateways.get(i));
            IpPrefix address = IpPrefix.host(gateway);
            if (behind.isBehind(address.high(), address.low())) {
                throw ConfigException.invalid(field, "'" + gateways.get(i) + "' is the host itself, or behind it");
            }
            if (versions.contains(gateway.prefixLength())) {
                throw ConfigException.invalid(
                        field, "'" + gateways.get(i) + "' is one too many: give one for IPv4 and one for IPv6 at most");
            }
            versions.add(gateway.prefixLength());
        }
    }

    private static InterfaceAddress gateway(String field, String text) {
        try {
            return InterfaceAddress.parse(text + (text.contains(":") ? "/128" : "/32"));
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(
                    field, "'" + text + "' is not the address of a gateway: write it like 10.0.0.254 or fd00::fe");
        }
    }

    private static List<InterfaceAddress> parse(List<String> texts) {
        return texts.stream().map(InterfaceAddress::parse).toList();
    }

    /** The host's addresses, parsed. */
    List<InterfaceAddress> interfaceAddresses() {
        return parse(addresses);
    }

    /** What the port knows of the host. @param macOfPort the port's, if the settings have none */
    Host host(long macOfPort) {
        List<InterfaceAddress> next =
                gateways.stream().map(text -> gateway("gateways", text)).toList();
        return new Host(macOfPort, parse(addresses), parse(prefixes), next);
    }

    /** The device's name for a port. @throws ConfigException if the port's name cannot serve and none was given */
    String interfaceFor(String portName) {
        return DeviceFields.interfaceFor("tun.interface", interfaceName, portName);
    }
}
