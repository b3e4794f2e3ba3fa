package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tapswitch neighbour ...}: which station has which IP address. */
@Command(
        name = "neighbour",
        aliases = "neigh",
        description = "Show which station has which IP address, on all hosts.",
        subcommands = NeighbourCommand.ListAll.class,
        footer = {"", "Example:", "  tapswitch neighbour list blue"})
public final class NeighbourCommand extends CommandGroup {
    /** {@code tapswitch neighbour list}. */
    @Command(
            name = "list",
            description = "List the IP addresses that are known in a network, or in all of them, and where they are.",
            footer = {"", "Example:", "  tapswitch neighbour list blue --host web2"})
    static final class ListAll extends ClientCommand {
        @Mixin
        private NetworkChoice choice;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                converter = Names.Host.class,
                description = "Only addresses on this host. Default: all")
        private String host;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            Pages pages = new Pages(api, "neighbours", Collections.singletonMap("host", host));
            List<String> networks = choice.names(api);
            if (out.isForPeople()) {
                Table table = new Table().left("NETWORK", "ADDRESS", "MAC", "HOST", "PORT", "VTEP");
                pages.print(networks, table, ListAll::row, out);
            } else {
                out.document(generator -> pages.write(networks, choice.isAll(), generator));
            }
        }

        private static String[] row(String network, JsonNode entry) {
            return new String[] {
                network,
                Text.of(entry.path("address")),
                Text.of(entry.path("mac")),
                Text.of(entry.path("host")),
                Text.of(entry.path("port")),
                Text.of(entry.path("vtep"))
            };
        }
    }
}
