package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.PortView;
import io.tapswitch.SwitchService;
import io.tapswitch.linux.KernelFeatures.Feature;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /api/v1/status}: the switch and the machine at a glance, also those of the other hosts. */
final class StatusResource implements Resource {
    private static final String PATH = "/api/v1/status";
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s*(\\d+) kB");
    private static final long KIBIBYTE = 1024;

    private final HostInfo host;
    private final SwitchService service;
    private final OverlayDirectory directory;
    private final OtherHosts others;

    StatusResource(HostInfo host, SwitchService service, OverlayDirectory directory, OtherHosts others) {
        this.host = host;
        this.service = service;
        this.directory = directory;
        this.others = others;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get(PATH, call -> Answer.ok(status())),
                Operation.remoteGet("/api/v1/hosts/{host}/status", this::statusOf));
    }

    private Answer statusOf(Call call) {
        String name = call.path("host");
        return name.equals(host.name()) ? Answer.ok(status()) : others.ask(name, PATH, call.caller());
    }

    private ObjectNode status() {
        ObjectNode json = Json.object()
                .put("name", host.name())
                .put("version", host.version())
                .put("pid", ProcessHandle.current().pid())
                .put(
                        "startedAt",
                        host.startedAt().truncatedTo(ChronoUnit.MILLIS).toString())
                .put(
                        "uptimeSeconds",
                        Duration.between(host.startedAt(), Instant.now()).toSeconds())
                .put("javaVersion", System.getProperty("java.version"));
        json.putObject("kernel")
                .put("release", host.kernel().release())
                .put("architecture", host.kernel().architecture());
        json.put("eventLoops", service.eventLoops()).put("overlay", directory.description());
        directory.cluster().ifPresent(cluster -> json.set("cluster", Json.present(cluster)));
        json.set("features", Json.list(host.kernel().features(), StatusResource::feature));
        json.put("networks", service.config().networks().size());
        json.set("ports", ports());
        json.set("endpoints", Json.list(service.endpoints(), StatusResource::endpoint));
        json.put("fdbEntries", fdbEntries())
                .put("fdbEventsLost", service.events().lost());
        json.set("memory", memory());
        return json;
    }

    private static ObjectNode feature(Feature feature) {
        return Json.object()
                .put("name", feature.name())
                .put("available", feature.available())
                .put("detail", feature.detail());
    }

    private ObjectNode ports() {
        List<PortView> ports = service.ports();
        ObjectNode json = Json.object();
        for (PortView.Status status : PortView.Status.values()) {
            json.put(
                    status.label(),
                    ports.stream().filter(port -> port.status() == status).count());
        }
        return json;
    }

    private static ObjectNode endpoint(SharedEndpoint endpoint) {
        ObjectNode json = Json.object().put("device", endpoint.device()).put("ports", endpoint.ports());
        json.set("offloads", Json.texts(endpoint.offloads()));
        json.put("rxFrames", endpoint.counters().sum(PortCounters.RX_FRAMES));
        json.set("drops", Json.drops(endpoint.counters()));
        return json;
    }

    private long fdbEntries() {
        return service.bridges().stream()
                .mapToLong(bridge -> bridge.table().size())
                .sum();
    }

    private static ObjectNode memory() {
        Runtime runtime = Runtime.getRuntime();
        return Json.object()
                .put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory())
                .put("heapMaxBytes", runtime.maxMemory())
                .put("rssBytes", rssBytes());
    }

    /** What the process has in memory; 0 if the system does not say. */
    private static long rssBytes() {
        try {
            Matcher resident = RESIDENT.matcher(Files.readString(Path.of("/proc/self/status")));
            return resident.find() ? Long.parseLong(resident.group(1)) * KIBIBYTE : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
