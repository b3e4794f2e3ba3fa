package io.tapswitch.port;

import io.tapswitch.vxlan.VxlanDriver;
import io.tapswitch.vxlan.VxlanSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Takes the place of {@link VxlanDriver}, with {@link OverlayPort}s whose far side is the test. */
public final class VtepDriver implements PortDriver<VxlanSettings> {
    private final VxlanDriver real = new VxlanDriver();
    private final Map<String, OverlayPort> ports = new ConcurrentHashMap<>();
    private final Set<String> unreachable = ConcurrentHashMap.newKeySet();
    private final List<String> opened = new ArrayList<>();

    /** A VTEP with all defaults. */
    public static VxlanSettings vtep(String remote) {
        return new VxlanSettings(remote, null, null, null, null, null, null, null, null, null, null, null);
    }

    @Override
    public String type() {
        return real.type();
    }

    @Override
    public Class<VxlanSettings> settingsType() {
        return VxlanSettings.class;
    }

    @Override
    public String exclusiveResource(String portName, VxlanSettings settings) {
        return real.exclusiveResource(portName, settings);
    }

    @Override
    public Port open(PortContext context, VxlanSettings settings) throws IOException {
        if (unreachable.contains(settings.remote())) {
            throw new IOException("no way to " + settings.remote());
        }
        OverlayPort port =
                new OverlayPort(context.name(), context.counters(), settings.remote(), Integer.MAX_VALUE, true);
        ports.put(context.name(), port);
        synchronized (opened) {
            opened.add(context.name());
        }
        return port;
    }

    /** Has ports to an address open, or no more. */
    public void reachable(String remote, boolean whether) {
        if (whether) {
            unreachable.remove(remote);
        } else {
            unreachable.add(remote);
        }
    }

    /** The port that was opened last under a name, null if none was. */
    public OverlayPort port(String name) {
        return ports.get(name);
    }

    /** The names under which ports were opened since the last call. */
    public List<String> opened() {
        synchronized (opened) {
            List<String> names = List.copyOf(opened);
            opened.clear();
            return names;
        }
    }
}
