package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.QuarantineConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One look at the switch: what checks see, and where they tell what they find. For one thread. */
final class Examination {
    private final SwitchState state;
    private final Machine machine;
    private final String port;
    private final int seconds;
    private final SwitchConfig config;
    private final List<PortView> all;
    private final List<PortView> ports;
    private final Set<String> analysisPorts;
    private final Map<String, Sample> before = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private String check = "";
    private boolean hasPassed;

    /** What a port has counted at one moment. */
    record Sample(long rxFrames, long txFrames, Map<DropReason, Long> drops) {
        static Sample of(PortCounters counters) {
            return new Sample(
                    counters.sum(PortCounters.RX_FRAMES), counters.sum(PortCounters.TX_FRAMES), counters.drops());
        }

        /** What was counted after an earlier one. */
        Sample since(Sample earlier) {
            Map<DropReason, Long> rise = new EnumMap<>(DropReason.class);
            drops.forEach((reason, count) -> {
                long more = count - earlier.drops.getOrDefault(reason, 0L);
                if (more > 0) {
                    rise.put(reason, more);
                }
            });
            return new Sample(rxFrames - earlier.rxFrames, txFrames - earlier.txFrames, rise);
        }
    }

    /**
     * @param port by name; null for all
     * @param seconds how long counters are watched
     */
    Examination(SwitchState state, Machine machine, String port, int seconds) {
        this.state = state;
        this.machine = machine;
        this.port = port;
        this.seconds = seconds;
        config = state.config();
        analysisPorts = config.analysisPorts(machine.now());
        all = state.ports();
        ports = all.stream()
                .filter(view -> port == null || view.config().name().equals(port))
                .toList();
        all.forEach(view -> before.put(view.config().name(), Sample.of(view.counters())));
        state.endpoints().forEach(endpoint -> before.put(endpoint.device(), Sample.of(endpoint.counters())));
    }

    SwitchState state() {
        return state;
    }

    Machine machine() {
        return machine;
    }

    SwitchConfig config() {
        return config;
    }

    /** Those that are asked for. */
    List<PortView> ports() {
        return ports;
    }

    /** All that there are. */
    List<PortView> allPorts() {
        return all;
    }

    /** Whether one port is asked for. */
    boolean isOfOnePort() {
        return port != null;
    }

    /** The networks that the ports are in which are asked for. */
    List<NetworkConfig> networks() {
        return config.networks().stream()
                .filter(network ->
                        port == null || ports.stream().anyMatch(view -> config.carries(view.config(), network.name())))
                .toList();
    }

    /** The network of a port's untagged frames. */
    Optional<NetworkConfig> networkOf(PortView view) {
        return config.network(view.config().network());
    }

    /** Whether mirrors or quarantines have a port for themselves. */
    boolean isAnalysis(PortView view) {
        return analysisPorts.contains(view.config().name());
    }

    /** Whether a port is kept from its networks for its analysis port alone. */
    boolean isInQuarantine(PortView view) {
        QuarantineConfig quarantine = view.config().quarantine();
        return quarantine != null && !quarantine.isOver(machine.now());
    }

    /** How long counters are watched. */
    int seconds() {
        return seconds;
    }

    /**
     * What was counted since the examination began, {@link #seconds} ago or a little more.
     *
     * @param name of a port, or the device of an endpoint
     */
    Sample counted(String name, PortCounters counters) throws IOException {
        if (!hasPassed) {
            machine.pause(1000L * seconds);
            hasPassed = true;
        }
        Sample now = Sample.of(counters);
        return now.since(before.getOrDefault(name, now));
    }

    static String subject(PortView view) {
        return "port " + view.config().name();
    }

    void problem(String subject, String text, String fix) {
        findings.add(new Finding(check, Result.PROBLEM, subject, text, fix));
    }

    void warning(String subject, String text, String fix) {
        findings.add(new Finding(check, Result.WARNING, subject, text, fix));
    }

    void unknown(String subject, String text, String fix) {
        findings.add(new Finding(check, Result.UNKNOWN, subject, text, fix));
    }

    void ok(String subject, String text) {
        findings.add(new Finding(check, Result.OK, subject, text, null));
    }

    /** Whether the check at work has told nothing yet but that all is well. */
    boolean isQuiet() {
        return findings.stream()
                .filter(finding -> finding.check().equals(check))
                .allMatch(finding -> finding.result() == Result.OK);
    }

    /** Has a check look. One that fails is a finding, and stops no other. */
    void run(Check next) {
        check = next.name();
        try {
            next.look().at(this);
        } catch (IOException e) {
            unknown(
                    port == null ? "this host" : "port " + port,
                    "it could not be checked: " + e.getMessage(),
                    "mend what it says, and ask again");
        } catch (RuntimeException e) {
            unknown(
                    port == null ? "this host" : "port " + port,
                    "a defect in the doctor: the check failed with " + e,
                    "please report it with the output of: tapswitch doctor -o json");
        }
    }

    /** All that was told, in the order in which it was. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }
}
