package io.tapswitch.daemon;

import io.tapswitch.EventLoops;
import io.tapswitch.PortView;
import io.tapswitch.StateStore;
import io.tapswitch.SwitchService;
import io.tapswitch.api.ApiParts;
import io.tapswitch.api.ApiServer;
import io.tapswitch.api.HostIdentity;
import io.tapswitch.api.HostInfo;
import io.tapswitch.api.metrics.Metrics;
import io.tapswitch.capture.Captures;
import io.tapswitch.cluster.ClusterConfig;
import io.tapswitch.cluster.OverlayDirectories;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.event.EventJournal;
import io.tapswitch.event.SwitchWatch;
import io.tapswitch.linux.KernelFeatures;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of a running switch, made in order and closed in reverse. This is the only place that wires them. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private List<String> apiAddresses = List.of();
    private volatile boolean ready;
    private SwitchService service;

    /**
     * Starts everything. Returns once frames flow and the API answers.
     *
     * @param drivers the port types
     * @param startedAt when the process began
     * @throws IOException if something cannot start, with what to do; all that had started is closed again
     */
    public Daemon(DaemonConfig config, PortDrivers drivers, ConfigReader reader, Instant startedAt) throws IOException {
        try {
            start(config, drivers, reader, startedAt);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void start(DaemonConfig config, PortDrivers drivers, ConfigReader reader, Instant startedAt)
            throws IOException {
        FutureTask<KernelFeatures> probe = new FutureTask<>(KernelFeatures::probe);
        new Thread(probe, "tapswitch-probe").start();
        StateStore store = own(new StateStore(config.stateDir(), reader));
        EventLoops loops = own(new EventLoops(config.eventLoops()));
        service = own(new SwitchService(drivers, loops, store, config.switchConfig()));
        service.events().listen(new FdbLog(System::nanoTime));
        EventJournal events = new EventJournal(hostName(config.cluster()), Instant::now);
        own(new SwitchWatch(service, events));
        service.start();
        HostIdentity identity = identity(config.cluster());
        OverlayDirectory directory = own(OverlayDirectories.open(
                config.cluster(),
                service,
                config.stateDir(),
                Version.text(),
                service.eventLoops(),
                identity == null ? new byte[0] : identity.digest()));
        directory.listen(events::add);
        HostInfo host = hostInfo(config.cluster(), startedAt, join(probe));
        Captures captures = new Captures(service, "TapSwitch " + host.version());
        Metrics metrics = own(new Metrics(service, captures, directory, events, host.version()));
        ApiServer api = own(new ApiServer(
                config.api(),
                new ApiParts(
                        service,
                        captures,
                        directory,
                        reader,
                        host,
                        config.stateDir(),
                        () -> ready,
                        events,
                        metrics,
                        identity)));
        announce(config, host, service, directory);
        events.add("switch-started", host.name(), "TapSwitch " + host.version() + " has started");
        apiAddresses = api.addresses();
        ready = true;
    }

    /** Null for a host by itself. */
    private static HostIdentity identity(ClusterConfig cluster) {
        return cluster == null ? null : HostIdentity.create(cluster.host(), cluster.apiAddress());
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    private static KernelFeatures join(FutureTask<KernelFeatures> probe) {
        try {
            return probe.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the kernel cannot be probed", e.getCause());
        }
    }

    private static HostInfo hostInfo(ClusterConfig cluster, Instant startedAt, KernelFeatures kernel) {
        String name = hostName(cluster);
        return cluster == null
                ? new HostInfo(name, Version.text(), startedAt, kernel, List.of(), 0)
                : new HostInfo(name, Version.text(), startedAt, kernel, cluster.vtep(), cluster.vtepPort());
    }

    private static String hostName(ClusterConfig cluster) {
        return cluster == null ? HostInfo.localName() : cluster.host();
    }

    private static void announce(
            DaemonConfig config, HostInfo host, SwitchService service, OverlayDirectory directory) {
        LOG.info(
                "TapSwitch {} on {}, Linux {} {}, Java {}",
                host.version(),
                host.name(),
                host.kernel().release(),
                host.kernel().architecture(),
                System.getProperty("java.version"));
        host.kernel().features().forEach(feature -> LOG.info("kernel: {}", feature));
        LOG.info(
                "{} event loops with epoll; {}; state in {}",
                service.eventLoops(),
                directory.description(),
                config.stateDir());
    }

    /** Where the API answers, as URLs. */
    public List<String> apiAddresses() {
        return apiAddresses;
    }

    /**
     * What keeps frames from being forwarded: an event loop that does not come to its tasks. Empty if none does.
     *
     * @param patience how long a loop may be silent
     */
    Optional<String> trouble(Duration patience) {
        return service.loopLag().stream()
                .filter(reading -> reading.silentNanos() > patience.toNanos())
                .map(reading -> "event loop " + reading.loop() + " has been silent for "
                        + TimeUnit.NANOSECONDS.toMillis(reading.silentNanos()) + " ms")
                .findFirst();
    }

    /** What the switch does, in words: {@code 12 ports: 10 up, 2 waiting}. */
    String summary() {
        List<PortView> ports = service.ports();
        String counts = Arrays.stream(PortView.Status.values())
                .map(status -> count(ports, status))
                .filter(count -> !count.isEmpty())
                .collect(Collectors.joining(", "));
        return ports.size() + (ports.size() == 1 ? " port" : " ports") + (counts.isEmpty() ? "" : ": " + counts);
    }

    private static String count(List<PortView> ports, PortView.Status status) {
        long count = ports.stream().filter(port -> port.status() == status).count();
        return count == 0 ? "" : count + " " + status.label();
    }

    /** Takes everything down, the last part first: the API, the directory, the ports, the event loops, the state. */
    @Override
    public void close() {
        ready = false;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part did not stop in order", e);
            }
        }
    }
}
