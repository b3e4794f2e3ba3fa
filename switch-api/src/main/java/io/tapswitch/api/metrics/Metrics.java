package io.tapswitch.api.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tapswitch.SwitchService;
import io.tapswitch.capture.Captures;
import io.tapswitch.event.EventJournal;
import io.tapswitch.overlay.OverlayDirectory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Everything that the switch counts, as text for Prometheus. Nothing is made before somebody asks for the first time:
 * what Micrometer measures, such as garbage collections and HTTP requests, counts from then on. Any thread.
 */
public final class Metrics implements AutoCloseable {
    /** The text format of Prometheus, 0.0.4. */
    public static final String TEXT = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** The text format of OpenMetrics, 1.0.0. */
    public static final String OPEN_METRICS = OpenMetricsTextFormatWriter.CONTENT_TYPE;

    private final String version;
    private final List<Supplier<Collection<Family>>> sources;
    private volatile Process process;

    /** @param version of TapSwitch */
    public Metrics(
            SwitchService service, Captures captures, OverlayDirectory directory, EventJournal events, String version) {
        this.version = version;
        this.sources =
                List.of(() -> PortFamilies.of(service), () -> SwitchFamilies.of(service, captures, directory, events));
    }

    /** What Micrometer measures, and where it keeps it. */
    private static final class Process {
        private static final OperatingSystemMXBean MACHINE =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

        private final PrometheusMeterRegistry meters;
        private final JvmGcMetrics collections = new JvmGcMetrics();

        Process(String version, PrometheusRegistry series) {
            meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, series, Clock.SYSTEM);
            // Under names that Prometheus has no use for; their like follows.
            meters.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
            meters.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
            collections.bindTo(meters);
            new JvmMemoryMetrics().bindTo(meters);
            new JvmThreadMetrics().bindTo(meters);
            new ClassLoaderMetrics().bindTo(meters);
            new ProcessorMetrics().bindTo(meters);
            new FileDescriptorMetrics().bindTo(meters);
            new UptimeMetrics().bindTo(meters);
            Gauge.builder("system.cpus", Runtime.getRuntime(), Runtime::availableProcessors)
                    .description("Processors that the process may use")
                    .register(meters);
            FunctionCounter.builder("process.cpu", MACHINE, machine -> machine.getProcessCpuTime() / NANOS)
                    .description("Processor time that the process has used")
                    .baseUnit("seconds")
                    .register(meters);
            Gauge.builder("tapswitch.build.info", () -> 1)
                    .description("Which program this is; always 1")
                    .tag("version", version)
                    .tag("java", System.getProperty("java.version"))
                    .register(meters);
        }
    }

    private Process process() {
        if (process == null) {
            synchronized (this) {
                if (process == null) {
                    PrometheusRegistry series = new PrometheusRegistry();
                    series.register(this::switchSeries);
                    process = new Process(version, series);
                }
            }
        }
        return process;
    }

    private MetricSnapshots switchSeries() {
        List<MetricSnapshot> all = new ArrayList<>();
        sources.stream()
                .flatMap(source -> source.get().stream())
                .filter(family -> !family.isEmpty())
                .forEach(family -> all.add(family.snapshot()));
        return new MetricSnapshots(all);
    }

    /** All of it as it is now. @param contentType {@link #TEXT} or {@link #OPEN_METRICS} */
    public String scrape(String contentType) {
        return process().meters.scrape(contentType);
    }

    /**
     * Takes note of a request that was answered.
     *
     * @param path with names in place of parameters, as there must not be a series for each port
     */
    public void answered(String method, String path, int status, long nanos) {
        Process now = process;
        if (now != null) {
            Timer.builder("http.server.requests")
                    .description("Requests of the API and how long they took, without streams")
                    .tag("method", method)
                    .tag("uri", path)
                    .tag("status", Integer.toString(status))
                    .register(now.meters)
                    .record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.collections.close();
            process.meters.close();
        }
    }
}
