package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tapswitch status}. */
@Command(
        name = "status",
        description = "Show how the switch is, here or on another host.",
        footer = {"", "Example:", "  tapswitch status -o json"})
public final class StatusCommand extends ClientCommand {
    private static final List<String> SHOWN_APART =
            List.of("uptimeSeconds", "memory", "features", "endpoints", "cluster");

    @Option(
            names = "--host",
            paramLabel = "NAME",
            converter = Names.Host.class,
            description = "Of another host of the cluster. Default: of the one that answers")
    private String host;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode status = api.get(host == null ? ApiClient.path("status") : ApiClient.path("hosts", host, "status"));
        if (out.isForPeople() && status instanceof ObjectNode object) {
            details(object).print(out.text());
        } else {
            out.document(status);
        }
    }

    private static Details details(ObjectNode status) {
        Details details = new Details().fields(status, SHOWN_APART);
        if (status.path("uptimeSeconds").isNumber()) {
            details.line("uptime", Text.age(status.path("uptimeSeconds").asLong()));
        }
        if (status.path("cluster").isObject()) {
            cluster(status.path("cluster"), details.section("cluster"));
        }
        if (status.path("memory").isObject()) {
            memory(status.path("memory"), details.section("memory"));
        }
        for (JsonNode endpoint : status.path("endpoints")) {
            endpoint(
                    endpoint,
                    details.section("VTEP " + Text.clean(endpoint.path("device").asText())));
        }
        if (status.path("features").isArray()) {
            features(status.path("features"), details.section("features"));
        }
        return details;
    }

    private static void cluster(JsonNode cluster, Details section) {
        section.line("name", Text.of(cluster.path("name")));
        section.line("this host", Text.of(cluster.path("host")) + ", " + Text.of(cluster.path("role")));
        section.line("state", Text.of(cluster.path("state")));
        if (cluster.path("reason").isTextual()) {
            section.line("reason", cluster.path("reason").textValue());
        }
        section.line("members", Text.count(cluster.path("members").asLong()));
        section.line("other hosts", Text.count(cluster.path("hosts").asLong()));
        section.line(
                "stations",
                Text.count(cluster.path("stations").asLong()) + " behind other hosts, "
                        + Text.count(cluster.path("published").asLong()) + " published");
        section.line("refused records", refused(cluster.path("refused")));
        if (cluster.path("conflicts").isEmpty()) {
            section.line("conflicts", "none");
        }
        cluster.path("conflicts").forEach(conflict -> section.line("conflict", Text.of(conflict)));
    }

    private static String refused(JsonNode byReason) {
        return byReason.isEmpty()
                ? "none"
                : byReason.properties().stream()
                        .map(reason -> Text.count(reason.getValue().asLong()) + " " + reason.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static void memory(JsonNode memory, Details section) {
        memory.properties().forEach(size -> {
            String name = Text.clean(size.getKey()).replaceFirst("Bytes$", "");
            section.line(name, Text.bytes(size.getValue().asLong()));
        });
    }

    private static void endpoint(JsonNode endpoint, Details section) {
        section.line("ports", endpoint.path("ports").asText());
        endpoint.path("drops")
                .properties()
                .forEach(drop ->
                        section.line(Text.clean(drop.getKey()), drop.getValue().asText()));
    }

    private static void features(JsonNode features, Details section) {
        for (JsonNode feature : features) {
            String available = feature.path("available").asBoolean() ? "yes" : "no";
            String detail = feature.path("detail").asText("");
            section.line(
                    Text.clean(feature.path("name").asText()), available + (detail.isEmpty() ? "" : ", " + detail));
        }
    }
}
