package io.tapswitch.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The other hosts: takes their records in, sees what is missing of them, and notices who falls silent. The directory's
 * thread, but for what is said to be read by any.
 */
final class Peers {
    /** For how long a host is remembered that is not there any more. */
    private static final long REMEMBER_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** How many hosts a cluster may have. */
    static final int MOST_HOSTS = 4096;

    /** How many stations and addresses of stations all hosts together may tell of. */
    static final int MOST_KNOWN = 1 << 20;

    private final String self;
    private final StationTable stations;
    private final EventLog events;
    private final Map<String, Peer> peers = new ConcurrentHashMap<>();

    /** The last leases of hosts that were forgotten; they may be in the store for ever. */
    private final Map<String, Lease> gone = new LinkedHashMap<>();

    /** Stations and addresses of stations that are known. */
    private int known;

    private boolean isRestoring = true;
    private boolean isChanged;
    private boolean hostsChanged;

    /** @param self name of this host */
    Peers(String self, StationTable stations, EventLog events) {
        this.self = self;
        this.stations = stations;
        this.events = events;
    }

    /** What is taken in from now on is heard, and not restored. */
    void restored() {
        isRestoring = false;
    }

    /** All that are known. Any thread. */
    Collection<Peer> all() {
        return peers.values();
    }

    /** Null if there is none of that name. Any thread. */
    Peer find(String name) {
        return peers.get(name);
    }

    private Peer peer(String name, long nowNanos) throws RefusedException {
        Peer known = peers.get(name);
        if (known != null) {
            return known;
        }
        if (peers.size() >= MOST_HOSTS) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        Peer peer = new Peer(name, nowNanos);
        peers.put(name, peer);
        return peer;
    }

    /** Takes in how a host describes itself. */
    void heard(HostRecord record, long nowNanos) throws RefusedException {
        Peer peer = peer(record.name(), nowNanos);
        HostRecord before = peer.record();
        boolean wasThere = peer.isThere();
        if (!peer.accept(record)) {
            return;
        }
        isChanged = true;
        hostsChanged = true;
        peer.cached(isRestoring);
        peer.buckets().stream()
                .filter(bucket -> bucket.epoch() < record.epoch())
                .forEach(bucket -> drop(peer, bucket, nowNanos));
        if (before == null) {
            // Between hosts that say the same of a station, their VTEPs decide.
            peer.buckets().forEach(bucket -> stations.applied(peer, bucket.entries(), bucket.entries(), nowNanos));
        }
        if (peer.isThere() != wasThere && !isRestoring) {
            events.add(
                    wasThere ? "host-left" : "host-joined",
                    peer.name(),
                    "host " + peer.name() + (wasThere ? " has left" : " is in the cluster"));
        }
        if (!peer.isThere()) {
            peer.buckets().forEach(bucket -> drop(peer, bucket, nowNanos));
        }
    }

    private void drop(Peer peer, StationsRecord bucket, long nowNanos) {
        peer.dropBucket(bucket.bucket());
        known -= size(bucket.entries());
        isChanged = true;
        if (!peer.isSilent()) {
            stations.applied(peer, bucket.entries(), List.of(), nowNanos);
        }
    }

    private static int size(List<StationEntry> entries) {
        return entries.size()
                + entries.stream().mapToInt(entry -> entry.addresses().size()).sum();
    }

    /** Takes in some of a host's stations. */
    void heard(StationsRecord record, long nowNanos) throws RefusedException {
        Peer peer = peer(record.host(), nowNanos);
        HostRecord host = peer.record();
        if (host != null && (host.epoch() > record.epoch() || host.left())) {
            return;
        }
        List<StationEntry> before = peer.entries(record.bucket());
        int growth = size(record.entries()) - size(before);
        if (growth > 0 && known + growth > MOST_KNOWN) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        if (peer.accept(record)) {
            known += growth;
            isChanged = true;
            if (!peer.isSilent()) {
                stations.applied(peer, before, record.entries(), nowNanos);
            }
        }
    }

    /** Takes in a lease. */
    void heard(Lease lease, long nowNanos) throws RefusedException {
        Lease last = gone.get(lease.host());
        if (last != null && !lease.isLaterThan(last)) {
            return;
        }
        gone.remove(lease.host());
        Peer peer = peer(lease.host(), nowNanos);
        if (peer.accept(lease, nowNanos)) {
            speaks(peer, nowNanos);
        }
        if (lease == peer.lease()) {
            dropOthers(peer, lease, nowNanos);
        }
    }

    /** Buckets that the host has no more leave no record. */
    private void dropOthers(Peer peer, Lease lease, long nowNanos) {
        for (StationsRecord bucket : peer.buckets()) {
            boolean isOlder = bucket.epoch() == lease.epoch() && bucket.sequence() <= lease.lastSequence();
            if (isOlder && !lease.hasBucket(bucket.bucket())) {
                drop(peer, bucket, nowNanos);
            }
        }
    }

