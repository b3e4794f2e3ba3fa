package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.doctor.Finding;
import io.tapswitch.doctor.LinuxMachine;
import io.tapswitch.doctor.Result;
import io.tapswitch.linux.KernelFeatures;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch doctor}: what is wrong, and what to do. */
@Command(
        name = "doctor",
        description = {
            "Say in words what is wrong with this host, its switch or one port, and what to do; the worst first.",
            "Without a daemon that answers, say why it may not run.",
            "Exits with 1 if there is a problem."
        },
        footer = {
            "",
            "Example:",
            "  tapswitch doctor",
            "  tapswitch doctor web1 --seconds 5       # while what goes wrong is tried again"
        })
public final class DoctorCommand extends ClientCommand {
    private static final int MOST_SECONDS = 10;
    private static final int WIDTH = 100;
    private static final String TEXT_INDENT = "         ";

    @Parameters(
            arity = "0..1",
            paramLabel = "PORT",
            converter = Names.Name.class,
            description = "Only this port and what it depends on. Default: everything")
    private String port;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            converter = Seconds.class,
            description = "How long to watch what is dropped, 1 to 10. Default: 1")
    private Integer seconds;

    @Option(
            names = {"-a", "--all"},
            description = "Also what is in order. Default: how many checks found nothing")
    private boolean all;

    /** Reads how long to watch. */
    static final class Seconds extends WholeNumber {
        Seconds() {
            super(MOST_SECONDS);
        }
    }

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode findings = findings(api);
        if (out.isForPeople()) {
            print(findings, out);
        } else {
            out.document(findings);
        }
        if (count(findings, Result.PROBLEM) > 0) {
            end(ExitCode.FAILED);
        }
    }

    private JsonNode findings(ApiClient api) throws CliException {
        Map<String, Object> query = new TreeMap<>();
        query.put("port", port);
        query.put("seconds", seconds);
        try {
            return api.get(ApiClient.withQuery(ApiClient.path("doctor"), query));
        } catch (CliException e) {
            if (e.getCause() instanceof IOException) {
                return absent(api.endpoint(), e);
            }
            throw e;
        }
    }

    /** The request did not get through, so this process looks itself. */
    private static JsonNode absent(Endpoint endpoint, CliException refusal) {
        LinuxMachine machine = new LinuxMachine(new KernelFeatures("", "", List.of()));
        ArrayNode json = Json.MAPPER.createArrayNode();
        AbsentDaemon.here(machine).examine(endpoint, refusal).forEach(finding -> json.add(json(finding)));
        return json;
    }

    /** As the daemon has it. */
    private static ObjectNode json(Finding finding) {
        ObjectNode json = Json.MAPPER
                .createObjectNode()
                .put("check", finding.check())
                .put("result", finding.result().label())
                .put("subject", finding.subject())
                .put("text", finding.text());
        return finding.fix() == null ? json : json.put("fix", finding.fix());
    }

    private static long count(JsonNode findings, Result result) {
        long count = 0;
        for (JsonNode finding : findings) {
            count += finding.path("result").asText().equals(result.label()) ? 1 : 0;
        }
        return count;
    }

    private static String counted(JsonNode findings, Result result, String word) {
        long count = count(findings, result);
        return count + " " + word + (count == 1 ? "" : "s");
    }

    private void print(JsonNode findings, Output out) {
        for (JsonNode finding : findings) {
            boolean isFine = finding.path("result").asText().equals(Result.OK.label());
            if (!isFine || all) {
                paragraph(finding, out);
            }
        }
        out.line(counted(findings, Result.PROBLEM, "problem") + ", " + counted(findings, Result.WARNING, "warning")
                + ", "
                + count(findings, Result.UNKNOWN) + " unknown, " + count(findings, Result.OK) + " in order"
                + (all ? "" : " (see them with --all)"));
    }

    private static void paragraph(JsonNode finding, Output out) {
        String subject = Text.of(finding.path("subject")) + " (" + Text.of(finding.path("check")) + "): ";
        String result = String.format("%-9s", Text.of(finding.path("result")).toUpperCase(Locale.ROOT));
        wrap(result, subject + finding.path("text").asText(), out);
        if (finding.path("fix").isTextual()) {
            wrap(TEXT_INDENT + "-> ", finding.path("fix").textValue(), out);
        }
    }

    /** Lines of a width that is read easily, the words of later ones below those of the first. */
    private static void wrap(String first, String text, Output out) {
        StringBuilder line = new StringBuilder(first);
        String indent = " ".repeat(first.length());
        for (String word : text.split(" ")) {
            boolean isFull = line.length() + 1 + word.length() > WIDTH && line.length() > first.length();
            if (isFull) {
                out.line(line.toString());
                line = new StringBuilder(indent);
            }
            line.append(line.length() > first.length() ? " " : "").append(word);
        }
        out.line(line.toString());
    }
}
