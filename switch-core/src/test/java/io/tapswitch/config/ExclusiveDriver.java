package io.tapswitch.config;

import io.tapswitch.frame.Frame;
import io.tapswitch.port.Burst;
import io.tapswitch.port.FrameSink;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.PortOwner;
import io.tapswitch.port.memory.MemoryPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Memory ports of which only one at a time can hold a resource, as with network interfaces; notes what happens. */
public final class ExclusiveDriver implements PortDriver<ExclusiveDriver.Settings> {
    /** @param resource what the port holds */
    public record Settings(String resource) {}

    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private final List<String> happened = new ArrayList<>();

    /** Opened, committed, withdrawn and closed ports, in that order. */
    public synchronized List<String> happened() {
        return List.copyOf(happened);
    }

    private synchronized void note(String what) {
        happened.add(what);
    }

    /** What is held now. */
    public Set<String> held() {
        return Set.copyOf(held);
    }

    /** Only this driver. */
    public PortDrivers alone() {
        return new PortDrivers(List.of(this));
    }

    @Override
    public String type() {
        return "exclusive";
    }

    @Override
    public Class<Settings> settingsType() {
        return Settings.class;
    }

    @Override
    public String exclusiveResource(String portName, Settings settings) {
        if (settings.resource() == null) {
            throw ConfigException.invalid("exclusive.resource", "is missing");
        }
        return "resource " + settings.resource();
    }

    @Override
    public Port open(PortContext context, Settings settings) throws IOException {
        if (!held.add(settings.resource())) {
            throw new IOException("resource " + settings.resource() + " is busy");
        }
        note("open " + context.name());
        return new Held(context, settings.resource());
    }

    private final class Held extends Port {
        private final MemoryPort memory;
        private final String resource;

        Held(PortContext context, String resource) {
            super(context.name(), context.counters());
            this.memory = new MemoryPort(context.name(), context.counters(), 10, false);
            this.resource = resource;
        }

        @Override
        public void start(FrameSink sink, PortOwner owner) {
            memory.start(sink, owner);
        }

        @Override
        public void transmit(Frame frame, Burst burst) {
            memory.transmit(frame, burst);
        }

        @Override
        public Info info() {
            return memory.info();
        }

        @Override
        public void commit() {
            note("commit " + name());
        }

        @Override
        public void withdraw() {
            note("withdraw " + name());
        }

        @Override
        public void close() {
            memory.close();
            held.remove(resource);
            note("close " + name());
        }
    }
}
