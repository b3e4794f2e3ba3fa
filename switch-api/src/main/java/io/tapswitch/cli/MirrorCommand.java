package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch mirror ...}. */
@Command(
        name = "mirror",
        description = "Have frames copied to an analysis port, a remote VTEP or a file.",
        subcommands = {
            MirrorCommand.ListAll.class,
            MirrorCommand.Show.class,
            MirrorCommand.Add.class,
            MirrorCommand.Remove.class
        },
        footer = {"", "Example:", "  tapswitch mirror add look --port web1 --to-port monitor --for 10m"})
public final class MirrorCommand extends CommandGroup {
    private static final String MIRRORS = "mirrors";

    /** {@code tapswitch mirror list}. */
    @Command(
            name = "list",
            description = "List the mirrors.",
            footer = {"", "Example:", "  tapswitch mirror list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode mirrors = api.get(ApiClient.path(MIRRORS));
            if (!out.isForPeople()) {
                out.document(mirrors);
                return;
            }
            Table table =
                    new Table().left("NAME", "FROM", "TO", "STATE", "EXPIRES").right("FRAMES", "LOST");
            mirrors.forEach(mirror -> table.row(
                    Text.of(mirror.path("name")),
                    from(mirror),
                    to(mirror.path("to")),
                    Text.of(mirror.path("state").path("status")),
                    Text.of(mirror.path("expires")),
                    Text.of(mirror.path("counters").path("frames")),
                    Text.of(mirror.path("counters").path("lost"))));
            table.print(out.text());
        }

        private static String from(JsonNode mirror) {
            String source =
                    mirror.has("port") ? Text.of(mirror.path("port")) : "network " + Text.of(mirror.path("network"));
            String direction = Text.of(mirror.path("direction"));
            return mirror.has("port") && !direction.equals("both") ? source + " " + direction : source;
        }

        private static String to(JsonNode target) {
            if (target.has("file")) {
                return "file " + Text.of(target.path("file"));
            }
            return Text.of(target.path("port")) + (target.has("vni") ? " VNI " + Text.of(target.path("vni")) : "");
        }
    }

    /** {@code tapswitch mirror show}. */
    @Command(
            name = "show",
            description = "Show a mirror in full.",
            footer = {"", "Example:", "  tapswitch mirror show look"})
    static final class Show extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "The mirror.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode mirror = api.get(ApiClient.path(MIRRORS, name));
            if (out.isForPeople() && mirror instanceof ObjectNode object) {
                new Details().fields(object, List.of()).print(out.text());
            } else {
                out.document(mirror);
            }
        }
    }

    /** {@code tapswitch mirror add}. */
    @Command(
            name = "add",
            description = {
                "Have frames copied.",
                "An analysis port is in no network as long as copies go to it: it gets them, and nothing else."
            },
            footer = {
                "",
                "Examples:",
                "  tapswitch mirror add look --port web1 --to-port monitor --for 10m",
                "  tapswitch mirror add far --network blue --to-port vtep9 --vni 9000 --snap-length 128",
                "  tapswitch mirror add log --port web1 --to-file web1.pcapng --filter 'tcp port 80'"
            })
    static final class Add extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "A name not in use.")
        private String name;

        @ArgGroup(multiplicity = "1", order = 1)
        private Source source;

        @ArgGroup(multiplicity = "1", order = 2)
        private Target target;

        private static final class Source {
            @Option(
                    names = "--port",
                    paramLabel = "PORT",
                    converter = Names.Name.class,
                    required = true,
                    description = "Copy the frames of this port.")
            private String port;

            @Option(
                    names = "--network",
                    paramLabel = "NETWORK",
                    converter = Names.Name.class,
                    required = true,
                    description = "Copy the frames that come into this network here.")
            private String network;
        }

        private static final class Target {
            @Option(
                    names = "--to-port",
                    paramLabel = "PORT",
                    converter = Names.Name.class,
                    required = true,
                    description = "Copies go out by this port.")
            private String port;

            @Option(
                    names = "--to-file",
                    paramLabel = "FILE",
                    converter = Names.Name.class,
                    required = true,
                    description = "Copies go to this file in the state directory's captures.")
            private String file;
        }

        @Option(
                names = "--vni",
                paramLabel = "VNI",
                description = "With --to-port of type vxlan: the copies' VNI. Default: none")
        private Integer vni;

        @Option(
                names = "--file-megabytes",
                paramLabel = "N",
                description = "At which the file is full, 1 to 100000. Default: 100")
        private Integer fileMegabytes;

        @Mixin
        private FrameSelection selection;

        @Option(
                names = "--for",
                paramLabel = "TIME",
                converter = TimeSpan.class,
                description = "Remove the mirror after a time, such as 10m. Default: never")
        private Long seconds;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode added = api.send("POST", ApiClient.path(MIRRORS), mirror());
            if (out.isForPeople()) {
                out.line("mirror " + name + " added: "
                        + Text.of(added.path("state").path("status")));
            } else {
                out.document(added);
            }
        }

        private ObjectNode mirror() {
            Fields to = new Fields()
                    .put("port", target.port)
                    .put("vni", vni)
                    .put("file", target.file)
                    .put("fileMegabytes", fileMegabytes);
            return new Fields()
                    .put("name", name)
                    .put("port", source.port)
                    .put("network", source.network)
                    .put("direction", selection.direction)
                    .section("to", to)
                    .put("snapLength", selection.snapLength)
                    .put("filter", selection.filter)
                    .put("seconds", seconds)
                    .json();
        }
    }

    /** {@code tapswitch mirror remove}. */
    @Command(
            name = "remove",
            description = "Remove mirrors; files that they wrote stay.",
            footer = {"", "Example:", "  tapswitch mirror remove look"})
    static final class Remove extends ClientCommand {
        @Parameters(arity = "1..*", paramLabel = "NAME", converter = Names.Name.class, description = "The mirrors.")
        private List<String> names;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            removeEach("mirror", MIRRORS, names, api, out);
        }
    }
}
