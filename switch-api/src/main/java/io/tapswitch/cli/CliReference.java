package io.tapswitch.cli;

import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** The help of every command, one below the other, as Markdown. */
final class CliReference {
    private final StringBuilder text = new StringBuilder();

    private CliReference() {}

    /** @param root {@code tapswitch} itself, with all its commands */
    static String of(CommandSpec root) {
        CliReference reference = new CliReference();
        reference.text.append("# The command line of TapSwitch\n\n"
                + "What `--help` says, of every command. Made from the program by `tapswitch reference`.\n");
        reference.add(root);
        return reference.text.toString();
    }

    private void add(CommandSpec command) {
        if (command.usageMessage().hidden()) {
            return;
        }
        text.append("\n## ").append(command.qualifiedName()).append("\n\n```text\n");
        text.append(command.commandLine().getUsageMessage(Ansi.OFF).stripTrailing());
        text.append("\n```\n");
        command.subcommands().values().stream()
                .map(line -> line.getCommandSpec())
                .distinct()
                .forEach(this::add);
    }
}
