package io.tapswitch.cluster;

import io.tapswitch.cluster.HostRecord.HostNetwork;
import io.tapswitch.cluster.RecordStore.Kind;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.RemotePort;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The records of this host: made of what it knows, numbered, and handed to the {@link Publisher}. The directory's thread. */
final class OwnRecords {
    private final Self self;
    private final Publisher publisher;
    private final StationTable stations;
    private final long[] bucketSequences = new long[StationsRecord.BUCKETS];
    private long epoch;

    /** What the other hosts were told last, and in which epoch; null if nothing. */
    private List<RemotePort> toldPorts;

    private long portsEpoch;
    private long sequence;
    private long renewals;
    private long buckets;
    private HostRecord host;

    OwnRecords(Self self, long epoch, Publisher publisher, StationTable stations) {
        this.self = self;
        this.epoch = epoch;
        this.publisher = publisher;
        this.stations = stations;
    }

    long epoch() {
        return epoch;
    }

    /** Null until it was first told. */
    HostRecord host() {
        return host;
    }

    /** Describes this host, if that is news. @return whether it is */
    boolean describe(List<HostNetwork> networks, boolean left, long nowNanos) {
        HostRecord next = new HostRecord(
                self.name(),
                epoch,
                sequence + 1,
                self.instance(),
                left,
                self.encrypts(),
                self.vtepPort(),
                self.mtu(),
                self.eventLoops(),
                self.version(),
                self.vteps(),
                networks,
                self.api());
        if (next.saysTheSame(host)) {
            return false;
        }
        sequence++;
        host = next;
        publisher.publish(Kind.RECORDS, host.key(), host.encode(), nowNanos);
        return true;
    }

    /** Tells of the stations that changed. */
    void tellStations(long nowNanos) {
        long dirty = stations.takeDirty();
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            if ((dirty >>> bucket & 1) != 0) {
                tellBucket(bucket, nowNanos);
            }
        }
    }

    private void tellBucket(int bucket, long nowNanos) {
        List<StationEntry> entries = stations.ownEntries(bucket);
        String key = RecordKind.stationsKey(self.name(), bucket);
        if (entries.isEmpty()) {
            buckets &= ~(1L << bucket);
            publisher.withdraw(key);
        } else {
            buckets |= 1L << bucket;
            bucketSequences[bucket] = ++sequence;
            StationsRecord record = new StationsRecord(self.name(), bucket, epoch, sequence, entries);
            publisher.publish(Kind.RECORDS, key, record.encode(), nowNanos);
        }
    }

    /** Renews the lease. @param networks digest of the definitions of networks */
    void renew(long networks, long nowNanos) {
        int[] sequences = new int[Long.bitCount(buckets)];
        for (int bucket = 0, next = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            if ((buckets >>> bucket & 1) != 0) {
                sequences[next++] = (int) bucketSequences[bucket];
            }
        }
        Lease lease = new Lease(
                self.name(),
                epoch,
                ++renewals,
                self.instance(),
                host.sequence(),
                sequence,
                buckets,
                sequences,
                networks);
        publisher.publish(Kind.LEASES, lease.key(), lease.encode(), nowNanos);
    }

    /** Tells what the ports are, for those who ask. */
    void tellPorts(List<RemotePort> ports, long nowNanos) {
        if (epoch != portsEpoch || !ports.equals(toldPorts)) {
            publisher.publish(
                    Kind.REPORTS, RecordKind.PORTS.key(self.name()), Reports.ports(epoch, 0, ports), nowNanos);
            toldPorts = ports;
            portsEpoch = epoch;
        }
    }

    /** Tells what happened, for those who ask. */
    void tellEvents(List<HostEvent> events, long nowNanos) {
        publisher.publish(Kind.REPORTS, RecordKind.EVENTS.key(self.name()), Reports.events(epoch, 0, events), nowNanos);
    }

    /** Begins a new epoch, later than another one of this host's name, and tells everything in it. */
    void begin(long laterThan, long networks, long nowNanos) {
        epoch = laterThan + 1;
        HostRecord before = host;
        describe(before.networks(), before.left(), nowNanos);
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            if ((buckets >>> bucket & 1) != 0) {
                tellBucket(bucket, nowNanos);
            }
        }
        renew(networks, nowNanos);
    }

    /** Under which keys the store has this host's records that others rely on. */
    Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        if (host != null) {
            keys.add(host.key());
        }
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            if ((buckets >>> bucket & 1) != 0) {
                keys.add(RecordKind.stationsKey(self.name(), bucket));
            }
        }
        return keys;
    }

    /** Takes everything back but that this host has left. */
    void leave(long nowNanos) {
        describe(List.of(), true, nowNanos);
        for (int bucket = 0; bucket < StationsRecord.BUCKETS; bucket++) {
            publisher.withdraw(RecordKind.stationsKey(self.name(), bucket));
        }
        publisher.withdraw(RecordKind.LEASE.key(self.name()));
        publisher.withdraw(RecordKind.PORTS.key(self.name()));
        toldPorts = null;
    }
}
