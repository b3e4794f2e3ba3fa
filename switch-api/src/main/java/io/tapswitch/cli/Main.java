package io.tapswitch.cli;

import io.tapswitch.daemon.Version;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The program {@code tapswitch}. */
@Command(
        name = "tapswitch",
        description = "A virtual Ethernet switch: the daemon, and the commands to drive it.",
        versionProvider = Main.VersionLine.class,
        footer = {"", "Start with:", "  tapswitch run", "  tapswitch port add --help"})
public final class Main extends CommandGroup {
    /** In the order of the help; a new command is one line here. */
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            StatusCommand.class,
            PortCommand.class,
            NetworkCommand.class,
            FdbCommand.class,
            NeighbourCommand.class,
            HostCommand.class,
            EventsCommand.class,
            AuditCommand.class,
            ExportCommand.class,
            DiffCommand.class,
            ApplyCommand.class,
            CaptureCommand.class,
            MirrorCommand.class,
            TraceCommand.class,
            DoctorCommand.class,
            TokenCommand.class,
            LoginCommand.class,
            TlsCommand.class,
            CompletionCommand.class,
            ReferenceCommand.class);

    /** Those that tell of all others. */
    private static final Set<Class<?>> WHOLE_TREE = Set.of(CompletionCommand.class, ReferenceCommand.class);

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version and exit.")
    private boolean version;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLineFor(args).execute(args));
    }

    /** The whole command tree, ready to execute. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    /** The tree with only the command that is asked for, if it is the first word: all of them take longer to make. */
    private static CommandLine commandLineFor(String[] args) {
        List<Class<?>> asked = COMMANDS.stream()
                .filter(command -> args.length > 0 && isCalled(command.getAnnotation(Command.class), args[0]))
                .toList();
        boolean needsAll = asked.isEmpty() || asked.stream().anyMatch(WHOLE_TREE::contains);
        return commandLine(needsAll ? COMMANDS : asked);
    }

    private static boolean isCalled(Command command, String word) {
        return command.name().equals(word) || List.of(command.aliases()).contains(word);
    }

    private static CommandLine commandLine(List<Class<?>> commands) {
        CommandLine line = new CommandLine(new Main());
        commands.forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true).setParameterExceptionHandler(new UsageErrors());
    }

    /** What {@code --version} prints. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tapswitch " + Version.text()};
        }
    }
}
