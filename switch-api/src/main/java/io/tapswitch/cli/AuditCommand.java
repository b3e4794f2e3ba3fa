package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tapswitch audit}: who changed what. */
@Command(
        name = "audit",
        description = "Show who changed what, and who was refused; the newest last. Needs the role admin.",
        footer = {"", "Example:", "  tapswitch audit --limit 20"})
public final class AuditCommand extends ClientCommand {
    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = EventsCommand.Limit.class,
            description = "Only the newest, 1 to 10000. Default: 100")
    private int limit = 100;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode audit = api.get(ApiClient.withQuery(ApiClient.path("audit"), Map.of("limit", limit)));
        if (!out.isForPeople()) {
            out.document(audit);
            return;
        }
        Table table = new Table().left("TIME", "CALLER", "ADDRESS", "METHOD", "PATH", "STATUS", "DONE, OR WHY NOT");
        audit.path("entries").forEach(entry -> table.row(row(entry)));
        table.print(out.text());
    }

    private static String[] row(JsonNode entry) {
        return new String[] {
            Text.of(entry.path("time")),
            Text.of(entry.path("caller")),
            Text.of(entry.path("address")),
            Text.of(entry.path("method")),
            Text.of(entry.path("path")),
            Text.of(entry.path("status")),
            outcome(entry)
        };
    }

    private static String outcome(JsonNode entry) {
        String text = Text.of(entry.has("done") ? entry.path("done") : entry.path("reason"));
        long others = entry.path("alsoRefused").asLong();
        return others == 0 ? text : text + " (and " + Text.count(others) + " more refused)";
    }
}
