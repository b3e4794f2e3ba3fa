package io.tapswitch;

import io.tapswitch.config.ConfigException;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import java.time.Instant;
import java.util.List;

/** The part of the desired state that the configuration file defines: it cannot be changed, and is not saved. Immutable. */
final class FileOwned {
    private final SwitchConfig file;

    FileOwned(SwitchConfig file) {
        this.file = file;
    }

    /** The saved state together with what the file defines. */
    SwitchConfig with(SwitchConfig saved) {
        // The file's come first, as they did when the others were added to them.
        checkTimes();
        SwitchConfig both = with(file, saved.networks(), saved.ports(), saved.fdb());
        return withMirrors(withMirrors(with(both, networks(), file.ports(), file.fdb()), saved), file);
    }

    private static SwitchConfig withMirrors(SwitchConfig config, SwitchConfig from) {
        SwitchConfig merged = config;
        for (MirrorConfig mirror : from.mirrors()) {
            merged = merged.with(mirror);
        }
        return merged;
    }

    /** What the file says holds until the file says something else. */
    private void checkTimes() {
        if (!file.withoutExpired(Instant.MAX).equals(file)) {
            throw ConfigException.invalid(
                    "", "'expires' has no place in the configuration file: leave it out, or use the API");
        }
    }

    private static SwitchConfig with(
            SwitchConfig config, List<NetworkConfig> networks, List<PortConfig> ports, List<StaticEntry> fdb) {
        SwitchConfig merged = config;
        for (NetworkConfig network : networks) {
            merged = merged.with(network);
        }
        for (PortConfig port : ports) {
            merged = merged.with(port);
        }
        for (StaticEntry entry : fdb) {
            merged = merged.with(entry);
        }
        return merged;
    }

    private List<NetworkConfig> networks() {
        return file.networks().stream()
                .filter(network -> !network.equals(NetworkConfig.named(NetworkConfig.DEFAULT)))
                .toList();
    }

    /** Whether the file defines a network. */
    boolean hasNetwork(String name) {
        return networks().stream().anyMatch(network -> network.name().equals(name));
    }

    /** Refuses a next state that has anything of the file otherwise, or not at all. */
    void check(SwitchConfig next) {
        for (NetworkConfig network : networks()) {
            requireSame("network", network.name(), next.network(network.name()).orElse(null), network);
        }
        for (PortConfig port : file.ports()) {
            requireSame("port", port.name(), next.port(port.name()).orElse(null), port);
        }
        for (StaticEntry entry : file.fdb()) {
            requireSame("static entry", entry.mac(), next.fdb().contains(entry) ? entry : null, entry);
        }
        for (MirrorConfig mirror : file.mirrors()) {
            requireSame("mirror", mirror.name(), next.mirror(mirror.name()).orElse(null), mirror);
        }
    }

    private static void requireSame(String kind, String name, Object next, Object file) {
        if (!file.equals(next)) {
            throw ConfigException.conflict(
                    "", kind + " '" + name + "' is defined in the configuration file; change it there and restart");
        }
    }

    /** What is to be saved of a state. */
    SwitchConfig without(SwitchConfig state) {
        return new SwitchConfig(
                without(state.networks(), networks()),
                without(state.ports(), file.ports()),
                without(state.fdb(), file.fdb()),
                without(state.mirrors(), file.mirrors()));
    }

    private static <T> List<T> without(List<T> list, List<T> unwanted) {
        return list.stream().filter(item -> !unwanted.contains(item)).toList();
    }
}
