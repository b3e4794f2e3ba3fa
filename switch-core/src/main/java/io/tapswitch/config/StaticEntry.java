package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tapswitch.frame.MacAddress;

/**
 * A station that an operator nailed to a port. Such entries are part of the desired state and outlive a restart.
 *
 * @param network by name
 * @param mac a unicast address, as text
 * @param port by name
 */
public record StaticEntry(String network, String mac, String port) {
    /** Checks each field. */
    public StaticEntry {
        Checks.name("network", network);
        Checks.name("port", port);
        mac = MacAddress.format(unicast("mac", Checks.required("mac", mac)));
    }

    /** The address as a number. */
    @JsonIgnore
    public long address() {
        return MacAddress.parse(mac);
    }

    /** Reads the address of a station. @throws ConfigException if it is not a unicast address */
    public static long unicast(String field, String text) {
        long mac;
        try {
            mac = MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(field, e.getMessage());
        }
        if (!MacAddress.isValidSource(mac)) {
            throw ConfigException.invalid(field, "'" + text + "' is a group address or zero; a station has neither");
        }
        return mac;
    }
}
