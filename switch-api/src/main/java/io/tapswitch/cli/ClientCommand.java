package io.tapswitch.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks the daemon: options, exit code, and one line per error are taken care of here. */
@Command(abbreviateSynopsis = true)
public abstract class ClientCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ClientOptions options;

    @Mixin
    private HelpOption help;

    private int exitCode = ExitCode.OK;

    /**
     * Does the work.
     *
     * @throws CliException if it failed; its message is printed
     */
    protected abstract void run(ApiClient api, Output out) throws CliException;

    @Override
    public final Integer call() {
        ClientOptions.Settings settings = ClientOptions.resolve(spec, System::getenv);
        PrintWriter out = spec.commandLine().getOut();
        try {
            ApiClient api = new ApiClient(settings);
            run(api, new Output(out, settings.format()));
        } catch (CliException e) {
            complain(e);
        }
        if (out.checkError()) {
            complain(new CliException(ExitCode.FAILED, "the result could not be written, at least not all of it"));
        }
        return exitCode;
    }

    /** Removes each, says so to people, and goes on when the daemon refuses one of them. */
    protected final void removeEach(String kind, String collection, Iterable<String> names, ApiClient api, Output out)
            throws CliException {
        for (String name : names) {
            try {
                api.delete(ApiClient.path(collection, name));
                if (out.isForPeople()) {
                    out.line(kind + " " + name + " removed");
                }
            } catch (CliException e) {
                if (e.exitCode() != ExitCode.FAILED) {
                    throw e;
                }
                complain(e);
            }
        }
    }

    /** Ends the command with this code, unless something goes wrong after all. */
    protected final void end(int code) {
        exitCode = code;
    }

    private void complain(CliException e) {
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().println("error: " + Text.clean(e.getMessage()));
        exitCode = e.exitCode();
    }

    /** The merge patch that the words mean. @throws ParameterException if they mean none */
    protected final ObjectNode patch(Collection<String> words) {
        try {
            return KeyValues.patch(words);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
