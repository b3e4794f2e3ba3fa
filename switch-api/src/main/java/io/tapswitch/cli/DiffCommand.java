package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;

/** {@code tapswitch diff}. */
@Command(
        name = "diff",
        description = {
            "Show what 'apply' would change: + is new, - goes, ~ changes. Ends with 0 if",
            "nothing would, with 1 if something would, with more if that is not known."
        },
        footer = {"", "Example:", "  tapswitch diff -f switch.yaml"})
final class DiffCommand extends ClientCommand {
    private static final int DIFFERENT = 1;

    /** As diff(1) ends when it is in trouble: 1 has another meaning here. */
    private static final int TROUBLE = 2;

    @Mixin
    private ConfigDocument document;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode change = change(api, out);
        if (change.path("changed").asBoolean()) {
            end(DIFFERENT);
        }
    }

    private JsonNode change(ApiClient api, Output out) throws CliException {
        try {
            ObjectNode wanted = document.read();
            JsonNode change = ConfigDocument.compare(api, wanted, null);
            if (out.isForPeople()) {
                new ConfigDiff(out, Ansi.AUTO.enabled(), wanted).print(change);
            } else {
                out.document(change);
            }
            return change;
        } catch (CliException e) {
            throw e.exitCode() == ExitCode.FAILED ? new CliException(TROUBLE, e.getMessage(), e) : e;
        }
    }
}
