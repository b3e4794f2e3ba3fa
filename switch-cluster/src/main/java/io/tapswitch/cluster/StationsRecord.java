package io.tapswitch.cluster;

import io.tapswitch.frame.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A bucket of a host's stations. A host has {@value #BUCKETS} of them, whatever it has of stations: few enough that a
 * summary of all fits in its lease, and enough that a change of one station, which is told by its bucket, costs little
 * where there are many hosts, which then have few stations each.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter                                    |
 * +---------------------------------------------------------------+
 * |   host (text)                                                 |
 * +---------------+-------------------------------+---------------+
 * |    bucket     |             ports             |  their names  |
 * +---------------+-------------------------------+   (texts)     |
 * |   ...                                                         |
 * +-------------------------------+-------------------------------+
 * |            entries            |   each as StationEntry        |
 * +-------------------------------+-------------------------------+
 * </pre>
 *
 * @param host by name
 * @param bucket its number
 * @param epoch of the host
 * @param sequence of the host when the bucket changed last
 */
record StationsRecord(String host, int bucket, long epoch, long sequence, List<StationEntry> entries) {
    static final int BUCKETS = 64;

    /** Of how many stations a bucket can tell; of {@value #BUCKETS} times as many a host can. */
    static final int MOST_ENTRIES = 4096;

    /** Of how many addresses the stations of a bucket can tell together. */
    static final int MOST_ADDRESSES = 8192;

    StationsRecord {
        entries = List.copyOf(entries);
    }

    /** The bucket of a station. */
    static int bucketOf(int vni, long mac) {
        long mixed = (mac ^ (long) vni << 24) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 58);
    }

    String key() {
        return RecordKind.stationsKey(host, bucket);
    }

    byte[] encode() {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        entries.forEach(entry -> names.add(entry.port()));
        List<String> ports = new ArrayList<>(names);
        RecordWriter out = new RecordWriter(RecordKind.STATIONS, epoch, sequence)
                .text(host)
                .u8(bucket)
                .count(ports.size());
        ports.forEach(out::text);
        out.count(entries.size());
        entries.forEach(entry -> entry.encode(out, ports));
        return out.toBytes();
    }

    static StationsRecord decode(byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.STATIONS, record, length);
        String host = in.name();
        int bucket = in.u8();
        if (bucket >= BUCKETS) {
            throw new RefusedException(Refusal.MALFORMED);
        }
        List<String> ports = new ArrayList<>();
        for (int left = in.count(1); left > 0; left--) {
            ports.add(in.text());
        }
        return new StationsRecord(host, bucket, in.epoch(), in.sequence(), entries(in, bucket, ports));
    }

    private static List<StationEntry> entries(RecordReader in, int bucket, List<String> ports) throws RefusedException {
        int count = in.count(StationEntry.SHORTEST);
        if (count > MOST_ENTRIES) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        List<StationEntry> entries = new ArrayList<>(count);
        Set<Place> places = new HashSet<>();
        int addresses = 0;
        for (int i = 0; i < count; i++) {
            StationEntry entry = StationEntry.decode(in, ports);
            boolean isInPlace = MacAddress.isValidSource(entry.mac()) && bucketOf(entry.vni(), entry.mac()) == bucket;
            if (!isInPlace || !places.add(new Place(entry.vni(), entry.mac()))) {
                throw new RefusedException(Refusal.MALFORMED);
            }
            addresses += entry.addresses().size();
            entries.add(entry);
        }
        if (addresses > MOST_ADDRESSES) {
            throw new RefusedException(Refusal.TOO_MANY);
        }
        return entries;
    }

    /** What a host says one thing of. */
    private record Place(int vni, long mac) {}
}
