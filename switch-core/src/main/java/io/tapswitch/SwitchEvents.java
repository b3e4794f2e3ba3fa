package io.tapswitch;

import io.tapswitch.SwitchEvent.Kind;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what becomes of ports, networks and mirrors, by comparing what they are with what they were: after each
 * change, and twice a second. What comes and goes between two looks is not told.
 *
 * <p>Listeners are called on the control thread or that of whoever changes the switch.
 */
public final class SwitchEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchEvents.class);

    /** A far side that takes frames now and then is told of so often; what it was in between is not. */
    private static final long RESTLESS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<Consumer<SwitchEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Expiries expiries;
    private boolean hasBegun;
    private List<NetworkConfig> networks = List.of();
    private Map<String, Known> ports = Map.of();

    /** A port as it is; one that did not change is best the same object at each look. */
    record PortSight(PortConfig config, String host, PortView.Status status, String reason, Instant since) {}

    /** A port as listeners know it, and when they were told. */
    private record Known(PortSight sight, long toldNanos) {}

    SwitchEvents() {
        this(Instant::now);
    }

    /** @param clock by which the time of mirrors and quarantines ends */
    SwitchEvents(Supplier<Instant> clock) {
        expiries = new Expiries(clock);
    }

    /** Tells the listener of each change from now on; it must return soon, since changes of the switch wait for it. */
    public void listen(Consumer<SwitchEvent> listener) {
        listeners.add(listener);
    }

    /**
     * Compares what is with what was; the first time, only ports that are not up are told, and what ended meanwhile. Under
     * the lock of {@link SwitchService}.
     */
    void update(SwitchConfig config, List<PortSight> sights, long nowNanos) {
        if (!isKnown(config, sights)) {
            compare(config, sights, nowNanos);
        }
        expiries.update(config).forEach(this::tell);
    }

    /** Whether all is as it was told, as it nearly always is: that is looked at often, and so costs no memory. */
    private boolean isKnown(SwitchConfig config, List<PortSight> sights) {
        if (!hasBegun || config.networks() != networks || sights.size() != ports.size()) {
            return false;
        }
        for (PortSight sight : sights) {
            Known known = ports.get(sight.config().name());
            if (known == null || known.sight() != sight) {
                return false;
            }
        }
        return true;
    }

    private void compare(SwitchConfig config, List<PortSight> sights, long nowNanos) {
        Map<String, PortSight> now = new LinkedHashMap<>();
        sights.forEach(sight -> now.put(sight.config().name(), sight));
        if (hasBegun) {
            compareNetworks(config.networks());
            ports.forEach((name, before) -> {
                if (!now.containsKey(name)) {
                    tell(Kind.PORT_REMOVED, name, "port " + name + ": removed");
                }
            });
        }
        Map<String, Known> next = new LinkedHashMap<>();
        now.forEach((name, sight) -> next.put(name, compare(name, ports.get(name), sight, nowNanos)));
        networks = config.networks();
        ports = next;
        hasBegun = true;
    }

    private void compareNetworks(List<NetworkConfig> now) {
        if (now == networks) {
            return;
        }
        Map<String, NetworkConfig> gone = new LinkedHashMap<>();
        networks.forEach(network -> gone.put(network.name(), network));
        List<SwitchEvent> events = new ArrayList<>();
        for (NetworkConfig network : now) {
            NetworkConfig before = gone.remove(network.name());
            String words = "network " + network.name() + ": ";
            if (before == null) {
                events.add(new SwitchEvent(Kind.NETWORK_ADDED, network.name(), words + "added"));
            } else if (!before.equals(network)) {
                String fields = changedFields(before, network);
                events.add(new SwitchEvent(Kind.NETWORK_CHANGED, network.name(), words + fields + " changed"));
            }
        }
        gone.keySet().forEach(name -> tell(Kind.NETWORK_REMOVED, name, "network " + name + ": removed"));
        events.forEach(this::tell);
    }

    /** Tells what is new. @return what listeners know now */
    private Known compare(String name, Known known, PortSight now, long nowNanos) {
        if (known == null) {
            if (hasBegun) {
                tell(Kind.PORT_ADDED, name, "port " + name + ": added, " + words(now));
            }
            if (hasBegun || now.status() != PortView.Status.UP) {
                tellStatus(name, now);
            }
            return new Known(now, nowNanos);
        }
        PortSight before = known.sight();
        boolean isConfigured =
                before.config() != now.config() && !before.config().equals(now.config());
        boolean isOpenedAnew = !before.since().equals(now.since());
        boolean isSame = before.status() == now.status() && Objects.equals(before.reason(), now.reason());
        if (!isConfigured && !isOpenedAnew && isSame) {
            return new Known(now, known.toldNanos());
        }
        if (!isConfigured && !isOpenedAnew && nowNanos - known.toldNanos() < RESTLESS_NANOS) {
            return known;
        }
        if (isConfigured) {
            String fields = changedFields(before.config(), now.config());
            tell(Kind.PORT_CHANGED, name, "port " + name + ": " + fields + " changed");
        }
        if (isOpenedAnew || !isSame) {
            tellStatus(name, now);
        }
        return new Known(now, nowNanos);
    }

    private static String words(PortSight port) {
        String where = port.host() == null ? "" : " to host " + port.host();
        return port.config().type() + where + " in network " + port.config().network();
    }

    private void tellStatus(String name, PortSight now) {
        Kind kind =
                switch (now.status()) {
                    case UP -> Kind.PORT_UP;
                    case WAITING -> Kind.PORT_WAITING;
                    case DISABLED -> Kind.PORT_DISABLED;
                    case FAILED -> Kind.PORT_FAILED;
                };
        String reason = now.reason() == null ? "" : ": " + now.reason();
        tell(kind, name, "port " + name + ": " + now.status().label() + reason);
    }

    private static String changedFields(Object before, Object now) {
        Map<String, Object> old = fields(before);
        Map<String, Object> next = fields(now);
        TreeSet<String> names = new TreeSet<>(old.keySet());
        names.addAll(next.keySet());
        names.removeIf(name -> Objects.equals(old.get(name), next.get(name)));
        return String.join(", ", names);
    }

    private static Map<String, Object> fields(Object config) {
        Map<String, Object> fields = new LinkedHashMap<>();
        (config instanceof PortConfig port ? ConfigReader.write(port) : ConfigReader.JSON.valueToTree(config))
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    private void tell(Kind kind, String subject, String text) {
        tell(new SwitchEvent(kind, subject, text));
    }

    private void tell(SwitchEvent event) {
        for (Consumer<SwitchEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.error("a listener failed at: {}", event, e);
            }
        }
    }
}
