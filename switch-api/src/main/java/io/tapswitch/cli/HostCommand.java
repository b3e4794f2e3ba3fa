package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code tapswitch host ...}: the machines that share the networks. */
@Command(
        name = "host",
        description = "Show the hosts that share the networks.",
        subcommands = HostCommand.ListAll.class,
        footer = {"", "Example:", "  tapswitch host list"})
public final class HostCommand extends CommandGroup {
    /** {@code tapswitch host list}: a column for each field that is a plain value. */
    @Command(
            name = "list",
            description = "List the hosts.",
            footer = {"", "Example:", "  tapswitch host list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode hosts = api.get(ApiClient.path("hosts"));
            if (out.isForPeople()) {
                table(hosts).print(out.text());
            } else {
                out.document(hosts);
            }
        }

        private static String header(String field) {
            return Text.clean(field).replaceAll("([a-z])([A-Z])", "$1-$2").toUpperCase(Locale.ROOT);
        }

        private static Table table(JsonNode hosts) {
            Set<String> fields = new LinkedHashSet<>(Set.of("name"));
            for (JsonNode host : hosts) {
                host.properties().stream()
                        .filter(field -> !field.getValue().isObject())
                        .forEach(field -> fields.add(field.getKey()));
            }
            Table table = new Table().left(fields.stream().map(ListAll::header).toArray(String[]::new));
            for (JsonNode host : hosts) {
                Stream<String> cells = fields.stream().map(field -> Text.of(host.path(field)));
                table.row(cells.toArray(String[]::new));
            }
            return table;
        }
    }
}