    private void speaks(Peer peer, long nowNanos) {
        if (peer.isSilent()) {
            peer.silent(false);
            peer.buckets().forEach(bucket -> stations.applied(peer, List.of(), bucket.entries(), nowNanos));
            events.add("host-back", peer.name(), "host " + peer.name() + " is heard again");
            hostsChanged = true;
        }
    }

    /**
     * Looks who is silent, and forgets who was for long. To be asked only while the store can be reached.
     *
     * @param patienceNanos for how long a lease need not be renewed
     * @param isAlive whether a host's VTEP answers, by name
     * @return the names of those that were forgotten
     */
    List<String> lookAfter(long patienceNanos, Predicate<String> isAlive, long nowNanos) {
        List<String> forgotten = new ArrayList<>();
        for (Peer peer : List.copyOf(peers.values())) {
            long silent = peer.silentNanos(nowNanos);
            Peer heir = silent > patienceNanos ? heir(peer, patienceNanos, nowNanos) : null;
            if (heir != null) {
                replace(peer, heir, silent, nowNanos);
            } else if (silent > REMEMBER_NANOS && (!peer.isThere() || !isAlive.test(peer.name()))) {
                forget(peer, nowNanos);
                forgotten.add(peer.name());
            } else if (peer.isSilent() && isAlive.test(peer.name())) {
                speaks(peer, nowNanos);
            } else if (peer.isThere() && !peer.isSilent() && silent > patienceNanos && !isAlive.test(peer.name())) {
                peer.buckets().forEach(bucket -> stations.applied(peer, bucket.entries(), List.of(), nowNanos));
                peer.silent(true);
                events.add(
                        "host-silent",
                        peer.name(),
                        "host " + peer.name() + " was not heard for " + TimeUnit.NANOSECONDS.toSeconds(silent)
                                + " seconds, and its VTEP does not answer: its stations are taken out");
                hostsChanged = true;
            }
        }
        return forgotten;
    }

    /**
     * A host that is heard and has a VTEP's address which a silent host had: what answers there is not the silent one. Null
     * if there is none.
     */
    private Peer heir(Peer silent, long patienceNanos, long nowNanos) {
        return peers.values().stream()
                .filter(other -> other.wasHeard() && other.silentNanos(nowNanos) <= patienceNanos)
                .filter(other -> other.isThere() && other.sharesVtep(silent))
                .findFirst()
                .orElse(null);
    }

    private void replace(Peer peer, Peer heir, long silentNanos, long nowNanos) {
        events.add(
                "host-replaced",
                peer.name(),
                "host " + peer.name() + " was not heard for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos)
                        + " seconds, and host " + heir.name() + " has its VTEP's address: it is forgotten");
        forget(peer, nowNanos);
    }

    private void forget(Peer peer, long nowNanos) {
        peer.buckets().forEach(bucket -> drop(peer, bucket, nowNanos));
        peers.remove(peer.name());
        if (peer.lease() != null) {
            gone.put(peer.name(), peer.lease());
        }
        if (gone.size() > MOST_HOSTS) {
            gone.remove(gone.keySet().iterator().next());
        }
        isChanged = true;
        hostsChanged = true;
    }

    /** The keys of records that differ from what their hosts' leases say. */
    List<String> missing() {
        List<String> keys = new ArrayList<>();
        for (Peer peer : peers.values()) {
            if (peer.lease() != null) {
                addMissing(peer, keys);
            }
        }
        return keys;
    }

    private static void addMissing(Peer peer, List<String> keys) {
        if (peer.lacksRecord()) {
            keys.add(RecordKind.HOST.key(peer.name()));
        }
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            if (peer.lacks(bucket)) {
                keys.add(RecordKind.stationsKey(peer.name(), bucket));
            }
        }
    }

    /** Whether a host knows other definitions of networks. */
    boolean anyKnowsOtherNetworks(long digest) {
        return peers.values().stream()
                .anyMatch(peer ->
                        peer.lease() != null && peer.isThere() && peer.lease().networks() != digest);
    }

    /** Names of hosts, this one too, that are there. */
    SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(Set.of(self));
        peers.values().stream().filter(Peer::isThere).map(Peer::name).forEach(names::add);
        return names;
    }

    /** What a cache on disk has is not as it would be written now. */
    void changed() {
        isChanged = true;
    }

    /** Whether anything changed since this was last asked that a cache on disk should have. */
    boolean takeChanged() {
        boolean changed = isChanged;
        isChanged = false;
        return changed;
    }

    /** Whether a host came, went or describes itself otherwise since this was last asked. */
    boolean takeHostsChanged() {
        boolean changed = hostsChanged;
        hostsChanged = false;
        return changed;
    }
}
