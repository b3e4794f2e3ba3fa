package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch network ...}: named broadcast domains. */
@Command(
        name = "network",
        description = "Show and change networks, the broadcast domains of the switch.",
        subcommands = {
            NetworkCommand.ListAll.class,
            NetworkCommand.Show.class,
            NetworkCommand.Add.class,
            NetworkCommand.Set.class,
            NetworkCommand.Remove.class
        },
        footer = {"", "Example:", "  tapswitch network list"})
public final class NetworkCommand extends CommandGroup {
    private static final String NETWORKS = "networks";

    /** {@code tapswitch network list}. */
    @Command(
            name = "list",
            description =
                    "List the networks. The effective MTU is less than the MTU where the path to a remote VTEP takes less.",
            footer = {"", "Example:", "  tapswitch network list"})
    static final class ListAll extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode networks = api.get(ApiClient.path(NETWORKS));
            if (!out.isForPeople()) {
                out.document(networks);
                return;
            }
            Table table =
                    new Table().left("NAME").right("VLAN", "VNI", "MTU", "EFFECTIVE-MTU", "AGEING", "MAX-LEARNED");
            for (JsonNode network : networks) {
                table.row(
                        Text.of(network.path("name")),
                        Text.of(network.path("vlan")),
                        Text.of(network.path("vni")),
                        Text.of(network.path("mtu")),
                        Text.of(network.path("effectiveMtu")),
                        Text.age(network.path("ageingSeconds").asLong()),
                        Text.of(network.path("maxLearned")));
            }
            table.print(out.text());
        }
    }

    /** {@code tapswitch network show}. */
    @Command(
            name = "show",
            description = "Show a network in full.",
            footer = {"", "Example:", "  tapswitch network show default"})
    static final class Show extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "The network.")
        private String name;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            print(api.get(ApiClient.path(NETWORKS, name)), out);
        }

        private static void print(JsonNode network, Output out) throws CliException {
            if (out.isForPeople() && network instanceof ObjectNode object) {
                new Details().fields(object, List.of()).print(out.text());
            } else {
                out.document(network);
            }
        }
    }

    /** {@code tapswitch network add}. */
    @Command(
            name = "add",
            description = "Make a network.",
            footer = {"", "Example:", "  tapswitch network add blue --vlan 10", "  tapswitch network add red --vni 100"
            })
    static final class Add extends ClientCommand {
        @Parameters(paramLabel = "NAME", converter = Names.Name.class, description = "A name not in use.")
        private String name;

        @Option(
                names = "--vlan",
                paramLabel = "VID",
                description = "Its 802.1Q tag on trunk ports, 1 to 4094. Default: none")
        private Integer vlan;

        @Option(
                names = "--vni",
                paramLabel = "VNI",
                description = "Its VXLAN network identifier on overlay ports, 1 to 16777215. Default: none")
        private Integer vni;

        @Option(
                names = "--mtu",
                paramLabel = "BYTES",
                description = "The largest payload of a frame, 68 to 65521. Default: 1500")
        private Integer mtu;

        @Option(
                names = "--ageing-seconds",
                paramLabel = "SECONDS",
                description = "How long a silent station stays in the FDB. Default: 300")
        private Integer ageingSeconds;

        @Option(
                names = "--max-learned",
                paramLabel = "COUNT",
                description = "At most this many learned stations. Default: 65536")
        private Integer maxLearned;

        @Option(
                names = "--forward-reserved",
                description = "Let link-local group addresses (STP, LLDP, LACP) cross. Default: false")
        private boolean forwardReserved;

        @Option(
                names = "--no-encryption",
                description = "Send its frames in the clear also where overlay ports have a secret. Default: encrypted")
        private boolean plain;

        @Option(
                names = "--no-neigh-suppress",
                description = "Flood ARP and neighbour discovery to other hosts. Default: answer for known stations")
        private boolean floodNeighbours;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            JsonNode added = api.send("POST", ApiClient.path(NETWORKS), network());
            if (out.isForPeople()) {
                out.line("network " + name + " added");
            } else {
                out.document(added);
            }
        }

        private JsonNode network() {
            return new Fields()
                    .put("name", name)
                    .put("vlan", vlan)
                    .put("vni", vni)
                    .put("mtu", mtu)
                    .put("ageingSeconds", ageingSeconds)
                    .put("maxLearned", maxLearned)
                    .flag("forwardReserved", true, forwardReserved)
                    .flag("encryption", false, plain)
                    .flag("neighSuppress", false, floodNeighbours)
                    .json();
        }
    }

    /** {@code tapswitch network set}. */
    @Command(
            name = "set",
            description = "Change a network; what is not named stays.",
            footer = {"", "Example:", "  tapswitch network set blue mtu=9000 vni=100 vlan=null"})
    static final class Set extends ClientCommand {
        @Parameters(index = "0", paramLabel = "NAME", converter = Names.Name.class, description = "The network.")
        private String name;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "KEY=VALUE",
                description = {
                    "Fields: vlan, vni, mtu, ageingSeconds, maxLearned, forwardReserved, encryption, neighSuppress.",
                    "A value of null brings the default back."
                })
        private List<String> changes;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            Show.print(api.send("PATCH", ApiClient.path(NETWORKS, name), patch(changes)), out);
        }
    }

    /** {@code tapswitch network remove}. */
    @Command(
            name = "remove",
            description = "Remove networks that no port uses, with their static FDB entries.",
            footer = {"", "Example:", "  tapswitch network remove blue red"})
    static final class Remove extends ClientCommand {
        @Parameters(arity = "1..*", paramLabel = "NAME", converter = Names.Name.class, description = "The networks.")
        private List<String> names;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            removeEach("network", NETWORKS, names, api, out);
        }
    }
}
