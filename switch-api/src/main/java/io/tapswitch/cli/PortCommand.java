package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch port ...}. */
@Command(
        name = "port",
        description = "Show and change ports.",
        subcommands = {
            PortCommand.ListAll.class,
            PortCommand.Show.class,
            PortAddCommand.class,
            PortCommand.Set.class,
            PortCommand.Quarantine.class,
            PortCommand.Release.class,
            PortCommand.Remove.class
        },
        footer = {"", "Example:", "  tapswitch port list"})
public final class PortCommand extends CommandGroup {
    /** In paths of the API. */
    static final String PORTS = "ports";

    /** {@code tapswitch port list}. */
    @Command(
            name = "list",
            description = "List the ports; of those that failed, the reason as well.",
            footer = {"", "Example:", "  tapswitch port list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode ports = api.get(ApiClient.path(PORTS));
            if (out.isForPeople()) {
                PortView.list(ports, out);
            } else {
                out.document(ports);
            }
        }
    }

    /** {@code tapswitch port show}. */
    @Command(
            name = "show",
            description = "Show a port in full: state, settings, counters.",
            footer = {"", "Example:", "  tapswitch port show web1"})
    static final class Show extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "The port.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            PortView.show(api.get(ApiClient.path(PORTS, name)), out);
        }
    }

    /** {@code tapswitch port set}. */
    @Command(
            name = "set",
            description = "Change a port; what is not named stays.",
            footer = {"", "Example:", "  tapswitch port set web1 flood.broadcast=false tap.mtu=9000 trunk=blue,red"})
    static final class Set extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME", converter = Names.Name.class, description = "The port.")
        private String name;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "KEY=VALUE",
                description = {
                    "Fields: network, trunk, enabled, learning, flood.{unknownUnicast,multicast,broadcast}, isolated,"
                            + " locked, maxLearned, storm.{unknownUnicast,multicast,broadcast}; those of the port's"
                            + " type after its name, such as tap.mtu.",
                    "Lists have commas. A value of null brings the default back."
                })
        private List<String> changes;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            PortView.show(api.send("PATCH", ApiClient.path(PORTS, name), patch(changes)), out);
        }
    }

    /** {@code tapswitch port quarantine}. */
    @Command(
            name = "quarantine",
            description = {
                "Take a port out of its networks: its frames go to an analysis port and to nobody else, and only that"
                        + " port's come back.",
                "The analysis port is in no network meanwhile."
            },
            footer = {"", "Example:", "  tapswitch port quarantine web1 --to monitor --for 10m"})
    static final class Quarantine extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "The port.")
        private String name;

        @Option(
                names = "--to",
                paramLabel = "PORT",
                required = true,
                converter = Names.Name.class,
                description = "The analysis port.")
        private String analysis;

        @Option(
                names = "--for",
                paramLabel = "TIME",
                converter = TimeSpan.class,
                description = "Release the port after a time, such as 10m. Default: never")
        private Long seconds;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            ObjectNode patch = Json.MAPPER.createObjectNode();
            ObjectNode quarantine = patch.putObject("quarantine").put("port", analysis);
            if (seconds == null) {
                quarantine.putNull("expires");
            } else {
                quarantine.put("seconds", seconds);
            }
            JsonNode port = api.send("PATCH", ApiClient.path(PORTS, name), patch);
            if (out.isForPeople()) {
                String until = Text.of(port.path("quarantine").path("expires"));
                out.line("port " + name + " is in quarantine with " + analysis
                        + (seconds == null ? "" : " until " + until));
            } else {
                out.document(port);
            }
        }
    }

    /** {@code tapswitch port release}. */
    @Command(
            name = "release",
            description = "Let a port out of quarantine: it is back in its networks.",
            footer = {"", "Example:", "  tapswitch port release web1"})
    static final class Release extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "The port.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            ObjectNode patch = Json.MAPPER.createObjectNode().putNull("quarantine");
            JsonNode port = api.send("PATCH", ApiClient.path(PORTS, name), patch);
            if (out.isForPeople()) {
                out.line("port " + name + " is released");
            } else {
                out.document(port);
            }
        }
    }

    /** {@code tapswitch port remove}. */
    @Command(
            name = "remove",
            description = "Remove ports, with their static FDB entries.",
            footer = {"", "Example:", "  tapswitch port remove web1 web2"})
    static final class Remove extends ClientCommand {
        @Parameters(arity = "1..*", paramLabel = "NAME", converter = Names.Name.class, description = "The ports.")
        private List<String> names;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            removeEach("port", PORTS, names, api, out);
        }
    }
}
