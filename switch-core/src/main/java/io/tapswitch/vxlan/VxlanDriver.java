package io.tapswitch.vxlan;

import io.tapswitch.port.Port;
import io.tapswitch.port.PortContext;
import io.tapswitch.port.PortDriver;
import io.tapswitch.port.PortLoop;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens {@link VxlanPort}s, and the {@link VxlanEndpoint}s that they share. */
public final class VxlanDriver implements PortDriver<VxlanSettings> {
    private final Map<VxlanEndpoint.Place, VxlanEndpoint> endpoints = new ConcurrentHashMap<>();

    /** Ports have them. */
    private final Map<Path, WeakReference<SecretFile>> secretFiles = new HashMap<>();

    @Override
    public String type() {
        return "vxlan";
    }

    @Override
    public Class<VxlanSettings> settingsType() {
        return VxlanSettings.class;
    }

    @Override
    public String exclusiveResource(String portName, VxlanSettings settings) {
        String from = settings.local() == null ? "" : " from " + settings.local();
        String namespace = settings.namespace() == null ? "" : " in namespace " + settings.namespace();
        return "VTEP " + settings.remote() + from + " by UDP port " + settings.port() + namespace;
    }

    @Override
    public Port open(PortContext context, VxlanSettings settings) throws IOException {
        return VxlanPort.open(context, settings, this);
    }

    @Override
    public List<SharedEndpoint> endpoints() {
        return endpoints.values().stream().map(VxlanEndpoint::view).toList();
    }

    /** The endpoint of a place, opened by the first port that wants it; to be {@linkplain #release released}. */
    synchronized VxlanEndpoint endpoint(VxlanEndpoint.Place place, List<PortLoop> loops) throws IOException {
        VxlanEndpoint present = endpoints.get(place);
        if (present != null) {
            present.check();
            return present;
        }
        for (VxlanEndpoint.Place other : endpoints.keySet()) {
            if (other.takes(place)) {
                throw new IOException("ports here have UDP port " + place.port() + " with "
                        + (other.isAny() ? "no local address" : "the local address " + other.address())
                        + ": give all ports to VTEPs the same local address, or none");
            }
        }
        VxlanEndpoint opened = VxlanEndpoint.open(place, loops);
        endpoints.put(place, opened);
        return opened;
    }

    /** The one reader of a secret's files, for as long as a port has it. */
    synchronized SecretFile secretFile(Path path) {
        secretFiles.values().removeIf(reference -> reference.get() == null);
        WeakReference<SecretFile> reference = secretFiles.get(path);
        SecretFile present = reference == null ? null : reference.get();
        if (present != null) {
            return present;
        }
        SecretFile file = new SecretFile(path);
        secretFiles.put(path, new WeakReference<>(file));
        return file;
    }

    /** Whether a session is that of a port here, whichever endpoint it has. Any loop. */
    boolean hasSession(byte[] session) {
        return endpoints.values().stream().anyMatch(endpoint -> endpoint.hasSession(session));
    }

    /** Closes an endpoint that no port uses any more. */
    synchronized void release(VxlanEndpoint endpoint) {
        if (endpoint.isUnused()) {
            endpoints.remove(endpoint.place(), endpoint);
            endpoint.close();
        }
    }
}
