package io.tapswitch.config;

import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What mirrors and quarantines of one desired state do with ports. */
final class Analysis {
    /** Each has buffers of some megabytes. */
    private static final int MAX_FILES = 16;

    private final SwitchConfig config;
    private final PortDrivers drivers;

    /** Why a port is at somebody's disposal, by its name: {@code mirror 'm1' copies to it}. */
    private final Map<String, String> uses = new HashMap<>();

    /** The ports whose frames are copied. */
    private final Set<String> sources = new HashSet<>();

    private int files;

    private Analysis(SwitchConfig config, PortDrivers drivers) {
        this.config = config;
        this.drivers = drivers;
    }

    private static Stream<PortConfig> quarantined(SwitchConfig config) {
        return config.ports().stream().filter(port -> port.quarantine() != null);
    }

    static Map<String, AnalysisUse> uses(SwitchConfig config, Instant now) {
        Map<String, AnalysisUse> uses = new LinkedHashMap<>();
        config.mirrors().stream()
                .filter(mirror -> mirror.analysisPort() != null && !mirror.isOver(now))
                .forEach(mirror ->
                        uses.merge(mirror.analysisPort(), AnalysisUse.ofMirror(mirror.name()), AnalysisUse::and));
        quarantined(config)
                .filter(port -> !port.quarantine().isOver(now))
                .forEach(port ->
                        uses.merge(port.quarantine().port(), AnalysisUse.ofPort(port.name()), AnalysisUse::and));
        return uses;
    }

    static void check(SwitchConfig config, PortDrivers drivers) {
        Analysis analysis = new Analysis(config, drivers);
        // Of two that do not fit each other, the later one is wrong.
        for (int i = 0; i < config.mirrors().size(); i++) {
            analysis.check("mirrors[" + i + "]", config.mirrors().get(i));
        }
        quarantined(config)
                .forEach(port -> analysis.uses.putIfAbsent(
                        port.quarantine().port(), "port '" + port.name() + "' is in quarantine with it"));
        for (int i = 0; i < config.ports().size(); i++) {
            PortConfig port = config.ports().get(i);
            if (port.quarantine() != null) {
                analysis.check("ports[" + i + "].quarantine", port);
            }
        }
    }

    private void check(String path, MirrorConfig mirror) {
        if (mirror.port() == null) {
            if (config.network(mirror.network()).isEmpty()) {
                throw ConfigException.conflict(path + ".network", "network '" + mirror.network() + "' does not exist");
            }
        } else {
            carrying(path + ".port", mirror.port());
            refuseUsed(path + ".port", mirror.port(), "its copies would be copied again; mirror another port");
        }
        sources.add(mirror.port());
        if (mirror.to().port() != null) {
            checkTarget(path + ".to", mirror.to());
            uses.putIfAbsent(mirror.to().port(), "mirror '" + mirror.name() + "' copies to it");
        } else {
            checkFile(path + ".to.file", mirror);
        }
    }

    private void checkTarget(String path, MirrorConfig.Target to) {
        PortConfig port = carrying(path + ".port", to.port());
        if (!drivers.of(port.type()).carriesTags()) {
            throw ConfigException.conflict(
                    path + ".port",
                    "port '" + port.name() + "' is of type " + port.type()
                            + ", which does not carry every frame; choose one that does, such as a tap");
        }
        if (sources.contains(port.name())) {
            throw ConfigException.conflict(
                    path + ".port", "port '" + port.name() + "' is mirrored itself: copies would be copied again");
        }
        if (port.crossesOverlay() && to.vni() == null) {
            throw ConfigException.invalid(
                    path + ".vni",
                    "is missing: port '" + port.name() + "' leads to a remote VTEP, where copies need one");
        }
        if (!port.crossesOverlay() && to.vni() != null) {
            throw ConfigException.invalid(path + ".vni", "port '" + port.name() + "' carries no VNI; leave it out");
        }
        config.networks().stream()
                .filter(network -> to.vni() != null && to.vni().equals(network.vni()))
                .findFirst()
                .ifPresent(network -> {
                    throw ConfigException.conflict(
                            path + ".vni",
                            "VNI " + to.vni() + " is that of network '" + network.name() + "'; use one of no network");
                });
    }

    private void checkFile(String path, MirrorConfig mirror) {
        List<MirrorConfig> same = config.mirrors().stream()
                .filter(other -> mirror.to().file().equals(other.to().file()))
                .toList();
        if (++files > MAX_FILES) {
            throw ConfigException.conflict(
                    path, MAX_FILES + " mirrors write to files, the most at once; remove one of them");
        }
        if (same.size() > 1) {
            throw ConfigException.conflict(
                    path,
                    "'" + mirror.to().file() + "' is written by both mirror '"
                            + same.get(0).name() + "' and mirror '"
                            + same.get(1).name() + "'");
        }
    }

    private void check(String path, PortConfig port) {
        PortConfig analysis = carrying(path + ".port", port.quarantine().port());
        if (port.crossesOverlay()) {
            throw ConfigException.conflict(
                    path, "port '" + port.name() + "' leads to another host: put a station's own port in quarantine");
        }
        if (analysis.crossesOverlay()) {
            throw ConfigException.conflict(
                    path + ".port", "port '" + analysis.name() + "' leads to another host; choose one of this host");
        }
        if (analysis.name().equals(port.name())) {
            throw ConfigException.conflict(
                    path + ".port", "port '" + port.name() + "' cannot be its own analysis port; choose another");
        }
        refuseUsed(path, port.name(), "it cannot be in quarantine itself");
        if (analysis.quarantine() != null) {
            throw ConfigException.conflict(
                    path + ".port", "port '" + analysis.name() + "' is in quarantine itself; choose another");
        }
        if (sources.contains(analysis.name())) {
            throw ConfigException.conflict(
                    path + ".port",
                    "port '" + analysis.name() + "' is mirrored, so it cannot be the analysis port of port '"
                            + port.name() + "'");
        }
    }

    /** The port of that name, which has frames of its own. */
    private PortConfig carrying(String field, String name) {
        PortConfig port = config.port(name)
                .orElseThrow(() ->
                        ConfigException.conflict(field, "port '" + name + "' does not exist in the configuration"));
        if (takesOthersIn(drivers.of(port.type()), port)) {
            throw ConfigException.conflict(
                    field,
                    "port '" + name + "' carries no frames itself, as each of its connections has a port of its own;"
                            + " choose another");
        }
        return port;
    }

    private static <C> boolean takesOthersIn(PortDriver<C> driver, PortConfig port) {
        return driver.takesOthersIn(driver.settingsType().cast(port.settings()));
    }

    private void refuseUsed(String field, String port, String advice) {
        String use = uses.get(port);
        if (use != null) {
            throw ConfigException.conflict(field, "port '" + port + "' is an analysis port, as " + use + ": " + advice);
        }
    }
}
