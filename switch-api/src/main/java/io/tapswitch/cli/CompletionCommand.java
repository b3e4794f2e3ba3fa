package io.tapswitch.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tapswitch completion}. */
@Command(
        name = "completion",
        description = "Print a completion script for bash (and for zsh with bashcompinit).",
        footer = {
            "",
            "Example:",
            "  source <(tapswitch completion)",
            "  tapswitch completion > /etc/bash_completion.d/tapswitch"
        })
public final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        out.flush();
    }
}
