package io.tapswitch.port.tap;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.linux.InterfaceAddress;
import io.tapswitch.linux.InterfaceName;
import java.util.List;
import java.util.stream.IntStream;

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
 * @param mac the address of the interface; default: the kernel chooses
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
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65521;

    /** Fills in the defaults and checks each field. */
    public TapSettings {
        if (interfaceName != null) {
            checked("interface", interfaceName, InterfaceName::check);
        }
        Checks.optionalNamespace("namespace", namespace);
        persistent = Checks.orElse(persistent, false);
        offload = Checks.orElse(offload, true);
        queues = Checks.range("queues", queues, 1, MAX_QUEUES, 1);
        mac = mac == null ? null : canonicalMac(mac);
        Checks.optionalRange("mtu", mtu, MIN_MTU, MAX_MTU);
        addresses = canonicalAddresses(Checks.list("addresses", addresses));
        up = Checks.orElse(up, true);
    }

    private interface Parser<T> {
        T parse(String text);
    }

    private static <T> T checked(String field, String text, Parser<T> parser) {
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
    }

    private static String canonicalMac(String text) {
        long mac = checked("mac", text, MacAddress::parse);
        if (!MacAddress.isValidSource(mac)) {
            throw ConfigException.invalid("mac", "'" + text + "' is a group address or zero");
        }
        return MacAddress.format(mac);
    }

    private static List<String> canonicalAddresses(List<String> texts) {
        return IntStream.range(0, texts.size())
                .mapToObj(i -> checked("addresses[" + i + "]", texts.get(i), InterfaceAddress::parse)
                        .toString())
                .toList();
    }

    /** The addresses, parsed. */
    List<InterfaceAddress> interfaceAddresses() {
        return addresses.stream().map(InterfaceAddress::parse).toList();
    }

    /** The device's name for a port. @throws ConfigException if the port's name cannot serve and none was given */
    String interfaceFor(String portName) {
        if (interfaceName != null) {
            return interfaceName;
        }
        try {
            return InterfaceName.check(portName);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(
                    "tap.interface", "is missing, and the port's name cannot serve: " + e.getMessage());
        }
    }
}
