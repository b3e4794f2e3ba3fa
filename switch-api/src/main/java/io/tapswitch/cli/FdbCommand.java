package io.tapswitch.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch fdb ...}: the forwarding databases. Arguments stand in the order NETWORK MAC PORT, as in the API. */
@Command(
        name = "fdb",
        description = "Show and change the forwarding database: which station is behind which port.",
        subcommands = {FdbCommand.ListAll.class, FdbCommand.Add.class, FdbCommand.Remove.class, FdbCommand.Flush.class},
        footer = {"", "Example:", "  tapswitch fdb list default --port web1"})
public final class FdbCommand extends CommandGroup {
    private static final String NETWORKS = "networks";
    private static final String FDB = "fdb";

    private static List<String> networks(ApiClient api, String chosen) throws CliException {
        if (chosen != null) {
            return List.of(chosen);
        }
        List<String> all = new ArrayList<>();
        api.get(ApiClient.path(NETWORKS))
                .forEach(network -> all.add(network.path("name").asText()));
        return all;
    }

    /** {@code tapswitch fdb list}. */
    @Command(
            name = "list",
            description =
                    "List the entries of a network, or of all of them; stations on other hosts with their remote VTEP.",
            footer = {"", "Example:", "  tapswitch fdb list default --port web1 --type dynamic"})
    static final class ListAll extends ClientCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "NETWORK",
                converter = Names.Name.class,
                description = "Default: all networks")
        private String network;

        @Option(
                names = "--port",
                paramLabel = "PORT",
                converter = Names.Name.class,
                description = "Only stations behind this port. Default: all")
        private String port;

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                description = "Only entries of this type: dynamic, static, sticky or extern. Default: all")
        private String type;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            FdbPages pages = new FdbPages(api, port, type);
            List<String> networks = networks(api, network);
            if (out.isForPeople()) {
                table(pages, networks, out);
            } else {
                out.document(generator -> document(pages, networks, generator));
            }
        }

        private static void table(FdbPages pages, List<String> networks, Output out) throws CliException {
            Table table = new Table()
                    .left("NETWORK", "MAC", "PORT", "TYPE")
                    .right("AGE")
                    .left("VTEP");
            for (String name : networks) {
                pages.forEach(name, page -> {
                    page.path("entries").forEach(entry -> table.row(row(name, entry)));
                    if (page.has("next")) {
                        table.print(out.text());
                    }
                });
            }
            table.print(out.text());
        }

        private static String[] row(String network, JsonNode entry) {
            JsonNode age = entry.path("ageSeconds");
            return new String[] {
                network,
                Text.of(entry.path("mac")),
                Text.of(entry.path("port")),
                Text.of(entry.path("type")),
                age.isNumber() ? Text.age(age.asLong()) : Text.NONE,
                Text.of(entry.path("vtep"))
            };
        }

        private void document(FdbPages pages, List<String> networks, JsonGenerator generator)
                throws IOException, CliException {
            long total = 0;
            generator.writeStartObject();
            generator.writeArrayFieldStart("entries");
            for (String name : networks) {
                total += pages.forEach(name, page -> {
                    for (JsonNode entry : page.path("entries")) {
                        generator.writeTree(network == null ? named(name, entry) : entry);
                    }
                });
            }
            generator.writeEndArray();
            generator.writeNumberField("total", total);
            generator.writeEndObject();
        }

        private static ObjectNode named(String network, JsonNode entry) {
            return Json.object().put("network", network).setAll((ObjectNode) entry);
        }
    }

    /** {@code tapswitch fdb add}. */
    @Command(
            name = "add",
            description = "Add an entry, or put it in place of the one that the station has.",
            footer = {"", "Example:", "  tapswitch fdb add default 02:00:00:00:00:01 web1"})
    static final class Add extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NETWORK", converter = Names.Name.class, description = "The network.")
        private String network;

        @Parameters(index = "1", paramLabel = "MAC", converter = Names.Mac.class, description = "The station.")
        private String mac;

        @Parameters(
                index = "2",
                paramLabel = "PORT",
                converter = Names.Name.class,
                description = "The port that it is behind.")
        private String port;

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                defaultValue = "static",
                description = {
                    "static: stays for good, outlives restarts, traffic does not change it.",
                    "sticky: ages, does not move to another port.",
                    "dynamic: as if it had been learned.",
                    "Default: ${DEFAULT-VALUE}"
                })
        private String type;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode entry = new Fields().put("port", port).put("type", type).json();
            JsonNode added = api.send("PUT", ApiClient.path(NETWORKS, network, FDB, mac), entry);
            if (out.isForPeople()) {
                out.line(mac + " is behind port " + port + ", " + type);
            } else {
                out.document(added);
            }
        }
    }

    /** {@code tapswitch fdb remove}. */
    @Command(
            name = "remove",
            description = "Remove an entry of any type.",
            footer = {"", "Example:", "  tapswitch fdb remove default 02:00:00:00:00:01"})
    static final class Remove extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NETWORK", converter = Names.Name.class, description = "The network.")
        private String network;

        @Parameters(index = "1", paramLabel = "MAC", converter = Names.Mac.class, description = "The station.")
        private String mac;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            api.delete(ApiClient.path(NETWORKS, network, FDB, mac));
            if (out.isForPeople()) {
                out.line(mac + " removed from network " + network);
            }
        }
    }

    /** {@code tapswitch fdb flush}. */
    @Command(
            name = "flush",
            description = "Forget the entries that are not static.",
            footer = {"", "Example:", "  tapswitch fdb flush default --port web1"})
    static final class Flush extends ClientCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "NETWORK",
                converter = Names.Name.class,
                description = "Default: all networks")
        private String network;

        @Option(
                names = "--port",
                paramLabel = "PORT",
                converter = Names.Name.class,
                description = "Only stations behind this port. Default: all")
        private String port;

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                description = "Only entries of this type: dynamic, sticky or extern. Default: all three")
        private String type;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode which = new Fields().put("port", port).put("type", type).json();
            long total = 0;
            for (String name : networks(api, network)) {
                JsonNode answer = api.send("POST", ApiClient.path(NETWORKS, name, FDB, "flush"), which);
                long flushed = answer.path("flushed").asLong();
                total += flushed;
                if (out.isForPeople()) {
                    out.line("network " + name + ": " + flushed + " entries flushed");
                }
            }
            if (!out.isForPeople()) {
                out.document(Json.object().put("flushed", total));
            }
        }
    }
}
