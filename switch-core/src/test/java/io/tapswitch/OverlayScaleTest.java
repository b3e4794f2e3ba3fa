package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.config.Trunk;
import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.Burst;
import io.tapswitch.port.OverlayDriver;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.VniFrame;
import io.tapswitch.port.VtepDriver;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many remote VTEPs and many networks: what a change costs, and how much memory they take. */
class OverlayScaleTest {
    private static final long STATION = 0x0200_0000_000aL;
    private static final long CHANGE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path temp;

    private final OverlayDriver overlay = new OverlayDriver();
    private final VtepDriver vteps = new VtepDriver();
    private final MemoryDriver memory = new MemoryDriver();
    private final PortDrivers drivers = new PortDrivers(List.of(overlay, memory, vteps));
    private final List<String> costs = new ArrayList<>();
    private EventLoops loops;
    private StateStore store;
    private SwitchService service;

    @BeforeEach
    void start() throws IOException {
        loops = new EventLoops(2);
        store = new StateStore(temp, new ConfigReader(drivers));
        service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
        service.start();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        store.close();
        loops.close();
    }

    private static String name(int network) {
        return network == 0 ? NetworkConfig.DEFAULT : "n" + network;
    }

    private static NetworkConfig network(int number, int vni, int mtu) {
        return new NetworkConfig(name(number), null, vni, mtu, null, null, null, null, null);
    }

    private static PortConfig vtep(int number, Trunk trunk) {
        String address = "10.1." + number / 256 + "." + number % 256;
        return OverlayDriver.config("v" + number, null, trunk, new OverlayDriver.Settings(address));
    }

    private static PortConfig local(String network) {
        return PortConfig.of("local", "memory", network, new MemoryDriver.Settings(null));
    }

    /** Takes the processor time of a change, which other processes of a busy machine do not lengthen. */
    private void apply(String what, UnaryOperator<SwitchConfig> change) throws IOException {
        change(what, () -> service.apply(change));
    }

    private interface Change {
        void run() throws IOException;
    }

    private void change(String what, Change change) throws IOException {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        change.run();
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
        costs.add(what + " " + TimeUnit.NANOSECONDS.toMillis(nanos));
        assertThat(nanos).as("nanoseconds: %s", what).isLessThan(CHANGE_NANOS);
    }

