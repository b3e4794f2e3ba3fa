package io.tapswitch.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Another host of the cluster, as its records say. The directory's thread, but for what is said to be read by any. */
final class Peer {
    private final String name;
    private final Map<Integer, StationsRecord> buckets = new ConcurrentHashMap<>();
    private volatile HostRecord record;
    private volatile Lease lease;
    private volatile long renewedNanos;
    private volatile boolean wasHeard;
    private volatile boolean isCached;

    /** Whether its stations are not taken, since it is neither heard nor answers. */
    private volatile boolean isSilent;

    /** @param nowNanos from when on it is expected to renew its lease */
    Peer(String name, long nowNanos) {
        this.name = name;
        renewedNanos = nowNanos;
    }

    /** Any thread. */
    String name() {
        return name;
    }

    /** How it describes itself; null until that is known. Any thread. */
    HostRecord record() {
        return record;
    }

    /** Null until it was heard. Any thread. */
    Lease lease() {
        return lease;
    }

    /** Takes note of what a host says of itself. @return whether that is news */
    boolean accept(HostRecord news) {
        HostRecord known = record;
        if (known != null && compare(news.epoch(), news.sequence(), known.epoch(), known.sequence()) <= 0) {
            return false;
        }
        record = news;
        return true;
    }

    /** Takes note of a lease. @return whether the host renewed it since it was last looked at */
    boolean accept(Lease news, long nowNanos) {
        Lease known = lease;
        if (known != null && !news.isLaterThan(known)) {
            return false;
        }
        // What was found in the store at first may have been there for long.
        boolean isRenewal = known != null;
        lease = news;
        if (isRenewal) {
            renewedNanos = nowNanos;
            wasHeard = true;
        }
        return isRenewal;
    }

    private static int compare(long epoch, long sequence, long otherEpoch, long otherSequence) {
        int byEpoch = Long.compare(epoch, otherEpoch);
        return byEpoch != 0 ? byEpoch : Long.compare(sequence, otherSequence);
    }

    /** Takes in a bucket of stations. @return whether it is newer than what is known */
    boolean accept(StationsRecord news) {
        StationsRecord known = buckets.get(news.bucket());
        if (known != null && compare(news.epoch(), news.sequence(), known.epoch(), known.sequence()) <= 0) {
            return false;
        }
        buckets.put(news.bucket(), news);
        return true;
    }

    /** The stations of a bucket, none if they are of an earlier life of the host. */
    List<StationEntry> entries(int bucket) {
        StationsRecord stations = buckets.get(bucket);
        return stations == null ? List.of() : stations.entries();
    }

    /** Forgets a bucket. */
    void dropBucket(int bucket) {
        buckets.remove(bucket);
    }

    /** The buckets that are known. */
    List<StationsRecord> buckets() {
        return List.copyOf(buckets.values());
    }

    /** Whether its lease tells of a newer description than is known. */
    boolean lacksRecord() {
        HostRecord host = record;
        return host == null || compare(host.epoch(), host.sequence(), lease.epoch(), lease.hostSequence()) < 0;
    }

    /** Whether its lease tells of newer stations in a bucket than are known. */
    boolean lacks(int bucket) {
        HostRecord host = record;
        boolean hasLeft = host != null && host.left() && host.epoch() >= lease.epoch();
        if (hasLeft || !lease.hasBucket(bucket)) {
            return false;
        }
        StationsRecord known = buckets.get(bucket);
        return known == null
                || known.epoch() < lease.epoch()
                || known.epoch() == lease.epoch() && lease.isNewer(bucket, known.sequence());
    }

    /** How many stations it has told of. Any thread. */
    int stationCount() {
        return buckets.values().stream()
                .mapToInt(bucket -> (int) bucket.entries().stream()
                        .filter(entry -> !entry.isWithdrawn())
                        .count())
                .sum();
    }

    /** How long ago it was heard. Any thread. */
    long silentNanos(long nowNanos) {
        return nowNanos - renewedNanos;
    }

    /** Whether it was heard since this daemon started. Any thread. */
    boolean wasHeard() {
        return wasHeard;
    }

    /** Whether what it says of itself comes from before this daemon started. Any thread. */
    boolean isCached() {
        return isCached && !wasHeard;
    }

    void cached(boolean cached) {
        isCached = cached;
    }

    boolean isSilent() {
        return isSilent;
    }

    void silent(boolean silent) {
        isSilent = silent;
    }

    /** Whether it takes part. Any thread. */
    boolean isThere() {
        HostRecord host = record;
        return host != null && !host.left();
    }

    /** Whether both say to have a VTEP at one address. */
    boolean sharesVtep(Peer other) {
        return record != null
                && other.record != null
                && record.vteps().stream().anyMatch(address -> other.record.vteps().stream()
                        .anyMatch(theirs -> Arrays.equals(address, theirs)));
    }

    /**
     * Compares the addresses of two VTEPs as numbers, as EVPN does where nothing else decides; a host that has not said
     * which it has comes last.
     */
    static int compareVteps(List<byte[]> some, List<byte[]> others) {
        if (some.isEmpty() || others.isEmpty()) {
            return Integer.compare(others.size(), some.size());
        }
        return Arrays.compareUnsigned(some.get(0), others.get(0));
    }

    @Override
    public String toString() {
        return name;
    }
}
