package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    /** {@code tapswitch fdb list}. */
    @Command(
            name = "list",
            description =
                    "List the entries of a network, or of all of them; stations on other hosts with their remote VTEP and,"
                            + " in a cluster, host and port.",
            footer = {"", "Example:", "  tapswitch fdb list default --port web1 --type dynamic"})
    static final class ListAll extends ClientCommand {
        @Mixin
        private NetworkChoice choice;

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
            Map<String, Object> filters = new LinkedHashMap<>();
            filters.put("port", port);
            filters.put("type", type);
            Pages pages = new Pages(api, FDB, filters);
            List<String> networks = choice.names(api);
            if (!out.isForPeople()) {
                out.document(generator -> pages.write(networks, choice.isAll(), generator));
            } else if (api.get(ApiClient.path("status")).has("cluster")) {
                pages.print(networks, columns().left("HOST", "REMOTE-PORT"), ListAll::rowWithHost, out);
            } else {
                pages.print(networks, columns(), ListAll::row, out);
            }
        }

        private static Table columns() {
            return new Table()
                    .left("NETWORK", "MAC", "PORT", "TYPE")
                    .right("AGE")
                    .left("VTEP");
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

        private static String[] rowWithHost(String network, JsonNode entry) {
            Stream<String> host = Stream.of(Text.of(entry.path("host")), Text.of(entry.path("remotePort")));
            return Stream.concat(Stream.of(row(network, entry)), host).toArray(String[]::new);
        }
    }

    /** A station of a network. A mixin. */
    static final class Station {
        @Parameters(index = "0", paramLabel = "NETWORK", converter = Names.Name.class, description = "The network.")
        private String network;

        @Parameters(index = "1", paramLabel = "MAC", converter = Names.Mac.class, description = "The station.")
        private String mac;

        String path() {
            return ApiClient.path(NETWORKS, network, FDB, mac);
        }
    }

    /** {@code tapswitch fdb add}. */
    @Command(
            name = "add",
            description = "Add an entry, or put it in place of the one that the station has.",
            footer = {"", "Example:", "  tapswitch fdb add default 02:00:00:00:00:01 web1"})
    static final class Add extends ClientCommand {
        @Mixin
        private Station station;

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
            JsonNode added = api.send("PUT", station.path(), entry);
            if (out.isForPeople()) {
                out.line(station.mac + " is behind port " + port + ", " + type);
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
        @Mixin
        private Station station;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            api.delete(station.path());
            if (out.isForPeople()) {
                out.line(station.mac + " removed from network " + station.network);
            }
        }
    }

    /** {@code tapswitch fdb flush}. */
    @Command(
            name = "flush",
            description = "Forget the entries that are not static.",
            footer = {"", "Example:", "  tapswitch fdb flush default --port web1"})
    static final class Flush extends ClientCommand {
        @Mixin
        private NetworkChoice choice;

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
            for (String name : choice.names(api)) {
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
