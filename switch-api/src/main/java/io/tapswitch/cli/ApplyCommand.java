package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tapswitch apply}. */
@Command(
        name = "apply",
        description = {
            "Make the configuration that of a document, whole or not at all, and show what",
            "changes. What is not in the document is removed. Refused, with nothing done,",
            "if somebody else changes the configuration in between."
        },
        footer = {"", "Example:", "  tapswitch apply -f switch.yaml --dry-run"})
final class ApplyCommand extends ClientCommand {
    @Mixin
    private ConfigDocument document;

    @Option(names = "--dry-run", description = "Only show what would change. Default: false")
    private boolean dryRun;

    @ArgGroup
    private Guard guard = new Guard();

    private static final class Guard {
        @Option(
                names = "--if-match",
                paramLabel = "ETAG",
                description = {
                    "Only if the configuration is still the one with this",
                    "ETag, as 'export' shows it. Default: the one that the",
                    "differences were shown to"
                })
        private String tag;

        @Option(names = "--force", description = "Whatever the configuration is by then. Default: false")
        private boolean force;

        /** With quotes, which a shell takes away; null if none was given. */
        String quoted() {
            boolean isQuoted = tag == null || tag.startsWith("\"") || tag.equals("*");
            return isQuoted ? tag : '"' + tag + '"';
        }
    }

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        ObjectNode wanted = document.read();
        JsonNode change = ConfigDocument.compare(api, wanted, guard.quoted());
        if (out.isForPeople()) {
            new ConfigDiff(out, Ansi.AUTO.enabled(), wanted).print(change);
            out.text().flush();
        }
        if (!dryRun) {
            String shown = guard.force ? null : change.path("before").asText(null);
            change = ConfigDocument.replace(api, wanted, shown);
        }
        if (out.isForPeople()) {
            out.line(outcome(change));
        } else {
            out.document(change);
        }
    }

    private String outcome(JsonNode change) {
        if (!change.path("changed").asBoolean()) {
            return "nothing to change: the configuration is that of the document";
        }
        return dryRun ? "the document is valid; nothing was changed" : "the configuration is in force";
    }
}