    /** Takes the time until a change of ports is in force. */
    private void refresh(String what, Runnable change, BooleanSupplier seen) throws InterruptedException {
        long begin = System.nanoTime();
        change.run();
        while (!seen.getAsBoolean()) {
            assertThat(System.nanoTime() - begin).as("nanoseconds: %s", what).isLessThan(REFRESH_NANOS);
            TimeUnit.MILLISECONDS.sleep(5);
        }
        costs.add(what + " " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    private static long usedMemory() {
        // What earlier tests left goes in steps.
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static Trunk trunk(String kind, int networks) {
        return switch (kind) {
            case "none" -> null;
            case "all" -> new Trunk(true, List.of());
            default ->
                new Trunk(
                        false,
                        IntStream.range(0, networks)
                                .mapToObj(OverlayScaleTest::name)
                                .toList());
        };
    }

    @ParameterizedTest(name = "{0} VTEPs, {1} networks, trunk {2}")
    @CsvSource({"1000, 1, none", "1, 4096, all", "1, 4096, list", "1000, 100, all", "200, 200, list"})
    void oneChangeStaysCheap(int vteps, int networks, String kind) throws Exception {
        Trunk trunk = trunk(kind, networks);
        List<NetworkConfig> nets = IntStream.range(0, networks)
                .mapToObj(i -> network(i, i + 1, 1500))
                .toList();
        List<PortConfig> ports =
                IntStream.range(0, vteps).mapToObj(i -> vtep(i, trunk)).toList();
        apply("networks", config -> new SwitchConfig(nets, List.of(), List.of(), List.of()));
        long before = usedMemory();
        apply("all VTEPs", config -> new SwitchConfig(nets, ports, List.of(), List.of()));
        long bytes = usedMemory() - before;
        changeOneThing(vteps, networks, trunk);
        changeTheWays(vteps, name(networks - 1));
        apply("no VTEP", config -> new SwitchConfig(nets, List.of(), List.of(), List.of()));
        System.out.printf(
                "OverlayScaleTest: %d VTEPs in %d networks (%s): %d bytes for each VTEP in each network; ms: %s%n",
                vteps, networks, kind, bytes / vteps / networks, String.join(", ", costs));
    }

    private static List<HostLink> links(int hosts, int networks) {
        Set<String> names =
                IntStream.range(0, networks).mapToObj(OverlayScaleTest::name).collect(Collectors.toSet());
        return IntStream.range(0, hosts)
                .mapToObj(i -> new HostLink("h" + i, VtepDriver.vtep("10.1." + i / 256 + "." + i % 256), names))
                .toList();
    }

    @Test
    void linksToAThousandHostsInAHundredNetworksStayCheap() throws Exception {
        int hosts = 1000;
        int networks = 100;
        List<NetworkConfig> nets = IntStream.range(0, networks)
                .mapToObj(i -> network(i, i + 1, 1500))
                .toList();
        apply("networks", config -> new SwitchConfig(nets, List.of(), List.of(), List.of()));
        change("all links", () -> service.links(links(hosts, networks)));
        change("the same links", () -> service.links(links(hosts, networks)));
        assertThat(vteps.opened()).hasSize(hosts);
        apply("a local port", config -> config.with(local(name(networks - 1))));
        broadcast();
        for (int i = 0; i < hosts; i++) {
            assertThat(vteps.port("vtep-h" + i).take()).hasSize(1);
        }
        change("a host less", () -> service.links(links(hosts - 1, networks)));
        change("a host more", () -> service.links(links(hosts, networks)));
        change("a network less", () -> service.links(links(hosts, networks - 1)));
        change("stations", () -> putStations(hosts, 100, name(0)));
        assertThat(service.bridge(name(0)).table().size()).isEqualTo(hosts * 100);
        change("no link", () -> service.links(List.of()));
        assertThat(service.ports()).hasSize(1);
        assertThat(service.bridge(name(0)).table().size()).isZero();
        System.out.printf(
                "OverlayScaleTest: links to %d hosts in %d networks; ms: %s%n",
                hosts, networks, String.join(", ", costs));
    }

    private void putStations(int hosts, int each, String network) {
        for (int i = 0; i < hosts; i++) {
            long first = 0x0200_0000_0000L + (long) i * each;
            long[] macs = LongStream.range(first, first + each).toArray();
            assertThat(service.putExtern("h" + i, network, macs, false)).isEqualTo(each);
        }
    }

    private void changeOneThing(int vteps, int networks, Trunk trunk) throws IOException {
        String last = name(networks - 1);
        apply("a local port", config -> config.with(local(last)));
        assertEveryVtepGets(vteps, networks);
        apply("a VTEP more", config -> config.with(vtep(vteps, trunk)));
        apply("a VTEP less", config -> config.withoutPort("v" + vteps));
        apply("another MTU", config -> config.with(network(networks - 1, networks, 9000)));
        apply("another VNI", config -> config.with(network(networks - 1, 0xabcdef, 9000)));
        assertEveryVtepGets(vteps, 0xabcdef);
    }

    private void changeTheWays(int vteps, String network) throws InterruptedException {
        refresh("a path MTU", () -> overlay.port("v0").pathMtu(1400), () -> mtuOf(network) == 1400);
        refresh("no floods", () -> takeFloods(vteps, false), () -> copiesOfABroadcast(vteps) == 0);
        refresh("floods again", () -> takeFloods(vteps, true), () -> copiesOfABroadcast(vteps) == vteps);
    }

    private void takeFloods(int vteps, boolean takes) {
        IntStream.range(0, vteps).forEach(i -> overlay.port("v" + i).takeFloods(takes));
    }

    private int mtuOf(String network) {
        return service.mtu(service.config().network(network).orElseThrow());
    }

    private void broadcast() {
        Frame frame = new Frame();
        frame.set(Frames.ethernet(MacAddress.BROADCAST, STATION, 46));
        memory.port("local").inject(frame, new Burst(0).begin(System.nanoTime()));
    }

    private void assertEveryVtepGets(int vteps, int vni) {
        broadcast();
        VniFrame copy = VniFrame.of(vni, Frames.ethernet(MacAddress.BROADCAST, STATION, 46));
        for (int i = 0; i < vteps; i++) {
            assertThat(overlay.port("v" + i).take()).containsExactly(copy);
        }
    }

    private int copiesOfABroadcast(int vteps) {
        broadcast();
        return IntStream.range(0, vteps)
                .map(i -> overlay.port("v" + i).take().size())
                .sum();
    }
}
