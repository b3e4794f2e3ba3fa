package io.tapswitch.overlay;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What the hosts of an overlay know of each other, to look at. Never on the frame path: trouble here costs no frame.
 *
 * <p>Everything but {@link #ports} and {@link #events} is read from this host's memory and waits for nothing; those two may
 * ask other hosts' records. Any thread.
 */
public interface OverlayDirectory extends AutoCloseable {
    /** What this directory is, in a few words, for {@code tapswitch status}. */
    String description();

    /** The cluster that this host belongs to; empty for a host by itself. */
    Optional<ClusterState> cluster();

    /** The other hosts that are known, by name. */
    List<RemoteHost> hosts();

    /** By what the daemons of the other hosts are known. */
    List<HostApi> apis();

    /** Where a station is that is behind another host; empty if no host says so. @param network by name */
    Optional<RemoteStation> station(String network, long mac);

    /** The stations that other hosts have in a network. @param network by name */
    List<RemoteStation> stations(String network);

    /** The IP addresses of stations behind other hosts. @param network by name */
    List<RemoteNeighbour> neighbours(String network);

    /**
     * The ports of another host, as it last published them.
     *
     * @param host by name
     * @return fails with {@link java.io.IOException} if the directory cannot be reached, in words
     */
    CompletionStage<List<RemotePort>> ports(String host);

    /** What happened lately, on this host and, as far as they can be reached, on the others; the oldest first. */
    CompletionStage<List<HostEvent>> events();

    /**
     * Tells the listener of each event of this host that has to do with the others, those that were and those to come; it
     * must return soon. What becomes of VTEPs is for {@link io.tapswitch.VtepEvents} to tell.
     */
    void listen(Consumer<HostEvent> listener);

    @Override
    void close();
}
