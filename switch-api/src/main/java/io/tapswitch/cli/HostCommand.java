package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tapswitch host ...}: the machines that share the networks. */
@Command(
        name = "host",
        description = "Show the hosts that share the networks.",
        subcommands = {HostCommand.ListAll.class, HostCommand.Show.class, HostCommand.Ports.class},
        footer = {"", "Example:", "  tapswitch host list"})
public final class HostCommand extends CommandGroup {
    private static final String HOSTS = "hosts";

    /** Under a table, why some of its rows are not as they should be. */
    private static void reasons(JsonNode items, Output out) {
        for (JsonNode item : items) {
            if (item.path("reason").isTextual()) {
                out.line(Text.of(item.path("name")) + ": " + item.path("reason").textValue());
            }
        }
    }

    /** {@code tapswitch host list}. */
    @Command(
            name = "list",
            description = "List the hosts, this one first; of those in trouble, the reason as well.",
            footer = {"", "Example:", "  tapswitch host list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode hosts = api.get(ApiClient.path(HOSTS));
            if (!out.isForPeople()) {
                out.document(hosts);
                return;
            }
            Table table = new Table()
                    .left("NAME", "STATE", "VERSION", "VTEP", "NETWORKS")
                    .right("STATIONS", "HEARD");
            hosts.forEach(host -> table.row(row(host)));
            table.print(out.text());
            reasons(hosts, out);
        }

        private static String[] row(JsonNode host) {
            return new String[] {
                Text.of(host.path("name")),
                Text.of(host.path("state")),
                Text.of(host.path("version")),
                Text.of(host.path("vteps")),
                Text.of(host.path("networks")),
                Text.of(host.path("stations")),
                heard(host)
            };
        }
    }

    /** When a host was last heard; of the one that answers, nothing. */
    private static String heard(JsonNode host) {
        JsonNode seconds = host.path("heardSecondsAgo");
        return seconds.isNumber() ? Text.age(seconds.asLong()) + " ago" : Text.NONE;
    }

    /** {@code tapswitch host show}. */
    @Command(
            name = "show",
            description = "Show a host in full.",
            footer = {"", "Example:", "  tapswitch host show web2"})
    static final class Show extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Host.class, description = "The host.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode host = api.get(ApiClient.path(HOSTS, name));
            if (!out.isForPeople() || !(host instanceof ObjectNode object)) {
                out.document(host);
                return;
            }
            Details details = new Details().fields(object, List.of("heardSecondsAgo"));
            if (object.has("heardSecondsAgo")) {
                details.line("heard", heard(host));
            }
            details.print(out.text());
        }
    }

    /** {@code tapswitch host ports}. */
    @Command(
            name = "ports",
            description = "List the ports of a host as it last published them.",
            footer = {"", "Example:", "  tapswitch host ports web2"})
    static final class Ports extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Host.class, description = "The host.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode ports = api.get(ApiClient.path(HOSTS, name, "ports"));
            if (!out.isForPeople()) {
                out.document(ports);
                return;
            }
            Table table = new Table().left("NAME", "TYPE", "STATUS", "NETWORK", "TRUNK", "DEVICE");
            ports.forEach(port -> table.row(row(port)));
            table.print(out.text());
            reasons(ports, out);
        }

        private static String[] row(JsonNode port) {
            return new String[] {
                Text.of(port.path("name")),
                Text.of(port.path("type")),
                Text.of(port.path("status")),
                Text.of(port.path("network")),
                Text.of(port.path("trunk")),
                Text.of(port.path("device"))
            };
        }
    }
}
