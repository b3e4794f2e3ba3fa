package io.tapswitch.doctor;

import io.tapswitch.doctor.Check.Scope;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Has every check look at the switch. Any thread that may wait. */
public final class Doctor {
    /** How long counters are watched unless told otherwise, seconds. */
    public static final int DEFAULT_SECONDS = 1;

    /** How long counters can be watched, seconds. */
    public static final int MOST_SECONDS = 10;

    /** In the order of causes: what breaks the ones below comes first. Those that watch counters are the last. */
    private static final List<Check> CHECKS = Stream.of(
                    MachineChecks.ALL,
                    ClusterChecks.ALL,
                    PortChecks.ALL,
                    InterfaceChecks.ALL,
                    NetworkChecks.ALL,
                    OverlayChecks.ALL,
                    UnderlayChecks.ALL,
                    TrafficChecks.ALL)
            .flatMap(List::stream)
            .toList();

    private Doctor() {}

    /** The names of all checks. */
    public static List<String> checks() {
        return CHECKS.stream().map(Check::name).toList();
    }

    /**
     * Looks at everything, or at one port and what it depends on.
     *
     * @param port by name, which exists; null for all
     * @param seconds how long counters are watched, 1 to {@value #MOST_SECONDS}
     * @return the worst first, otherwise in the order of the checks
     */
    public static List<Finding> examine(SwitchState state, Machine machine, String port, int seconds) {
        Examination examination = new Examination(state, machine, port, seconds);
        CHECKS.stream()
                .filter(check -> port == null || check.scope() == Scope.PORT)
                .forEach(examination::run);
        return worstFirst(examination.findings());
    }

    static List<Finding> worstFirst(List<Finding> findings) {
        return findings.stream().sorted(Comparator.comparing(Finding::result)).toList();
    }
}
