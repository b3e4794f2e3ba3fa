package io.tapswitch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A word that needs another one after it, such as {@code port}. */
@Command(abbreviateSynopsis = true, commandListHeading = "%nCommands:%n")
abstract class CommandGroup {
    @Mixin
    private ClientOptions options;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean help;
}
