package io.tapswitch.cluster;

import java.util.Arrays;

/**
 * That a host is there, renewed all the time, with a summary by which others see what they lack of its records.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter; its sequence are the renewals     |
 * +---------------------------------------------------------------+
 * |   host (text)                                                 |
 * +---------------------------------------------------------------+
 * |                          instance                             |
 * |                          (64 bits)                            |
 * +---------------------------------------------------------------+
 * |                        hostSequence                           |
 * |                          (64 bits)                            |
 * +---------------------------------------------------------------+
 * |                        lastSequence                           |
 * |                          (64 bits)                            |
 * +---------------------------------------------------------------+
 * |                          networks                             |
 * |                          (64 bits)                            |
 * +---------------------------------------------------------------+
 * |                           buckets                             |
 * |               (64 bits, the lowest is bucket 0)               |
 * +---------------------------------------------------------------+
 * |   sequence of the lowest bucket that is there (32 bits)       |
 * +---------------------------------------------------------------+
 * |   ... and so on, one for each bit of buckets                  |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * @param host by name
 * @param epoch of the host
 * @param renewals how often it was renewed in that epoch
 * @param instance of the host
 * @param hostSequence of its {@link HostRecord}
 * @param lastSequence the highest of any of its records
 * @param buckets which buckets of stations it has: bit <i>n</i> for bucket <i>n</i>
 * @param sequences of these buckets, in their order: the lower 32 bits
 * @param networks digest of the definitions of networks that it knows
 */
record Lease(
        String host,
        long epoch,
        long renewals,
        long instance,
        long hostSequence,
        long lastSequence,
        long buckets,
        int[] sequences,
        long networks) {
    String key() {
        return RecordKind.LEASE.key(host);
    }

    byte[] encode() {
        RecordWriter out = new RecordWriter(RecordKind.LEASE, epoch, renewals)
                .text(host)
                .i64(instance)
                .i64(hostSequence)
                .i64(lastSequence)
                .i64(networks)
                .i64(buckets);
        Arrays.stream(sequences).forEach(out::i32);
        return out.toBytes();
    }

    static Lease decode(byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.LEASE, record, length);
        String host = in.name();
        long instance = in.i64();
        long hostSequence = in.i64();
        long lastSequence = in.i64();
        long networks = in.i64();
        long buckets = in.i64();
        int[] sequences = new int[Long.bitCount(buckets)];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = in.i32();
        }
        return new Lease(
                host, in.epoch(), in.sequence(), instance, hostSequence, lastSequence, buckets, sequences, networks);
    }

    /** Whether this one was made after another one of the same host. */
    boolean isLaterThan(Lease other) {
        return epoch > other.epoch || epoch == other.epoch && renewals > other.renewals;
    }

    boolean hasBucket(int bucket) {
        return (buckets >>> bucket & 1) != 0;
    }

    /** Whether the host has a newer state of a bucket that it has. @param known sequence of the one that is known */
    boolean isNewer(int bucket, long known) {
        int index = Long.bitCount(buckets & (1L << bucket) - 1);
        // The difference of what wraps around.
        return sequences[index] - (int) known > 0;
    }

    /** What a number adds to a digest: any two that differ change it in many bits (the finalizer of SplitMix64). */
    static long mix(long number) {
        long mixed = (number ^ number >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ mixed >>> 31;
    }
}
