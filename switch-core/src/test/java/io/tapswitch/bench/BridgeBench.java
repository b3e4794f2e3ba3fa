package io.tapswitch.bench;

import io.tapswitch.bridge.Bridge;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.NetworkSettings;
import io.tapswitch.bridge.PortSettings;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.CountingPort;
import io.tapswitch.port.PortCounters;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The whole frame path but for the system calls: from the ingress port's counter to the egress port's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BridgeBench {
    private static final long STATION = 0x0200_0000_0001L;
    private static final long ON_ACCESS = 0x0200_0000_0002L;
    private static final long ON_TRUNK = 0x0200_0000_0003L;

    private final Bridge red = bridge("red", 10);
    private final Bridge other = bridge("other", 20);
    private final CountingPort ingress = port("ingress", red, null);
    private final CountingPort access = port("access", red, null);
    private final CountingPort trunk = port("trunk", other, List.of(red));
    private final Burst burst = new Burst(0).begin(0);
    private final Frame toAccess = new Frame();
    private final Frame toTrunk = new Frame();
    private final Frame toAll = new Frame();

    private static Bridge bridge(String name, int vlan) {
        NetworkSettings settings =
                new NetworkSettings(vlan, 0, 1500, TimeUnit.SECONDS.toNanos(300), 65_536, false, true, false);
        return new Bridge(name, settings, (change, entry) -> {});
    }

    private static CountingPort port(String name, Bridge bridge, List<Bridge> carried) {
        CountingPort port = new CountingPort(name, 1);
        BridgePort bridgePort = new BridgePort(port);
        port.start(bridgePort, cause -> {});
        bridgePort.attach(PortSettings.DEFAULTS, bridge, carried);
        return port;
    }

    /** Lets the bridge learn its stations. */
    @Setup
    public void learn() {
        toAccess.set(Frames.ethernet(MacAddress.BROADCAST, ON_ACCESS, 46));
        access.inject(toAccess, burst);
        toTrunk.set(Frames.tagged(Frames.ethernet(MacAddress.BROADCAST, ON_TRUNK, 46), 10));
        trunk.inject(toTrunk, burst);
        toAccess.set(Frames.ethernet(ON_ACCESS, STATION, 46));
        toTrunk.set(Frames.ethernet(ON_TRUNK, STATION, 46));
        toAll.set(Frames.ethernet(MacAddress.BROADCAST, STATION, 46));
    }

    /** One known destination, untagged both ways. */
    @Benchmark
    public long knownUnicast() {
        ingress.inject(toAccess, burst);
        return access.counters().sum(PortCounters.TX_FRAMES);
    }

    /** One known destination behind a trunk; the tag is taken off again for the next round. */
    @Benchmark
    public long knownUnicastOntoTrunk() {
        ingress.inject(toTrunk, burst);
        toTrunk.popTag();
        return trunk.counters().sum(PortCounters.TX_FRAMES);
    }

    /** A copy untagged and a copy tagged. */
    @Benchmark
    public long floodToTwoPorts() {
        ingress.inject(toAll, burst);
        toAll.popTag();
        return trunk.counters().sum(PortCounters.TX_FRAMES);
    }
}
