package io.tapswitch.api.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** One metric with its time series, as they are while somebody asks. */
final class Family {
    private static final long NOT_TOLD = 0;

    private final MetricMetadata metadata;
    private final boolean isCounter;
    private final String[] labelNames;
    private final List<CounterDataPointSnapshot> counters = new ArrayList<>();
    private final List<GaugeDataPointSnapshot> gauges = new ArrayList<>();

    private Family(boolean isCounter, String name, String help, String... labelNames) {
        this.metadata = new MetricMetadata(name, help);
        this.isCounter = isCounter;
        this.labelNames = labelNames;
    }

    /** What only grows. @param name as Prometheus writes it, without {@code _total} */
    static Family counter(String name, String help, String... labelNames) {
        return new Family(true, name, help, labelNames);
    }

    /** What goes up and down. @param name with its unit, as Prometheus writes it */
    static Family gauge(String name, String help, String... labelNames) {
        return new Family(false, name, help, labelNames);
    }

    /** Adds a time series. @param labels as many as there are names */
    void add(double value, String... labels) {
        Labels all = Labels.of(labelNames, labels);
        if (isCounter) {
            counters.add(new CounterDataPointSnapshot(value, all, null, NOT_TOLD));
        } else {
            gauges.add(new GaugeDataPointSnapshot(value, all, null));
        }
    }

    MetricSnapshot snapshot() {
        return isCounter ? new CounterSnapshot(metadata, counters) : new GaugeSnapshot(metadata, gauges);
    }

    boolean isEmpty() {
        return counters.isEmpty() && gauges.isEmpty();
    }
}
