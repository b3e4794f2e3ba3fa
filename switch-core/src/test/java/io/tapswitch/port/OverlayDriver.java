package io.tapswitch.port;

import io.tapswitch.config.OverlaySettings;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.Trunk;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens {@link OverlayPort}s and keeps them at hand for the test that is their far side. */
public final class OverlayDriver implements PortDriver<OverlayDriver.Settings> {
    /**
     * @param vtep the address of the remote VTEP
     * @param pathMtu what the way there allows when the port is opened; null if that does not bound it
     * @param takesFloods whether flooded frames reach the far side when the port is opened; null if they do
     */
    public record Settings(String vtep, Integer pathMtu, Boolean takesFloods) implements OverlaySettings {
        /** A VTEP that takes everything. */
        public Settings(String vtep) {
            this(vtep, null, null);
        }
    }

    private final Map<String, OverlayPort> ports = new ConcurrentHashMap<>();

    /** A port of the overlay with these settings. */
    public static PortConfig config(String name, String network, Trunk trunk, Settings settings) {
        return PortConfig.of(name, "overlay", network, settings)
                .but()
                .trunk(trunk)
                .build();
    }

    @Override
    public String type() {
        return "overlay";
    }

    @Override
    public Class<Settings> settingsType() {
        return Settings.class;
    }

    @Override
    public String exclusiveResource(String portName, Settings settings) {
        return "VTEP " + settings.vtep();
    }

    @Override
    public Port open(PortContext context, Settings settings) {
        OverlayPort port = new OverlayPort(
                context.name(),
                context.counters(),
                settings.vtep(),
                settings.pathMtu() == null ? Integer.MAX_VALUE : settings.pathMtu(),
                settings.takesFloods() == null || settings.takesFloods());
        ports.put(context.name(), port);
        return port;
    }

    /** The port that was opened last under a name, null if none was. */
    public OverlayPort port(String name) {
        return ports.get(name);
    }
}
