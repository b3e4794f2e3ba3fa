package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.port.DropReason;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** How ports look to people. */
final class PortView {
    private static final List<String> SHOWN_APART = List.of("name", "type", "host", "state", "counters");
    /** Less than the silence that makes a VTEP dead. */
    private static final long LATELY_MILLIS = 2000;

    private PortView() {}

    /** Prints one line for each port, and under them why some failed. */
    static void list(JsonNode ports, Output out) {
        Table table = new Table()
                .left("NAME", "TYPE", "STATUS", "NETWORK", "TRUNK", "DEVICE")
                .right("RX", "TX", "DROPS");
        ports.forEach(port -> table.row(row(port)));
        table.print(out.text());
        for (JsonNode port : ports) {
            JsonNode quarantine = port.path("quarantine");
            if (quarantine.isObject()) {
                String expires = quarantine.has("expires") ? " until " + Text.of(quarantine.path("expires")) : "";
                out.line(Text.of(port.path("name")) + ": in no network, in quarantine with "
                        + Text.of(quarantine.path("port")) + expires);
            }
            JsonNode analysis = port.path("state").path("analysis");
            if (analysis.isObject()) {
                out.line(Text.of(port.path("name")) + ": in no network, analysis port of " + users(analysis));
            }
            JsonNode reason = port.path("state").path("reason");
            if (reason.isTextual()) {
                out.line(Text.of(port.path("name")) + ": " + reason.textValue());
            }
        }
    }

    /** Who has an analysis port. */
    private static String users(JsonNode analysis) {
        List<String> users = new ArrayList<>();
        analysis.path("mirrors").forEach(mirror -> users.add("mirror " + Text.of(mirror)));
        analysis.path("ports").forEach(port -> users.add("port " + Text.of(port) + " in quarantine"));
        return String.join(", ", users);
    }

    private static String[] row(JsonNode port) {
        JsonNode state = port.path("state");
        JsonNode counters = port.path("counters");
        return new String[] {
            Text.of(port.path("name")),
            Text.of(port.path("type")),
            Text.of(state.path("status")),
            Text.of(port.path("network")),
            Text.of(port.path("trunk")),
            Text.of(state.path("device")),
            Text.bytes(counters.path("rxBytes").asLong()),
            Text.bytes(counters.path("txBytes").asLong()),
            Text.count(drops(counters))
        };
    }

    private static long drops(JsonNode counters) {
        return StreamSupport.stream(counters.path("drops").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .sum();
    }

    /** A few words on how a port is. */
    static String summary(JsonNode port) {
        JsonNode state = port.path("state");
        String status = Text.of(state.path("status"));
        if (state.path("reason").isTextual()) {
            return status + ", " + state.path("reason").textValue();
        }
        return state.path("device").isTextual()
                ? status + ", device " + state.path("device").textValue()
                : status;
    }

    /** Prints a port in full. */
    static void show(JsonNode port, Output out) throws CliException {
        if (!out.isForPeople() || !(port instanceof ObjectNode object)) {
            out.document(port);
            return;
        }
        Details details =
                new Details().line("name", Text.of(port.path("name"))).line("type", Text.of(port.path("type")));
        if (port.has("host")) {
            details.line("host", Text.of(port.path("host")));
        }
        state(port.path("state"), details);
        details.fields(object, SHOWN_APART);
        counters(port.path("counters"), details.section("counters"));
        details.print(out.text());
    }

    private static void state(JsonNode state, Details details) {
        details.line("status", Text.of(state.path("status")) + since(state.path("since")));
        if (state.path("reason").isTextual()) {
            details.line("reason", state.path("reason").textValue());
        }
        if (state.path("analysis").isObject()) {
            details.line("analysis port of", users(state.path("analysis")) + "; in no network meanwhile");
        }
        if (state instanceof ObjectNode object) {
            details.fields(object, List.of("status", "reason", "since", "remote", "analysis"));
        }
        if (state.has("remote")) {
            remote(state.path("remote"), details.section("remote"));
        }
    }

    private static void remote(JsonNode remote, Details section) {
        section.line("VTEP", Text.of(remote.path("address")));
        section.line("state", vtepState(remote));
        if (remote.path("lastHeardMillis").isNumber()) {
            long millis = remote.path("lastHeardMillis").asLong();
            section.line("last heard", Text.age(TimeUnit.MILLISECONDS.toSeconds(millis)) + " ago");
        }
        if (remote.path("roundTripMicros").isNumber()) {
            section.line(
                    "round trip", Text.millis(remote.path("roundTripMicros").asLong()));
        }
        if (remote.path("lossPercent").isNumber()) {
            section.line("loss", remote.path("lossPercent").asLong() + " %");
        }
        section.line("path MTU", Text.of(remote.path("pathMtu")) + " bytes");
        section.line("encrypted", encryption(remote));
    }

    private static String encryption(JsonNode remote) {
        if (!remote.path("encrypted").asBoolean()) {
            return "no";
        }
        return remote.has("secret") ? "yes, by secret " + Text.of(remote.path("secret")) : "yes";
    }

    private static String vtepState(JsonNode remote) {
        String state = Text.of(remote.path("state"));
        if (state.equals("dead") && remote.path("lastProbedMillis").asLong(Long.MAX_VALUE) < LATELY_MILLIS) {
            return "dead (but what it sends arrives here: packets to it are lost)";
        }
        if (!state.equals("unknown")) {
            return state;
        }
        return remote.path("encrypted").asBoolean()
                ? "unknown (it never answered a probe by the same secret)"
                : "unknown (it never answered a probe; Linux and Open vSwitch do not)";
    }

    private static String since(JsonNode since) {
        try {
            Instant start = Instant.parse(since.asText()).truncatedTo(ChronoUnit.SECONDS);
            Duration age = Duration.between(start, Instant.now());
            return " for " + Text.age(age.toSeconds()) + ", since " + start;
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    private static void counters(JsonNode counters, Details section) {
        section.line("received", frames(counters.path("rxFrames"), counters.path("rxBytes")));
        section.line("sent", frames(counters.path("txFrames"), counters.path("txBytes")));
        section.line("forwarded", Text.count(counters.path("forwarded").asLong()) + " frames");
        section.line("flooded", Text.count(counters.path("flooded").asLong()) + " frames");
        section.line("suppressed", Text.count(counters.path("suppressed").asLong()) + " frames");
        section.line("dropped", Text.count(drops(counters)) + " frames");
        if (drops(counters) != 0) {
            reasons(counters.path("drops"), section.section("drops"));
        }
    }

    private static void reasons(JsonNode drops, Details section) {
        drops.properties().forEach(drop -> {
            if (drop.getValue().asLong() != 0) {
                String count = Text.count(drop.getValue().asLong());
                section.line(Text.clean(drop.getKey()), count + meaning(drop.getKey()));
            }
        });
    }

    private static String frames(JsonNode frames, JsonNode bytes) {
        return Text.count(frames.asLong()) + " frames, " + Text.bytes(bytes.asLong());
    }

    private static String meaning(String label) {
        try {
            String name = label.toUpperCase(Locale.ROOT).replace('-', '_');
            return " (" + DropReason.valueOf(name).meaning() + ")";
        } catch (IllegalArgumentException e) {
            return ""; // A newer daemon has reasons that this client does not know.
        }
    }
}
