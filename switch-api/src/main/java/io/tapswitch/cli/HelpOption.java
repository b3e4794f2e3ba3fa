package io.tapswitch.cli;

import picocli.CommandLine.Option;

/** What every command has. A mixin. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean help;
}
