package io.tapswitch.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Runs commands in this process, as a shell would in one of their own. */
final class Shell {
    private final List<String> always;

    /** What a command left behind. */
    record Result(int exitCode, String out, String err) {}

    /** @param always options that every command gets, in front */
    Shell(String... always) {
        this.always = List.of(always);
    }

    Result run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine main = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(always);
        all.addAll(List.of(words));
        int exitCode = main.execute(all.toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }
}
