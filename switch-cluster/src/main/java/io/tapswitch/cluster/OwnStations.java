package io.tapswitch.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this host says of stations, by the buckets in which it is told, and no more than fits in them: see {@link
 * StationsRecord}. The directory's thread.
 */
final class OwnStations {
    private final List<Set<Station>> buckets = new ArrayList<>();
    private final Map<Integer, Set<Station>> byVni = new HashMap<>();
    private final int[] addresses = new int[StationsRecord.BUCKETS];

    /** Buckets that are not as they were last told: bit <i>n</i> for bucket <i>n</i>. */
    private long dirty;

    OwnStations() {
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            buckets.add(new LinkedHashSet<>());
        }
    }

    private static int bucketOf(Station station) {
        return StationsRecord.bucketOf(station.vni(), station.mac());
    }

    private static int addressesOf(StationEntry entry) {
        return entry == null ? 0 : entry.addresses().size();
    }

    /** Says something of a station. @param entry null to say nothing any more */
    void publish(Station station, StationEntry entry) {
        int bucket = bucketOf(station);
        addresses[bucket] += addressesOf(entry) - addressesOf(station.own());
        station.own(entry);
        if (entry == null) {
            buckets.get(bucket).remove(station);
            byVni.computeIfPresent(station.vni(), (vni, stations) -> {
                stations.remove(station);
                return stations.isEmpty() ? null : stations;
            });
        } else {
            buckets.get(bucket).add(station);
            byVni.computeIfAbsent(station.vni(), absent -> new HashSet<>()).add(station);
        }
        dirty |= 1L << bucket;
    }

    /** Whether there is room for one station more, or it has its place already. */
    boolean hasRoom(Station station) {
        return station.own() != null || buckets.get(bucketOf(station)).size() < StationsRecord.MOST_ENTRIES;
    }

    /** One that was withdrawn, from the bucket of another station; null if there is none. */
    Station withdrawnBeside(Station station) {
        return buckets.get(bucketOf(station)).stream()
                .filter(other -> other.own().isWithdrawn())
                .findFirst()
                .orElse(null);
    }

    /** As many of a station's addresses as can be told. */
    List<byte[]> fitting(Station station, List<byte[]> wanted) {
        int others = addresses[bucketOf(station)] - addressesOf(station.own());
        int room = Math.min(StationEntry.MOST_ADDRESSES, StationsRecord.MOST_ADDRESSES - others);
        return List.copyOf(wanted.subList(0, Math.min(room, wanted.size())));
    }

    /** Those that were withdrawn, too. */
    List<Station> all() {
        List<Station> all = new ArrayList<>();
        buckets.forEach(all::addAll);
        return all;
    }

    /** Those of a network, also withdrawn ones. */
    List<Station> all(int vni) {
        return List.copyOf(byVni.getOrDefault(vni, Set.of()));
    }

    Set<Integer> vnis() {
        return Set.copyOf(byVni.keySet());
    }

    /** How many are here. */
    int count() {
        return buckets.stream()
                .mapToInt(bucket -> (int) bucket.stream().filter(Station::isOwn).count())
                .sum();
    }

    List<StationEntry> entries(int bucket) {
        return buckets.get(bucket).stream().map(Station::own).toList();
    }

    /** Takes the buckets that changed since this was last called: bit <i>n</i> for bucket <i>n</i>. */
    long takeDirty() {
        long taken = dirty;
        dirty = 0;
        return taken;
    }
}
