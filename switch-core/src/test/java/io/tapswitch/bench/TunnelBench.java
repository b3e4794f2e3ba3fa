package io.tapswitch.bench;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.MssClamp;
import io.tapswitch.frame.PacketTooBig;
import io.tapswitch.frame.Segments;
import io.tapswitch.frame.TestPacket;
import io.tapswitch.frame.TunnelEcn;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a tunnel does to each inner frame, most of which need nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TunnelBench {
    private static final int SYN = 0x02;
    private static final int MTU = 1450;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    /** IPv4 or IPv6. */
    @Param({"true", "false"})
    public boolean ipv4;

    /** Guest tags. */
    @Param({"0", "1"})
    public int tags;

    private final TunnelEcn ecn = new TunnelEcn();
    private final MssClamp clamp = new MssClamp();
    private final PacketTooBig tooBig = new PacketTooBig();
    private final Frame answer = new Frame();
    private Frame segment;
    private Frame syn;
    private int option;
    private int trafficClass;

    /** Makes a data segment with ECT(0), and a SYN with the usual MSS. */
    @Setup
    public void frames() {
        segment = frame(0x10, new byte[12], new byte[1448]);
        syn = frame(SYN, new byte[] {2, 4, 5, (byte) 0xb4}, new byte[0]);
        option = syn.start() + syn.length() - 2;
        trafficClass = segment.start() + Frame.ETHERNET_HEADER + Frame.VLAN_TAG * tags + 1;
        segment.buffer().put(trafficClass, (byte) (ipv4 ? ECT_0 : ECT_0 << 4));
    }

    private Frame frame(int flags, byte[] options, byte[] payload) {
        byte[] address = new byte[ipv4 ? 4 : 16];
        address[0] = 10;
        TestPacket packet = new TestPacket(
                ipv4,
                true,
                new int[tags],
                new byte[0],
                address,
                address,
                address,
                options,
                flags,
                1,
                1,
                2000,
                payload,
                0);
        byte[] wire = packet.segments().get(0);
        Frame frame = Segments.frame(new byte[0]);
        frame.set(wire);
        return frame;
    }

    /** The outer header's traffic class and hop limit, both inherited. */
    @Benchmark
    public int encapsulate() {
        int inner = ecn.trafficClass(segment);
        return TunnelEcn.encapsulate(inner, inner) + ecn.hopLimit(segment);
    }

    /** A frame under an outer header without a mark. */
    @Benchmark
    public boolean decapsulate() {
        return ecn.decapsulate(segment, ECT_0);
    }

    /** A frame under an outer header with a mark, which it is given anew each time. */
    @Benchmark
    public boolean decapsulateMarked() {
        segment.buffer().put(trafficClass, (byte) (ipv4 ? ECT_0 : ECT_0 << 4));
        return ecn.decapsulate(segment, CE);
    }

    /** A data segment. */
    @Benchmark
    public boolean clampData() {
        return clamp.clamp(segment, MTU);
    }

    /** A SYN, whose option is raised again each time. */
    @Benchmark
    public boolean clampSyn() {
        syn.buffer().putShort(option, (short) 1460);
        return clamp.clamp(syn, MTU);
    }

    /** An answer, checksum and all. */
    @Benchmark
    public boolean answerTooBig() {
        return tooBig.answer(segment, MTU, answer);
    }
}
