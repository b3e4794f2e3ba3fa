package io.tapswitch.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.EventLoops;
import io.tapswitch.PortView;
import io.tapswitch.StateStore;
import io.tapswitch.SwitchService;
import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.bridge.ForwardingTable;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.MergePatch;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.frame.MacAddress;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The product, embedded in a test, with its hosts. Documents are YAML in flow style, which needs no quotes:
 * {@code "flood: {broadcast: false}"}.
 */
public final class TestSwitch implements AutoCloseable {
    private static final int LOOPS = 2;

    /**
     * How many frames of a station wait for the switch: more than any test sends at once. A switch that a busy machine
     * keeps from running would lose frames at Linux's 1000, before it ever saw them.
     */
    private static final int STATION_QUEUE = 20_000;

    /** Nothing can send from zero, so every port refuses it: see {@link #settle}. */
    private static final TestFrame REFUSED = TestFrame.of(MacAddress.BROADCAST, 0);

    /** The station's end of each veth. */
    public static final String STATION = "st0";

    private final PortDrivers drivers = PortDrivers.all();
    private final ConfigReader reader = new ConfigReader(drivers);
    private final Path directory;
    private final List<TestPort> ports = new ArrayList<>();
    private TestHost wires;
    private EventLoops loops;
    private StateStore store;
    private SwitchService service;
    private boolean running;

