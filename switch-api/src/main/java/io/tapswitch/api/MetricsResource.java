package io.tapswitch.api;

import io.tapswitch.api.metrics.Metrics;
import java.util.List;

/** {@code /metrics}: what is counted, for Prometheus. */
final class MetricsResource implements Resource {
    private final Metrics metrics;

    MetricsResource(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get("/metrics", this::show));
    }

    private Answer show(Call call) {
        String accepted = call.header("accept");
        boolean isOpen = accepted != null && accepted.contains("application/openmetrics-text");
        String contentType = isOpen ? Metrics.OPEN_METRICS : Metrics.TEXT;
        return Answer.text(contentType, metrics.scrape(contentType));
    }
}
