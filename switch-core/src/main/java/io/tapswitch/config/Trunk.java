package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks whose frames cross a port with their VLAN tag or, on the overlay, with their VNI: a list of names, or the
 * word {@code "all"}.
 *
 * @param all every network that has a {@code vlan} or, on the overlay, a {@code vni}
 * @param networks by name; empty if {@code all}
 */
public record Trunk(boolean all, List<String> networks) {
    private static final String ALL = "all";

    /** Checks the names. */
    public Trunk {
        networks = List.copyOf(networks);
        networks.forEach(network -> Checks.name("", network));
    }

    /** Reads either form. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Trunk of(JsonNode json) {
        if (json.isTextual() && json.textValue().equals(ALL)) {
            return new Trunk(true, List.of());
        }
        List<String> names = new ArrayList<>();
        boolean wrong = !json.isArray();
        for (JsonNode name : json) {
            wrong |= !name.isTextual();
            names.add(name.asText());
        }
        if (wrong) {
            throw ConfigException.invalid("", "must be a list of network names, or \"all\"");
        }
        return new Trunk(false, names);
    }

    /** The form that {@link #of} reads. */
    @JsonValue
    public Object toJson() {
        return all ? ALL : networks;
    }
}
