package io.tapswitch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A word that needs another one after it, such as {@code port}. */
@Command(abbreviateSynopsis = true, commandListHeading = "%nCommands:%n")
abstract class CommandGroup {
    @Mixin
    private ClientOptions options;

    @Mixin
    private HelpOption help;
}
