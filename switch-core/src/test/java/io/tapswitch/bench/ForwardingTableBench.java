package io.tapswitch.bench;

import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable;
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

/** What one look-up and one learned source cost, from a table that fits the cache to one that does not. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForwardingTableBench {
    private static final int ADDRESSES = 1 << 16;
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many stations the table holds. */
    @Param({"10", "1000", "100000", "1000000"})
    public int entries;

    private final ForwardingTable<String> table = new ForwardingTable<>(1 << 21, (change, entry) -> {});
    private final long[] known = new long[ADDRESSES];
    private final long[] unknown = new long[ADDRESSES];
    private final String port = "port";
    private long nowNanos;
    private int next;

    /** Fills the table with random stations, and draws the addresses to look up. */
    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        long[] macs = new long[entries];
        for (int i = 0; i < entries; i++) {
            macs[i] = random.nextLong() & 0xfcff_ffff_ffffL;
            table.learn(macs[i], port, 0);
        }
        for (int i = 0; i < ADDRESSES; i++) {
            known[i] = macs[random.nextInt(entries)];
            unknown[i] = random.nextLong() & 0xfcff_ffff_ffffL;
        }
    }

    /** A station that is in the table. */
    @Benchmark
    public FdbEntry<String> lookupHit() {
        return table.lookup(known[next++ & ADDRESSES - 1]);
    }

    /** A station that is not. */
    @Benchmark
    public FdbEntry<String> lookupMiss() {
        return table.lookup(unknown[next++ & ADDRESSES - 1]);
    }

    /** The source of a frame of steady traffic. */
    @Benchmark
    public void learnKnown() {
        table.learn(known[next++ & ADDRESSES - 1], port, nowNanos);
    }

    /** The source of a frame after over a second of silence: the entry is refreshed under the lock. */
    @Benchmark
    public void learnRefresh() {
        nowNanos += REFRESH_NANOS;
        table.learn(known[next++ & ADDRESSES - 1], port, nowNanos);
    }
}
