package io.tapswitch.bench;

import io.tapswitch.frame.Checksum;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a port that knows no offload pays for each frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBench {
    /** Bytes to be summed. */
    @Param({"64", "1500", "65536"})
    public int length;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(65536);

    /** Random bytes. */
    @Setup
    public void fill() {
        byte[] bytes = new byte[buffer.capacity()];
        new SplittableRandom(1).nextBytes(bytes);
        buffer.put(0, bytes);
    }

    /** The Internet checksum. */
    @Benchmark
    public int checksum() {
        return Checksum.fold(Checksum.sum(buffer, 0, length, 0));
    }
}
