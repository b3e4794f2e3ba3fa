package io.tapswitch.cli;

import io.tapswitch.daemon.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of one command, made of the same texts as its {@code --help}. */
final class ManualPage {
    private static final int SECTION = 1;
    private static final int SYNOPSIS_COLUMNS = 72;

    private final CommandLine command;
    private final CommandSpec spec;
    private final Roff roff = new Roff();

    ManualPage(CommandLine command) {
        this.command = command;
        this.spec = command.getCommandSpec();
    }

    /** {@code tapswitch-port-add}. */
    String name() {
        return spec.qualifiedName("-");
    }

    /** {@code tapswitch-port-add.1}. */
    String fileName() {
        return name() + "." + SECTION;
    }

    /** The page, in roff. */
    String text() {
        roff.title(name().toUpperCase(Locale.ROOT), SECTION, "TapSwitch " + Version.text());
        roff.section("NAME").line(Roff.escape(name()) + " \\- " + Roff.escape(shortly(spec)));
        roff.section("SYNOPSIS").verbatim(synopsis());
        roff.section("DESCRIPTION").text(plain(spec.usageMessage().description()));
        arguments();
        options("OPTIONS", ungrouped());
        spec.argGroups().forEach(this::group);
        commands();
        footer();
        surroundings();
        seeAlso();
        return roff.toString();
    }

    /** The first sentence, as whatis(1) has it: from a small letter on and without a full stop. */
    private static String shortly(CommandSpec spec) {
        String first = plain(spec.usageMessage().description()).replaceFirst("\\.( .*)?$", "");
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }

    private static String plain(String... lines) {
        String text = String.join(" ", lines).replace("%n", " ").replace("%%", "%");
        return Ansi.OFF.string(text).strip();
    }

    private List<String> synopsis() {
        return new Help(spec, Help.defaultColorScheme(Ansi.OFF))
                .synopsis(SYNOPSIS_COLUMNS)
                .lines()
                .toList();
    }

    private void arguments() {
        List<PositionalParamSpec> arguments = spec.positionalParameters().stream()
                .filter(argument -> !argument.hidden())
                .toList();
        if (!arguments.isEmpty()) {
            roff.section("ARGUMENTS");
            arguments.forEach(argument -> roff.item(Roff.italic(argument.paramLabel()), plain(argument.description())));
        }
    }

    private List<OptionSpec> ungrouped() {
        return spec.options().stream().filter(option -> option.group() == null).toList();
    }

    private void group(ArgGroupSpec group) {
        String heading = group.heading() == null ? "FURTHER OPTIONS" : plain(group.heading());
        options(heading.replaceFirst(":$", "").toUpperCase(Locale.ROOT), group.allOptionsNested());
    }

    private void options(String heading, List<OptionSpec> options) {
        List<OptionSpec> shown =
                options.stream().filter(option -> !option.hidden()).collect(Collectors.toCollection(ArrayList::new));
        if (shown.isEmpty()) {
            return;
        }
        if (spec.usageMessage().sortOptions()) {
            shown.sort(Comparator.comparing(option -> option.longestName().replaceFirst("^-+", "")));
        }
        roff.section(heading);
        shown.forEach(option -> roff.item(names(option), plain(option.description())));
    }

    private static String names(OptionSpec option) {
        List<String> names = new ArrayList<>(List.of(option.names()));
        names.sort(Comparator.comparingInt(String::length));
        String text = names.stream().map(Roff::bold).collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? text : text + "=" + Roff.italic(option.paramLabel());
    }

    private void commands() {
        List<CommandLine> shown = subcommands(command);
        if (shown.isEmpty()) {
            return;
        }
        roff.section("COMMANDS");
        for (CommandLine child : shown) {
            roff.item(
                    reference(child.getCommandSpec()),
                    plain(child.getCommandSpec().usageMessage().description()));
        }
    }

    /** Those that the help shows; a command with an alias once. */
    static List<CommandLine> subcommands(CommandLine command) {
        return command.getSubcommands().values().stream()
                .distinct()
                .filter(child -> !child.getCommandSpec().usageMessage().hidden())
                .toList();
    }

    private static String reference(CommandSpec spec) {
        return Roff.bold(spec.qualifiedName("-")) + "(" + SECTION + ")";
    }

    /** Lines that are set off are what to type; a line with a colon before them says of what they are an example. */
    private void footer() {
        List<String> example = new ArrayList<>();
        boolean begun = false;
        for (String raw : spec.usageMessage().footer()) {
            String line = Ansi.OFF.string(raw.replace("%n", "").replace("%%", "%"));
            if (line.startsWith("  ")) {
                example.add(line.substring(2));
            } else if (!line.isBlank()) {
                endExample(example);
                boolean heads = line.endsWith(":");
                if (!begun || heads) {
                    roff.section(heads ? "EXAMPLES" : "NOTES");
                    begun = true;
                }
                if (!heads) {
                    roff.text(line).paragraph();
                }
            }
        }
        endExample(example);
    }

    private void endExample(List<String> example) {
        if (!example.isEmpty()) {
            roff.verbatim(example);
            example.clear();
        }
    }

    private void surroundings() {
        boolean isDaemon = RunCommand.class.equals(spec.userObject().getClass());
        boolean isProgram = spec.parent() == null;
        roff.section("EXIT STATUS");
        roff.item("0", isDaemon ? "It was told to stop, and did." : "Done.");
        roff.item("1", isDaemon ? "It could not start, or not go on." : "The daemon refused, or the request failed.");
        roff.item("2", "The command line or the configuration is wrong.");
        if (!isDaemon) {
            roff.item("3", "No daemon answers at the socket or URL.");
        }
        if (isProgram || isDaemon) {
            environment();
            files();
        }
    }

    private void environment() {
        roff.section("ENVIRONMENT");
        roff.item(Roff.bold("JAVA_HOME"), "The Java to use, 17 or later. Default: the java on PATH.");
        roff.item(Roff.bold("TAPSWITCH_JAVA_OPTS"), "More options for the Java machine, such as -Xmx1g.");
        roff.item(
                Roff.bold("TAPSWITCH_CACHE"),
                "Directory that makes the next start faster; what is in it may be removed at any time.");
    }

    private void files() {
        roff.section("FILES");
        roff.item(Roff.bold("/etc/tapswitch/tapswitch.yaml"), "Configuration of the daemon.");
        roff.item(Roff.bold("/run/tapswitch/api.sock"), "Where the daemon answers; its permissions say to whom.");
        roff.item(Roff.bold("/var/lib/tapswitch"), "The desired state, and the token for access by TCP.");
    }

    private void seeAlso() {
        List<String> references = new ArrayList<>();
        for (CommandSpec level = spec.parent(); level != null; level = level.parent()) {
            references.add(0, reference(level));
            if (level == spec.parent()) {
                subcommands(level.commandLine()).stream()
                        .map(CommandLine::getCommandSpec)
                        .filter(sibling -> sibling != spec)
                        .forEach(sibling -> references.add(reference(sibling)));
            }
        }
        references.add(Roff.bold("ip-netns") + "(8)");
        roff.section("SEE ALSO").line(String.join(", ", references));
    }
}
