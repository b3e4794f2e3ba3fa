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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the overlay adds to the frame path: finding the network by its VNI, and a copy for each remote VTEP. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OverlayBench {
    private static final long LOCAL = 0x0200_0000_0001L;
    private static final long REMOTE = 0x0200_0000_0002L;
    private static final int FIRST_VNI = 1000;

    private static Bridge bridge(int vni) {
        NetworkSettings settings =
                new NetworkSettings(0, vni, 1500, TimeUnit.SECONDS.toNanos(300), 65_536, false, true, false);
        return new Bridge("n" + vni, settings, (change, entry) -> {});
    }

    private static CountingPort attached(CountingPort port, List<Bridge> bridges) {
        BridgePort bridgePort = new BridgePort(port);
        port.start(bridgePort, cause -> {});
        bridgePort.attach(PortSettings.DEFAULTS, bridges.get(0), bridges);
        return port;
    }

    /** One port of the overlay in many networks, each with one local station. */
    @State(Scope.Thread)
    public static class Networks {
        /** How many networks the port carries. */
        @Param({"1", "16", "256", "4096"})
        public int networks;

        private final Burst burst = new Burst(0).begin(0);
        private final Frame frame = new Frame();
        private CountingPort overlay;
        private CountingPort local;
        private int present;

        /** Lets each bridge learn its local station, and that of the far side. */
        @Setup
        public void learn() {
            List<Bridge> bridges = new ArrayList<>();
            for (int i = 0; i < networks; i++) {
                bridges.add(bridge(vni(i)));
            }
            overlay = attached(CountingPort.ofOverlay("overlay", 1), bridges);
            for (Bridge bridge : bridges) {
                local = attached(new CountingPort("local", 1), List.of(bridge));
                frame.set(Frames.ethernet(MacAddress.BROADCAST, LOCAL, 46));
                local.inject(frame, burst);
            }
            frame.set(Frames.ethernet(LOCAL, REMOTE, 46));
        }

        private int vni(int network) {
            return FIRST_VNI + network;
        }

        /** Goes from network to network, so that none is at hand by chance. */
        private int nextVni() {
            present = present + 7 & networks - 1;
            return vni(present);
        }
    }

    /** A frame for a known station of one network, always the same. */
    @Benchmark
    public long receiveForOneNetwork(Networks state) {
        state.overlay.inject(state.vni(state.networks - 1), state.frame, state.burst);
        return state.local.counters().sum(PortCounters.TX_FRAMES);
    }

    /** A frame for a known station, each time of another network. */
    @Benchmark
    public long receiveForEachNetwork(Networks state) {
        state.overlay.inject(state.nextVni(), state.frame, state.burst);
        return state.local.counters().sum(PortCounters.TX_FRAMES);
    }

    /** A frame that belongs to no network here. */
    @Benchmark
    public long receiveForNoNetwork(Networks state) {
        state.overlay.inject(FIRST_VNI - 1, state.frame, state.burst);
        return state.overlay.counters().sum(PortCounters.RX_FRAMES);
    }

    /** One network with many remote VTEPs. */
    @State(Scope.Thread)
    public static class Vteps {
        /** How many. */
        @Param({"1", "10", "1000"})
        public int vteps;

        private final Burst burst = new Burst(0).begin(0);
        private final Frame toAll = new Frame();
        private CountingPort local;
        private CountingPort last;

        /** Attaches one local port and the VTEPs. */
        @Setup
        public void attach() {
            List<Bridge> one = List.of(bridge(FIRST_VNI));
            local = attached(new CountingPort("local", 1), one);
            for (int i = 0; i < vteps; i++) {
                last = attached(CountingPort.ofOverlay("vtep" + i, 1), one);
            }
            toAll.set(Frames.ethernet(MacAddress.BROADCAST, LOCAL, 46));
        }
    }

    /** A broadcast from a local station: one copy for each VTEP. */
    @Benchmark
    public long floodToVteps(Vteps state) {
        state.local.inject(state.toAll, state.burst);
        return state.last.counters().sum(PortCounters.TX_FRAMES);
    }
}
