package io.tapswitch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tapswitch reference}: what the build puts into the distribution, so that nobody writes it by hand. */
@Command(
        name = "reference",
        hidden = true,
        description = "Write the reference of the REST API and of the command line as Markdown.",
        footer = {"", "Example:", "  tapswitch reference --dir doc/reference"})
public final class ReferenceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--dir", paramLabel = "DIR", required = true, description = "Where rest.md and cli.md go.")
    private Path directory;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("rest.md"), RestReference.ofThisBuild());
            Files.writeString(directory.resolve("cli.md"), CliReference.of(spec.root()));
        } catch (IOException e) {
            spec.commandLine().getErr().println("error: cannot write the reference: " + Reasons.of(e));
            return ExitCode.FAILED;
        }
        return ExitCode.OK;
    }
}
