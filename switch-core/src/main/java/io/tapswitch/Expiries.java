package io.tapswitch;

import io.tapswitch.SwitchEvent.Kind;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Finds the mirrors and quarantines whose time has come to its end, by comparing the desired state with what it was. One that
 * somebody ends before is not among them; one that the disk does not let go of is, once. Under the lock of {@link
 * SwitchService}.
 */
final class Expiries {
    private final Supplier<Instant> clock;
    private SwitchConfig known;

    /** Those with an end to come, by what is told of it. */
    private Map<SwitchEvent, Instant> running = Map.of();

    Expiries(Supplier<Instant> clock) {
        this.clock = clock;
    }

    /** What has ended since the last time; the first time, what ended while nobody looked. */
    List<SwitchEvent> update(SwitchConfig config) {
        Instant now = clock.get();
        Map<SwitchEvent, Instant> next = config == known ? running : ends(config);
        List<SwitchEvent> over = new ArrayList<>();
        (known == null ? next : running).forEach((event, end) -> {
            Instant putOff = next.getOrDefault(event, end);
            if (!now.isBefore(end) && !now.isBefore(putOff)) {
                over.add(event);
            }
        });
        if (config != known || !over.isEmpty()) {
            running = new LinkedHashMap<>(next);
            running.values().removeIf(end -> !now.isBefore(end));
            known = config;
        }
        return over;
    }

    private static Map<SwitchEvent, Instant> ends(SwitchConfig config) {
        Map<SwitchEvent, Instant> ends = new LinkedHashMap<>();
        for (MirrorConfig mirror : config.mirrors()) {
            put(
                    ends,
                    Kind.MIRROR_EXPIRED,
                    mirror.name(),
                    "mirror " + mirror.name() + ": its time is over",
                    mirror.expires());
        }
        for (PortConfig port : config.ports()) {
            if (port.quarantine() != null) {
                put(
                        ends,
                        Kind.QUARANTINE_EXPIRED,
                        port.name(),
                        "port " + port.name() + ": the time of its quarantine with port "
                                + port.quarantine().port() + " is over",
                        port.quarantine().expires());
            }
        }
        return ends;
    }

    private static void put(Map<SwitchEvent, Instant> ends, Kind kind, String name, String text, String expires) {
        if (expires != null) {
            ends.put(new SwitchEvent(kind, name, text), Instant.parse(expires));
        }
    }
}
