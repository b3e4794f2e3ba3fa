package io.tapswitch.bench;

import io.tapswitch.frame.Checksum;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Segmentation;
import io.tapswitch.frame.Segments;
import io.tapswitch.frame.TestPacket;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What segmentation costs, in payload bytes per nanosecond, which are GB/s. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentationBench {
    private static final int PAYLOAD = 64000;

    /** Payload bytes of a segment: an Ethernet MTU, one that ends on an odd byte, and a jumbo MTU. */
    @Param({"1448", "1447", "8948"})
    private int gsoSize;

    private final Segmentation segmentation = new Segmentation(128);
    private final ByteBuffer target = ByteBuffer.allocateDirect(128 * 1024);
    private Frame tcp;
    private Frame udp;

    /** Makes the frames. */
    @Setup
    public void frames() {
        tcp = Segments.frame(TestPacket.of(true, true, gsoSize, PAYLOAD).large());
        udp = Segments.frame(TestPacket.of(false, false, gsoSize, PAYLOAD).large());
    }

    /** The floor: one pass over the payload. */
    @Benchmark
    @OperationsPerInvocation(PAYLOAD)
    public long checksumOnly() {
        return Checksum.sum(tcp.buffer(), tcp.start() + 66, PAYLOAD, 0);
    }

    /** TCP over IPv4, to be written as an iovec. */
    @Benchmark
    @OperationsPerInvocation(PAYLOAD)
    public int prepareTcp4() {
        return segmentation.prepare(tcp, 4);
    }

    /** UDP over IPv6, to be written as an iovec. */
    @Benchmark
    @OperationsPerInvocation(PAYLOAD)
    public int prepareUdp6() {
        return segmentation.prepare(udp, 8);
    }

    /** TCP over IPv4, each segment copied to one buffer. */
    @Benchmark
    @OperationsPerInvocation(PAYLOAD)
    public int prepareAndCopyTcp4() {
        int count = segmentation.prepare(tcp, 0);
        int at = 0;
        for (int i = 0; i < count; i++) {
            segmentation.copyTo(i, target, at);
            at += segmentation.length(i);
        }
        return at;
    }
}
