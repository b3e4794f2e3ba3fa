package io.tapswitch.cluster;

import io.tapswitch.SwitchService;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.overlay.StaticOverlayDirectory;
import java.io.IOException;
import java.nio.file.Path;

/** The one place that chooses how this host learns of others. */
public final class OverlayDirectories {
    private OverlayDirectories() {}

    /**
     * Opens the directory of this host; the caller closes it, before the switch. Does not wait for other hosts.
     *
     * @param configOrNull of the cluster, with the name of this host; null for a host by itself
     * @param service the switch of this host, started
     * @param stateDir where what is known of other hosts outlives a restart
     * @param version of TapSwitch, to tell the others
     * @param eventLoops how many carry frames here, to tell the others
     * @param certificate SHA-256 digest of the certificate of this host's API for others, to tell them; empty for none
     * @throws IOException if it cannot start, with what to do
     */
    public static OverlayDirectory open(
            ClusterConfig configOrNull,
            SwitchService service,
            Path stateDir,
            String version,
            int eventLoops,
            byte[] certificate)
            throws IOException {
        if (configOrNull == null) {
            return new StaticOverlayDirectory();
        }
        ClusterDirectory directory = new ClusterDirectory(
                configOrNull,
                new HazelcastStore(configOrNull),
                new ServiceSwitch(service, configOrNull, stateDir),
                stateDir,
                version,
                eventLoops,
                certificate);
        service.events().listen(directory::changed);
        service.vtepEvents().listen(directory::changed);
        return directory;
    }
}
