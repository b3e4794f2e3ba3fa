package io.tapswitch.doctor;

import io.tapswitch.LoopLag;
import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.StaticEntry;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import io.tapswitch.port.Port;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A switch in order, with two ports, {@code web1} and {@code web2}, until a test gives it a fault. */
final class FakeSwitch implements SwitchState {
    private static final ConfigReader READER = new ConfigReader(PortDrivers.all());
    private static final Instant LONG_AGO = Instant.parse("2026-11-21T00:00:00Z");

    private final Map<String, PortView> ports = new HashMap<>();
    private final List<NetworkConfig> networks = new ArrayList<>();
    final List<StaticEntry> stations = new ArrayList<>();
    final Map<String, Integer> mtus = new HashMap<>();
    final Map<String, Integer> learned = new HashMap<>();
    final List<SharedEndpoint> endpoints = new ArrayList<>();
    List<LoopLag.Reading> loops = List.of(new LoopLag.Reading(0, 1000, 2000, 1000));
    List<Roaming> roaming = List.of();
    List<Credential> credentials = List.of();
    ClusterState cluster;
    List<RemoteHost> hosts = List.of();
    CompletionStage<Duration> clock = CompletableFuture.completedFuture(Duration.ZERO);

    FakeSwitch() {
        network("{name: default}");
        tap("web1");
        tap("web2");
    }

    /** A network, as in the configuration file. */
    void network(String yaml) {
        NetworkConfig network = READER.config(ConfigReader.parseYaml("networks: [" + yaml + "]")).networks().stream()
                .filter(made -> yaml.contains("name: " + made.name()))
                .findFirst()
                .orElseThrow();
        networks.removeIf(other -> other.name().equals(network.name()));
        networks.add(network);
    }

    /** A port of type tap that is up on an interface of its name. */
    PortView tap(String name) {
        return port("{name: " + name + ", type: tap}", name);
    }

    /** A port that is up. @param device null if its far side is not there */
    PortView port(String yaml, String device) {
        PortConfig config = READER.port(ConfigReader.parseYaml(yaml), "");
        return put(view(config, null, Status.UP, null, device, null));
    }

    /** A port of the overlay. */
    PortView tunnel(String yaml, String host, RemoteVtep remote, String reason) {
        PortConfig config = READER.port(ConfigReader.parseYaml(yaml), "");
        Status status = reason == null ? Status.UP : Status.WAITING;
        return put(view(config, host, status, reason, "192.0.2.2 port 4789", remote));
    }

    /** What became of a port. */
    void status(String name, Status status, String reason) {
        PortView port = ports.get(name);
        String device = status == Status.FAILED ? null : port.info().device();
        put(view(port.config(), port.host(), status, reason, device, port.remote()));
    }

    void remove(String name) {
        ports.remove(name);
    }

    PortCounters counters(String name) {
        return ports.get(name).counters();
    }

    private static PortView view(
            PortConfig config, String host, Status status, String reason, String device, RemoteVtep remote) {
        Port.Info info = device == null ? null : new Port.Info(device, 1, List.of(0), List.of("checksum", "tso4"));
        return new PortView(config, null, host, new PortCounters(1), status, reason, LONG_AGO, info, remote);
    }

    private PortView put(PortView view) {
        ports.put(view.config().name(), view);
        return view;
    }

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public Path stateDir() {
        return Path.of("/var/lib/tapswitch");
    }

    @Override
    public List<Credential> credentials() {
        return credentials;
    }

    @Override
    public SwitchConfig config() {
        return new SwitchConfig(
                networks, ports.values().stream().map(PortView::config).toList(), stations, List.of());
    }

    @Override
    public List<PortView> ports() {
        return List.copyOf(ports.values());
    }

    @Override
    public int mtu(NetworkConfig network) {
        return mtus.getOrDefault(network.name(), network.mtu());
    }

    @Override
    public int learned(String network) {
        return learned.getOrDefault(network, 0);
    }

    @Override
    public int learned(String network, String port) {
        return learned.getOrDefault(network + " " + port, 0);
    }

    @Override
    public List<SharedEndpoint> endpoints() {
        return endpoints;
    }

    @Override
    public List<LoopLag.Reading> loopLag() {
        return loops;
    }

    @Override
    public List<Roaming> roaming() {
        return roaming;
    }

    @Override
    public Optional<ClusterState> cluster() {
        return Optional.ofNullable(cluster);
    }

    @Override
    public List<RemoteHost> hosts() {
        return hosts;
    }

    @Override
    public CompletionStage<Duration> clockAhead(String host) {
        return clock;
    }

    /** A clock that cannot be read. */
    void noClock(String why) {
        clock = CompletableFuture.failedFuture(new IOException(why));
    }
}
