package io.tapswitch.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tapswitch.bridge.PortSettings;

/**
 * A port: its far side, by type, and how the switch treats it.
 *
 * @param name unique in the switch
 * @param type of the far side, such as {@code tap}
 * @param network for untagged frames; default {@code default}
 * @param trunk the networks whose frames cross with their tag, or on the overlay with their VNI; null to let tags pass unread within {@code network}
 * @param enabled default true
 * @param learning whether sources are learned; default true
 * @param flood which flooded frames the port takes; default all
 * @param isolated whether it exchanges frames with no other isolated port; default false
 * @param locked whether it takes frames only from stations that the FDB has for it; default false
 * @param maxLearned at most this many learned stations in each network; null for no limit of its own
 * @param storm how many flooded frames per second it may bring in; default no limit
 * @param quarantine where its frames go instead of its networks; null for nowhere else
 * @param settings the section of the type, as its driver defines it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PortConfig(
        String name,
        String type,
        String network,
        Trunk trunk,
        Boolean enabled,
        Boolean learning,
        FloodConfig flood,
        Boolean isolated,
        Boolean locked,
        Integer maxLearned,
        StormConfig storm,
        QuarantineConfig quarantine,
        @JsonIgnore Object settings) {

    /** Fills in the defaults and checks each field. */
    public PortConfig {
        Checks.name("name", name);
        Checks.required("type", type);
        network = Checks.name("network", Checks.orElse(network, NetworkConfig.DEFAULT));
        enabled = Checks.orElse(enabled, true);
        learning = Checks.orElse(learning, true);
        flood = Checks.orElse(flood, new FloodConfig(null, null, null));
        isolated = Checks.orElse(isolated, false);
        locked = Checks.orElse(locked, false);
        Checks.optionalRange("maxLearned", maxLearned, 1, Integer.MAX_VALUE);
        storm = Checks.orElse(storm, new StormConfig(null, null, null));
    }

    /** A port with all defaults but these. */
    public static PortConfig of(String name, String type, String network, Object settings) {
        return new PortConfig(name, type, network, null, null, null, null, null, null, null, null, null, settings);
    }

    /** The same port under another name. */
    public PortConfig named(String other) {
        return but().name(other).build();
    }

    PortConfig withSettings(Object section) {
        return but().settings(section).build();
    }

    /** The same port in another quarantine, or in none. */
    public PortConfig withQuarantine(QuarantineConfig changed) {
        return but().quarantine(changed).build();
    }

    /** To make a port that is as this one, but for what is said otherwise. */
    public Builder but() {
        return new Builder(this);
    }

    /** What the bridge needs of it. */
    public PortSettings bridgeSettings() {
        return new PortSettings(
                enabled,
                learning,
                flood.unknownUnicast(),
                flood.multicast(),
                flood.broadcast(),
                isolated,
                locked,
                maxLearned == null ? Integer.MAX_VALUE : maxLearned,
                StormConfig.rate(storm.unknownUnicast()),
                StormConfig.rate(storm.multicast()),
                StormConfig.rate(storm.broadcast()));
    }

    /** Whether the networks of the port are told apart by VNI and not by VLAN tag. */
    public boolean crossesOverlay() {
        return settings instanceof OverlaySettings;
    }

    /** What tells the frames of a network apart on the port if it is in the trunk: its VLAN or its VNI; null if it has none. */
    public Integer tagOf(NetworkConfig inTrunk) {
        return crossesOverlay() ? inTrunk.vni() : inTrunk.vlan();
    }

    /** Whether a change to the other needs the far side to be opened anew. */
    public boolean sameFarSide(PortConfig other) {
        return type.equals(other.type) && settings.equals(other.settings);
    }

    /** Makes a port of another one; each method says one field anew, as the record describes it. */
    public static final class Builder {
        private final String type;
        private final String network;
        private String name;
        private Trunk trunk;
        private boolean enabled;
        private boolean learning;
        private FloodConfig flood;
        private boolean isolated;
        private boolean locked;
        private Integer maxLearned;
        private StormConfig storm;
        private QuarantineConfig quarantine;
        private Object settings;

        private Builder(PortConfig from) {
            type = from.type;
            network = from.network;
            name = from.name;
            trunk = from.trunk;
            enabled = from.enabled;
            learning = from.learning;
            flood = from.flood;
            isolated = from.isolated;
            locked = from.locked;
            maxLearned = from.maxLearned;
            storm = from.storm;
            quarantine = from.quarantine;
            settings = from.settings;
        }

        private Builder name(String value) {
            name = value;
            return this;
        }

        public Builder trunk(Trunk value) {
            trunk = value;
            return this;
        }

        public Builder enabled(boolean value) {
            enabled = value;
            return this;
        }

        public Builder learning(boolean value) {
            learning = value;
            return this;
        }

        public Builder flood(FloodConfig value) {
            flood = value;
            return this;
        }

        public Builder isolated(boolean value) {
            isolated = value;
            return this;
        }

        public Builder locked(boolean value) {
            locked = value;
            return this;
        }

        public Builder maxLearned(Integer value) {
            maxLearned = value;
            return this;
        }

        public Builder storm(StormConfig value) {
            storm = value;
            return this;
        }

        private Builder quarantine(QuarantineConfig value) {
            quarantine = value;
            return this;
        }

        private Builder settings(Object value) {
            settings = value;
            return this;
        }

        /** The port. @throws ConfigException naming the field that is not valid */
        public PortConfig build() {
            return new PortConfig(
                    name,
                    type,
                    network,
                    trunk,
                    enabled,
                    learning,
                    flood,
                    isolated,
                    locked,
                    maxLearned,
                    storm,
                    quarantine,
                    settings);
        }
    }
}
