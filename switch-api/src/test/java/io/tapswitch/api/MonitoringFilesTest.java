package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.overlay.OverlayDirectory;
import io.tapswitch.port.DropReason;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dashboard and the alerts in {@code deploy} fit what the daemon tells. */
class MonitoringFilesTest extends ApiFixture {
    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Path DASHBOARD = DEPLOY.resolve("grafana/tapswitch.json");
    private static final Path PROMETHEUS = DEPLOY.resolve("prometheus");
    private static final Pattern METRIC = Pattern.compile("\\b(?:tapswitch|jvm|process|system|http)_[a-z_]+\\b(?!\\.)");

    @Override
    OverlayDirectory overlay() {
        return new FakeDirectory();
    }

    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard = ConfigReader.JSON.readTree(Files.readString(DASHBOARD));
        dashboard.findValuesAsText("expr").forEach(expressions::add);
        assertThat(expressions).hasSizeGreaterThan(20);
        return expressions;
    }

    private static Set<String> metrics(String text) {
        return METRIC.matcher(text)
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void askForMetricsThatThereAre() throws Exception {
        makeOverlay();
        service.port("east").counters().dropped(0, DropReason.LOCKED);
        service.endpoints().get(0).counters().dropped(0, DropReason.UNKNOWN_VTEP);
        get("/metrics").expect(200);
        System.gc();
        Set<String> told = Set.of();
        while (!told.contains("jvm_gc_pause_seconds_sum")) {
            told = told();
        }
        for (String expression : expressions()) {
            assertThat(told).as(expression).containsAll(metrics(expression));
        }
        assertThat(told).containsAll(metrics(Files.readString(PROMETHEUS.resolve("rules.yaml"))));
        assertThat(told)
                .containsAll(metrics(Files.readString(DEPLOY.resolve("grafana/README.md"))
                        .replaceAll("`http_server_requests_seconds_\\*`|`jvm_\\*`, `process_\\*`, `system_\\*`", "")));
    }

    private Set<String> told() {
        Set<String> names = new TreeSet<>();
        Matcher series =
                Pattern.compile("(?m)^([a-z_]+)[{ ]").matcher(get("/metrics").text());
        while (series.find()) {
            names.add(series.group(1));
        }
        return names;
    }

    @Test
    void everyPanelHasAPlaceOfItsOwn() throws IOException {
        Set<String> places = new TreeSet<>();
        Set<Integer> ids = new TreeSet<>();
        JsonNode panels =
                ConfigReader.JSON.readTree(Files.readString(DASHBOARD)).path("panels");
        for (JsonNode panel : panels) {
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
            assertThat(places.add(at.path("x") + "," + at.path("y"))).isTrue();
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
        }
    }

    @Test
    void promtoolTakesEveryExpression() throws Exception {
        Promtool.assumePresent();
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        for (String expression : expressions()) {
            rules.append("  - record: x:" + rules.length() + "\n    expr: ")
                    .append(ConfigReader.JSON.writeValueAsString(
                            expression.replace("$__rate_interval", "1m").replaceAll("\\$[a-z]+", ".*")))
                    .append("\n");
        }
        Path file = Files.writeString(directory.resolve("rules.yaml"), rules);
        promtool("check", "rules", file.toAbsolutePath().toString());
        promtool("check", "config", "--syntax-only", "prometheus.yaml");
        promtool("check", "rules", "rules.yaml");
        promtool("test", "rules", "rules-test.yaml");
    }

    private static void promtool(String... words) throws IOException, InterruptedException {
        Promtool.run(PROMETHEUS, new File("/dev/null"), words);
    }
}