    /** A switch with two event loops and no port; see {@link NeedsTap}. */
    public TestSwitch() {
        try {
            directory = Files.createTempDirectory("tswi");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    /** Starts the switch with the state that it had. */
    public void start() {
        try {
            loops = new EventLoops(LOOPS);
            store = new StateStore(directory, reader);
            service = new SwitchService(drivers, loops, store, SwitchConfig.EMPTY);
            service.start();
            running = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the switch; its hosts and its state on disk stay. */
    public void stop() {
        if (!running) {
            return;
        }
        running = false;
        service.close();
        loops.close();
        try {
            store.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The switch itself. */
    public SwitchService service() {
        return service;
    }

    /** Changes the desired state. */
    public void apply(UnaryOperator<SwitchConfig> change) {
        try {
            service.apply(change);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a network, or changes it. */
    public void network(String yaml) {
        NetworkConfig network = reader.network(ConfigReader.parseYaml("{" + yaml + "}"), "");
        apply(config -> config.with(network));
    }

    /** Reads the configuration of a TAP port. */
    public PortConfig config(String name, TestHost host, String yaml) {
        ObjectNode json = ConfigReader.parseYaml("{name: " + name + ", type: tap, tap: {interface: " + TestPort.TAP
                + ", namespace: " + host.namespace() + "}}");
        return reader.port(MergePatch.apply(json, ConfigReader.parseYaml("{" + yaml + "}")), "");
    }

    /** Makes a TAP port in a new host. */
    public TestPort port(String name, String yaml) {
        TestHost host = new TestHost();
        try {
            return port(name, host, yaml);
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /** Makes a TAP port in a host, which is closed with this switch. */
    public TestPort port(String name, TestHost host, String yaml) {
        PortConfig port = config(name, host, yaml);
        apply(config -> config.with(port));
        host.ip("link set " + TestPort.TAP + " txqueuelen " + STATION_QUEUE);
        return add(name, host, TestPort.TAP);
    }

    private TestPort add(String name, TestHost host, String device) {
        TestPort made = new TestPort(this, name, host, device, 0x0200_0000_0001L + ports.size());
        ports.add(made);
        return made;
    }

    /** Reads the configuration of a port of any type. */
    public PortConfig config(String yaml) {
        return reader.port(ConfigReader.parseYaml("{" + yaml + "}"), "");
    }

    /**
     * Makes an interface port on one end of a veth, called {@code sw-} and the port's name, in the namespace of {@link
     * #wires}; the other end, {@value #STATION}, is in a new host.
     */
    public TestPort veth(String name, String yaml) {
        TestHost host = new TestHost().enableIpv6();
        try {
            String end = "sw-" + name;
            wires().ip("link add " + end + " type veth peer name " + STATION + " netns " + host.namespace());
            wires().ip("link set " + end + " up");
            host.ip("link set " + STATION + " up");
            ObjectNode json = ConfigReader.parseYaml("{name: " + name + ", type: interface, interface: {name: " + end
                    + ", namespace: " + wires().namespace() + "}}");
            PortConfig port = reader.port(MergePatch.apply(json, ConfigReader.parseYaml("{" + yaml + "}")), "");
            apply(config -> config.with(port));
            return add(name, host, STATION);
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /** The namespace in which the switch's ends of veths are. */
    public TestHost wires() {
        if (wires == null) {
            wires = new TestHost();
        }
        return wires;
    }

    /** Makes a port with all defaults. */
    public TestPort port(String name) {
        return port(name, "");
    }

    /** Makes a port that has no host of its own. */
    public void add(String yaml) {
        PortConfig port = reader.port(ConfigReader.parseYaml("{" + yaml + "}"), "");
        apply(config -> config.with(port));
    }

    /** Changes a port by a merge patch. */
    public void patch(TestPort port, String yaml) {
        patch(port.name(), yaml);
    }

    /** Changes a port by a merge patch. */
    public void patch(String port, String yaml) {
        apply(config -> {
            ObjectNode json = ConfigReader.write(config.port(port).orElseThrow());
            return config.with(reader.port(MergePatch.apply(json, ConfigReader.parseYaml("{" + yaml + "}")), ""));
        });
    }

    /** Nails a station to a port. */
    public void nail(String network, String mac, TestPort port) {
        apply(config -> config.with(new StaticEntry(network, mac, port.name())));
    }

    /** The forwarding table of a network. */
    public ForwardingTable<BridgePort> table(String network) {
        return service.bridge(network).table();
    }

    /** A network's stations by address, each as {@code "port type"}. */
    public Map<String, String> fdb(String network) {
        Map<String, String> stations = new TreeMap<>();
        for (FdbEntry<BridgePort> entry : table(network).entries()) {
            stations.put(
                    MacAddress.format(entry.mac()),
                    entry.port().name() + " " + entry.type().label());
        }
        return stations;
    }

    /**
     * Returns once every frame that any station has sent before is with its receivers. A port's frames are carried one
     * after another, and a write to a TAP returns when the kernel has delivered the frame. So each station sends one
     * frame more that its port refuses; once that is counted, nothing is under way but what is kept back until a burst
     * ends: a second frame can only come with a later burst.
     */
    public void settle() {
        refuseOneEach();
        refuseOneEach();
    }

    private void refuseOneEach() {
        Map<TestPort, Long> before = new HashMap<>();
        for (TestPort port : ports) {
            if (service.config().port(port.name()).isPresent() && port.view().status() == PortView.Status.UP) {
                before.put(port, refusals(port));
                port.send(REFUSED);
            }
        }
        try {
            for (Map.Entry<TestPort, Long> port : before.entrySet()) {
                String what = "port " + port.getKey().name() + " refuses the last frame";
                Await.until(what, 10, () -> refusals(port.getKey()) > port.getValue());
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static long refusals(TestPort port) {
        return port.drops(DropReason.INVALID_SOURCE);
    }

    /** Stops the switch and removes the hosts, also if part of it fails. */
    @Override
    public void close() {
        List<Throwable> troubles = new ArrayList<>();
        attempt(troubles, this::stop);
        ports.forEach(port -> attempt(troubles, port::close));
        if (wires != null) {
            attempt(troubles, wires::close);
        }
        attempt(troubles, this::deleteDirectory);
        if (!troubles.isEmpty()) {
            throw new AssertionError("could not clean up: " + troubles, troubles.get(0));
        }
    }

    private static void attempt(List<Throwable> troubles, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | AssertionError e) {
            troubles.add(e);
        }
    }

    private void deleteDirectory() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
