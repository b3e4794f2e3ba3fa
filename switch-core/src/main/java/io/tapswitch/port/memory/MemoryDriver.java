package io.tapswitch.port.memory;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens {@link MemoryPort}s and keeps them at hand for the program that is their far side. */
public final class MemoryDriver implements PortDriver<MemoryDriver.Settings> {
    private static final int CAPACITY = 1024;

    private final Map<String, MemoryPort> ports = new ConcurrentHashMap<>();

    /**
     * @param refuse if set, opening fails with this message: for tests of what happens then
     */
    public record Settings(String refuse) {}

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public Class<Settings> settingsType() {
        return Settings.class;
    }

    @Override
    public String exclusiveResource(String portName, Settings settings) {
        return null;
    }

    @Override
    public Port open(PortContext context, Settings settings) throws IOException {
        if (settings.refuse() != null) {
            throw new IOException(settings.refuse());
        }
        MemoryPort port = new MemoryPort(context.name(), context.counters(), CAPACITY, false);
        ports.put(context.name(), port);
        return port;
    }

    /** The port that was opened last under a name, null if none was. */
    public MemoryPort port(String name) {
        return ports.get(name);
    }
}
