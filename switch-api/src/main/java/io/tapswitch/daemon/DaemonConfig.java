package io.tapswitch.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.ApiConfig;
import io.tapswitch.api.HostInfo;
import io.tapswitch.cluster.ClusterConfig;
import io.tapswitch.config.Checks;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a daemon is told: the configuration file, with the options of {@code tapswitch run} over it.
 *
 * @param stateDir keeps the desired state and the token; default {@code /var/lib/tapswitch}
 * @param eventLoops how many carry frames, 1 to 64; 0, the default, for one per processor
 * @param api where it is reached, and by whom
 * @param cluster the hosts that share their networks, with the name of this one; null for a host by itself
 * @param switchConfig the networks, ports and static stations that the file defines
 */
public record DaemonConfig(
        Path stateDir, int eventLoops, ApiConfig api, ClusterConfig cluster, SwitchConfig switchConfig) {
    /** Read if no other file is named; it need not exist. */
    public static final Path DEFAULT_FILE = Path.of("/etc/tapswitch/tapswitch.yaml");

    private static final String STATE_DIR = "stateDir";
    private static final String EVENT_LOOPS = "eventLoops";
    private static final String API = "api";
    private static final String CLUSTER = "cluster";
    private static final List<String> SWITCH = List.of("networks", "ports", "fdb");
    private static final List<String> KNOWN = List.of(STATE_DIR, EVENT_LOOPS, API, CLUSTER, "networks", "ports", "fdb");
    private static final int MAX_EVENT_LOOPS = 64;

    /** The keys of this file that are not part of the switch's desired state. */
    private record Settings(String stateDir, Integer eventLoops, ApiConfig api, ClusterConfig cluster) {}

    /**
     * Reads the file, if there is one.
     *
     * @param file null for the default, which may be missing
     * @throws IOException if it cannot be read
     * @throws ConfigException if it is not YAML
     */
    public static ObjectNode load(Path file) throws IOException {
        if (file == null && !Files.exists(DEFAULT_FILE)) {
            return ConfigReader.parseYaml("");
        }
        return ConfigReader.parseYaml(Files.readString(file == null ? DEFAULT_FILE : file));
    }

    /**
     * Checks the settings and fills in the defaults.
     *
     * @param file as loaded
     * @param options the keys that options gave, in the shape of the file
     * @throws ConfigException naming the field
     */
    public static DaemonConfig of(ObjectNode file, ObjectNode options, ConfigReader reader) {
        ObjectNode all = MergePatch.apply(file, options);
        ConfigReader.requireKnown("", all, KNOWN);
        ObjectNode desired = ConfigReader.JSON.createObjectNode();
        for (String key : SWITCH) {
            JsonNode value = all.remove(key);
            if (value != null && !value.isNull()) {
                desired.set(key, value);
            }
        }
        Settings settings = ConfigReader.read(all, Settings.class, "");
        Path stateDir = Path.of(Checks.orElse(settings.stateDir(), "/var/lib/tapswitch"))
                .toAbsolutePath();
        ApiConfig api = Checks.orElse(settings.api(), ApiConfig.DEFAULTS);
        return new DaemonConfig(
                stateDir,
                Checks.range(EVENT_LOOPS, settings.eventLoops(), 0, MAX_EVENT_LOOPS, 0),
                api.in(stateDir),
                named(settings.cluster()),
                reader.config(desired));
    }

    private static ClusterConfig named(ClusterConfig cluster) {
        try {
            return cluster == null ? null : cluster.on(HostInfo.localName());
        } catch (ConfigException e) {
            throw e.under(CLUSTER);
        }
    }
}
