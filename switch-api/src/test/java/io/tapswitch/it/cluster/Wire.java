package io.tapswitch.it.cluster;

import io.tapswitch.it.vxlan.Capture;
import io.tapswitch.it.vxlan.Outer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What one host sends into the underlay: the frames of networks, as long as they are not encrypted. */
final class Wire implements AutoCloseable {
    static final int ARP = 0x0806;
    static final int IPV4 = 0x0800;

    private static final int ETHER_TYPE = 12;
    private static final long LINGER_MILLIS = 500;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);

    private final Capture capture;

    Wire(ClusterHarness cluster, ClusterHost sender) {
        capture = new Capture(cluster.underlay().sentBy(sender.site()));
    }

    /** Throws away what came until now. */
    Wire clear() {
        capture.drain();
        return this;
    }

    /** How many frames went to each host, by the address of its VTEP; waits until no more come. */
    Map<String, Integer> sent(Predicate<byte[]> wanted) {
        Map<String, Integer> counts = new TreeMap<>();
        long quietSince = System.nanoTime();
        while (System.nanoTime() - quietSince < LINGER_NANOS) {
            Outer outer = capture.next(LINGER_MILLIS);
            // What VTEPs tell each other by themselves has no VNI.
            if (outer != null && outer.isVxlan()) {
                quietSince = System.nanoTime();
                if (wanted.test(outer.inner())) {
                    counts.merge(outer.destination(), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    /** Frames of an EtherType. */
    static Predicate<byte[]> of(int etherType) {
        return frame -> etherType(frame) == etherType;
    }

    /** Every frame. */
    static Predicate<byte[]> any() {
        return frame -> true;
    }

    private static int etherType(byte[] frame) {
        return (frame[ETHER_TYPE] & 0xff) << 8 | frame[ETHER_TYPE + 1] & 0xff;
    }

    @Override
    public void close() {
        capture.close();
    }
}
