package io.tapswitch;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.NetworkSettings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The networks of analysis ports: each has one of its own, that nobody configures and that no other host has, with the ports
 * in it that are in quarantine with it. Under the lock of {@link SwitchService}.
 */
final class AnalysisBridges {
    private static final int MTU = 65_521;
    private static final int MAX_LEARNED = 4096;
    private static final NetworkSettings SETTINGS =
            new NetworkSettings(0, 0, MTU, TimeUnit.SECONDS.toNanos(300), MAX_LEARNED, true, false, false);

    private volatile Map<String, Bridge> bridges = Map.of();

    /** Makes those that are missing and forgets the others. @return by port */
    Map<String, Bridge> follow(Collection<String> ports) {
        Map<String, Bridge> next = new LinkedHashMap<>();
        for (String port : ports) {
            Bridge present = bridges.get(port);
            next.put(port, present != null ? present : new Bridge("analysis " + port, SETTINGS, (change, entry) -> {}));
        }
        bridges = next;
        return next;
    }

    void age(long nowNanos) {
        bridges.values().forEach(bridge -> bridge.age(nowNanos));
    }
}
