package io.tapswitch.cluster;

import io.tapswitch.LocalStation;
import io.tapswitch.cluster.LocalSwitch.LocalNeighbour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings the {@link StationTable} what the switch of this host knows by itself. The directory's thread. */
final class LocalReader {
    private final LocalSwitch local;
    private final StationTable stations;
    private final Map<String, Long> neighbourChanges = new HashMap<>();

    LocalReader(LocalSwitch local, StationTable stations) {
        this.local = local;
        this.stations = stations;
    }

    /** Reads the FDBs: events of single stations may have been lost. @param vnis of the cluster's networks, by name */
    void scan(Map<String, Integer> vnis, long nowNanos) {
        Set<Integer> others = new HashSet<>(stations.ownVnis());
        vnis.forEach((network, vni) -> {
            others.remove(vni);
            scan(network, vni, nowNanos);
        });
        others.forEach(vni -> stations.keepOnly(vni, Set.of(), nowNanos));
    }

    private void scan(String network, int vni, long nowNanos) {
        Set<Long> found = new HashSet<>();
        for (LocalStation station : local.stations(network)) {
            found.add(station.mac());
            stations.heard(vni, station.mac(), station.port(), station.isStatic(), nowNanos);
        }
        stations.keepOnly(vni, found, nowNanos);
        forgetNeighbours(network);
    }

    /** Reads the IP addresses of those networks where some changed. */
    void readNeighbours(Map<String, Integer> vnis) {
        neighbourChanges.keySet().retainAll(vnis.keySet());
        vnis.forEach((network, vni) -> {
            long changes = local.neighbourChanges(network);
            Long before = neighbourChanges.put(network, changes);
            if (before == null || before != changes) {
                readNeighbours(network, vni);
            }
        });
    }

    /** Has them read although none changed: a station that was not known when they were read is now. */
    void forgetNeighbours(String network) {
        neighbourChanges.remove(network);
    }

    private void readNeighbours(String network, int vni) {
        Map<Long, List<byte[]>> byStation = new HashMap<>();
        for (LocalNeighbour neighbour : local.neighbours(network)) {
            byStation
                    .computeIfAbsent(neighbour.mac(), absent -> new ArrayList<>())
                    .add(neighbour.address());
        }
        for (long mac : stations.ownStations(vni).keySet()) {
            stations.addresses(vni, mac, byStation.getOrDefault(mac, List.of()));
        }
    }
}
