package io.tapswitch.cli;

import picocli.CommandLine.Command;

/** {@code tapswitch export}. */
@Command(
        name = "export",
        description = {
            "Print the whole configuration - networks, ports, static FDB entries - in a",
            "form that 'diff' and 'apply' read: YAML, or JSON with -o json."
        },
        footer = {"", "Example:", "  tapswitch export > switch.yaml"})
final class ExportCommand extends ClientCommand {
    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        ApiClient.Tagged config = api.read(ApiClient.path("config"));
        if (out.isForPeople()) {
            out.line("# tapswitch apply --file FILE puts this in force;");
            out.line("# with --if-match " + config.tag().replace("\"", "") + " only if nothing has changed since.");
        }
        out.document(config.document());
    }
}
