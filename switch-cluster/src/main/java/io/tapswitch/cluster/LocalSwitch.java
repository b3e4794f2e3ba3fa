package io.tapswitch.cluster;

import io.tapswitch.LocalStation;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.RemotePort;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The switch of this host, as far as the directory reads and changes it. Called by the directory's thread only. */
interface LocalSwitch {
    /** An IP address that a station behind a port of this host has. */
    record LocalNeighbour(byte[] address, long mac) {}

    /**
     * A host that frames go to.
     *
     * @param host by name
     * @param remote address of its VTEP, in digits
     * @param local address of this host's VTEP, in digits
     * @param networks that both have ports in, by name
     */
    record Link(String host, String remote, String local, Set<String> networks) {}

    /**
     * What became of a link.
     *
     * @param port by name
     * @param isAlive whether the remote VTEP answers
     * @param reason why the link does not work; null if it does
     */
    record LinkState(String port, boolean isAlive, String reason) {}

    /** The desired state; another object after each change. */
    SwitchConfig config();

    /** When the desired state was written to disk last; null if it never was. */
    FileTime stateWrittenAt();

    /** Whether a network's definition can only be changed in the configuration file. */
    boolean isFixed(String network);

    /** The networks that have a port here that is not of the overlay, by name. */
    Set<String> networksInUse();

    List<LocalStation> stations(String network);

    /** Another number after each change of {@link #neighbours}. */
    long neighbourChanges(String network);

    List<LocalNeighbour> neighbours(String network);

    /** The ports, as other hosts are told. */
    List<RemotePort> ports();

    /** The whole list of hosts that frames go to. */
    void links(Collection<Link> links);

    /** By host. */
    Map<String, LinkState> linkStates();

    /**
     * Puts stations behind a host into a network's FDB.
     *
     * @param overLocal also where the FDB has them behind a port of this host
     */
    void putStations(String host, String network, long[] macs, boolean overLocal);

    /** Takes stations behind a host out of a network's FDB. */
    void removeStations(String host, String network, long[] macs);

    void putNeighbour(String network, byte[] address, long mac);

    void removeNeighbour(String network, byte[] address, long mac);

    /** Makes or changes a network. @throws IOException as for any change of the desired state */
    void define(NetworkConfig network) throws IOException;

    /** Deletes a network. @throws IOException as for any change of the desired state */
    void delete(String network) throws IOException;
}
