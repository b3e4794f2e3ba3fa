package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.api.metrics.Metrics;
import io.tapswitch.bridge.FdbEntry;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code /metrics}, as Prometheus reads it. */
class MetricsApiTest extends ApiFixture {
    private static final String METRICS = "/metrics";

    @Override
    OverlayDirectory overlay() {
        return new FakeDirectory();
    }

    private String scrape() {
        return get(METRICS).expect(200).text();
    }

    @Test
    void countsWhatPortsCount() {
        makePort("web1");
        makePort("web2");
        service.port("web1").counters().received(0, 60);
        service.port("web1").counters().transmitted(0, 70);
        service.port("web1").counters().dropped(0, DropReason.LOCKED, 3);
        service.putEntry("default", 0x0200_0000_0001L, "web1", FdbEntry.Type.STATIC);

        assertThat(scrape().lines())
                .contains(
                        "# TYPE tapswitch_port_frames_total counter",
                        "tapswitch_port_frames_total{direction=\"rx\",network=\"default\",port=\"web1\"} 1.0",
                        "tapswitch_port_bytes_total{direction=\"rx\",network=\"default\",port=\"web1\"} 60.0",
                        "tapswitch_port_bytes_total{direction=\"tx\",network=\"default\",port=\"web1\"} 70.0",
                        "tapswitch_port_frames_total{direction=\"tx\",network=\"default\",port=\"web2\"} 0.0",
                        "tapswitch_port_outcomes_total{outcome=\"flooded\",port=\"web1\"} 0.0",
                        "tapswitch_port_drops_total{port=\"web1\",reason=\"locked\",side=\"ingress\"} 3.0",
                        "tapswitch_port_up{network=\"default\",port=\"web2\",status=\"up\",type=\"memory\"} 1.0",
                        "tapswitch_fdb_entries{network=\"default\",type=\"other\"} 1.0",
                        "tapswitch_fdb_learned_limit{network=\"default\"} 65536.0",
                        "tapswitch_fdb_events_lost_total 0.0",
                        "tapswitch_cluster_joined 1.0",
                        "tapswitch_cluster_host_up{host=\"there\"} 1.0",
                        "tapswitch_cluster_host_up{host=\"lost\"} 0.0",
                        "tapswitch_cluster_refused_records_total{reason=\"not-authentic\"} 4.0")
                .anyMatch(line -> line.startsWith("tapswitch_loop_lag_seconds{loop=\"0\"} "))
                .anyMatch(line -> line.startsWith("tapswitch_build_info{java="))
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("jvm_threads_live_threads "))
                .anyMatch(line -> line.startsWith("process_cpu_usage "))
                .anyMatch(line -> line.startsWith("process_files_open_files "));
    }

    @Test
    void countsCaptures() throws IOException {
        makePort("web1");
        assertThat(scrape().lines())
                .contains(
                        "# TYPE tapswitch_capture_sessions gauge",
                        "tapswitch_capture_sessions 0.0",
                        "tapswitch_capture_frames_total 0.0",
                        "tapswitch_capture_lost_frames_total 0.0");
        String request = "GET " + PORTS + "/web1/capture HTTP/1.0\r\nHost: localhost\r\n\r\n";
        try (SocketChannel capture = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            capture.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            capture.read(ByteBuffer.allocate(12));
            assertThat(scrape().lines()).contains("tapswitch_capture_sessions 1.0");
        }
    }

    @Test
    void forgetsAPortThatIsGone() {
        makePort("web1");
        assertThat(scrape()).contains("port=\"web1\"");
        delete(PORTS + "/web1").expect(204);
        assertThat(scrape()).doesNotContain("web1");
    }

    @Test
    void tellsOfPeers() throws Exception {
        makeOverlay();
        String labels = "{host=\"\",port=\"east\",vtep=\"127.0.0.2\"} ";
        assertThat(scrape().lines())
                .contains("tapswitch_peer_up" + labels + "1.0")
                .anyMatch(line -> line.startsWith("tapswitch_peer_rtt_seconds" + labels))
                .anyMatch(line -> line.startsWith("tapswitch_peer_path_mtu_bytes" + labels))
                .anyMatch(line -> line.startsWith("tapswitch_endpoint_frames_total{device="));
    }

    @Test
    void countsRequestsWithoutASeriesForEachPort() {
        scrape();
        get(PORTS + "/nowhere").expect(404);
        get(PORTS + "/nobody").expect(404);
        assertThat(scrape().lines())
                .contains("http_server_requests_seconds_count{method=\"GET\",status=\"404\","
                        + "uri=\"/api/v1/ports/{port}\"} 2");
    }

    @Test
    void speaksOpenMetricsToWhoAsksForIt() {
        makePort("web1");
        HttpTestClient client = HttpTestClient.unix(
                socket(),
                Map.of("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"));
        try (client) {
            HttpTestClient.Answer answer = client.send("GET", METRICS, null);
            assertThat(answer.headers().get("Content-Type")).isEqualTo(Metrics.OPEN_METRICS);
            assertThat(answer.text()).endsWith("# EOF\n").contains("tapswitch_port_frames_total{");
        }
        assertThat(get(METRICS).headers().get("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void wantsARoleThatMayRead() {
        try (HttpTestClient stranger = HttpTestClient.tcp(tcpPort(), "localhost", Map.of())) {
            stranger.send("GET", METRICS, null).expectProblem(401, "unauthorized");
        }
    }

    /** The bound is far above what it takes (some 20 ms), as tests run on machines that have other things to do. */
    @Test
    void aThousandPortsAreReadInAMoment() throws IOException {
        service.apply(config -> {
            SwitchConfig next = config;
            for (int i = 0; i < 1000; i++) {
                next = next.with(PortConfig.of("port" + i, "memory", null, new MemoryDriver.Settings(null)));
            }
            return next;
        });
        scrape();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertThat(scrape().lines().filter(line -> line.contains("port=\"port")))
                    .hasSize(8000);
            best = Math.min(best, System.nanoTime() - start);
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(best)).isLessThan(1000);
    }

    @Test
    void promtoolHasNothingToSay() throws Exception {
        Promtool.assumePresent();
        makeOverlay();
        service.port("east").counters().dropped(0, DropReason.LOCKED);
        get(PORTS).expect(200);
        scrape();
        Path file = Files.writeString(directory.resolve("metrics"), scrape());
        assertThat(Promtool.run(directory, file.toFile(), "check", "metrics")).isEmpty();
    }
}
