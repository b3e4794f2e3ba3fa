package io.tapswitch.doctor;

import io.tapswitch.LoopLag;
import io.tapswitch.PortView;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the checks ask of the switch. Any thread. */
public interface SwitchState {
    /** Of TapSwitch on this host. */
    String version();

    /** Where the daemon keeps what has to outlive it. */
    Path stateDir();

    /** What opens the API, and will not for ever. @throws IOException if something of it cannot be read */
    List<Credential> credentials() throws IOException;

    /** The desired state. */
    SwitchConfig config();

    /** Every port as it is now. */
    List<PortView> ports();

    /** The largest packet that crosses a network now, bytes. */
    int mtu(NetworkConfig network);

    /** How many stations a network has learned. @param network by name */
    int learned(String network);

    /** How many stations a network has learned behind one port. @param network by name */
    int learned(String network, String port);

    /** The sockets that ports share. */
    List<SharedEndpoint> endpoints();

    /** How late each event loop is. */
    List<LoopLag.Reading> loopLag();

    /** Stations that go to and fro between ports. */
    List<Roaming> roaming();

    /** The cluster; empty for a host by itself. */
    Optional<ClusterState> cluster();

    /** The other hosts of the cluster. */
    List<RemoteHost> hosts();

    /**
     * Asks another host how far its clock is ahead of this one's; negative if it is behind.
     *
     * @return fails with {@link IOException}, in words, if the host does not say
     */
    CompletionStage<Duration> clockAhead(String host);

    /**
     * Something that expires.
     *
     * @param subject such as {@code "token ci"}
     * @param renewal what to type for a new one
     */
    record Credential(String subject, Instant expires, String renewal) {}

    /**
     * A station that was learned at one port and another by turns.
     *
     * @param network by name
     * @param mac the low 48 bits
     * @param moves how many within {@link MoveWatch#WINDOW}
     * @param ports between which it goes, by name
     */
    record Roaming(String network, long mac, int moves, List<String> ports) {}
}
