package io.tapswitch.bench;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What reading a header and changing a tag cost. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBench {
    private final Frame frame = new Frame();

    /** A frame with an open checksum, so that moving its header shifts a field. */
    @Setup
    public void fill() {
        Frames.receive(frame, 1, 0, 0, 0, 34, 16, Frames.ethernet(0x0200_0000_0001L, 0x0200_0000_0002L, 1500));
    }

    /** The fields that the bridge reads of every frame. */
    @Benchmark
    public long readHeader() {
        return frame.destination() ^ frame.source() ^ frame.etherType() ^ (frame.isTagged() ? 1 : 0);
    }

    /** A tag put on and taken off again. */
    @Benchmark
    public int pushAndPopTag() {
        frame.pushTag(100);
        frame.popTag();
        return frame.length();
    }
}
