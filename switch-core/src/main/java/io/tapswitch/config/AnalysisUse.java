package io.tapswitch.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * Whose frames an analysis port takes.
 *
 * @param mirrors that copy to it, by name
 * @param ports that are in quarantine with it, by name
 */
public record AnalysisUse(List<String> mirrors, List<String> ports) {
    static AnalysisUse ofMirror(String name) {
        return new AnalysisUse(List.of(name), List.of());
    }

    static AnalysisUse ofPort(String name) {
        return new AnalysisUse(List.of(), List.of(name));
    }

    AnalysisUse and(AnalysisUse other) {
        return new AnalysisUse(joined(mirrors, other.mirrors), joined(ports, other.ports));
    }

    private static List<String> joined(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
