package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tapswitch trace}: what becomes of a frame. */
@Command(
        name = "trace",
        description =
                "Tell step by step what becomes of a frame that comes in by a port, also at the hosts that it goes on to."
                        + " Nothing is sent, unless with --inject.",
        footer = {
            "",
            "Examples:",
            "  tapswitch trace web1 --to 02:00:00:00:00:0b",
            "  tapswitch trace trunk1 --to ff:ff:ff:ff:ff:ff --vlan 10 --type arp",
            "  tapswitch trace vtep-host2 --to 02:00:00:00:00:0b --plain"
        })
public final class TraceCommand extends ClientCommand {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PORT", converter = Names.Name.class, description = "Where the frame comes in")
    private String port;

    @Option(
            names = "--to",
            paramLabel = "MAC",
            converter = Names.Mac.class,
            description = "The destination. Default: that of --hex")
    private String to;

    @Option(
            names = "--from",
            paramLabel = "MAC",
            converter = Names.Mac.class,
            description = "The source. Default: the station that was heard last behind the port")
    private String from;

    @Option(names = "--vlan", paramLabel = "VID", description = "Of an 802.1Q tag, 0 to 4094. Default: untagged")
    private Integer vlan;

    @Option(names = "--type", paramLabel = "TYPE", description = "ip, ip6, arp or a number such as 0x88b5. Default: ip")
    private String type;

    @Option(names = "--length", paramLabel = "BYTES", description = "With header and tag. Default: 60")
    private Integer length;

    @Option(
            names = "--payload",
            paramLabel = "HEX",
            description = "The bytes behind the type. Default: an empty packet of the type")
    private String payload;

    @Option(
            names = "--hex",
            paramLabel = "HEX",
            description = "The whole frame byte by byte. Default: by the options above")
    private String hex;

    @Option(
            names = "--offload",
            paramLabel = "HEX",
            description = "The 12 bytes of its virtio-net header. Default: a wire frame")
    private String offload;

    @Option(
            names = "--vni",
            paramLabel = "VNI",
            description = "On a port of type vxlan, the VNI that it comes with. Default: that of the port's network")
    private Integer vni;

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "On a port of type vxlan or dgram, where the datagram comes from. Default: the far side")
    private String sender;

    @Option(
            names = "--plain",
            description = "On a port of type vxlan: it comes without encryption. Default: as the network has it")
    private boolean plain;

    @Option(
            names = "--encrypted",
            description = "On a port of type vxlan: it comes encrypted. Default: as the network has it")
    private boolean encrypted;

    @Option(
            names = "--congested",
            description = "On a port of type vxlan: the underlay has marked congestion. Default: it has not")
    private boolean congested;

    @Option(
            names = "--header",
            paramLabel = "HEX",
            description = "On a port of type vxlan: eight bytes in place of the VXLAN header. Default: that header")
    private String header;

    @Option(names = "--inject", description = "Bring the frame in, as if it had been received. Default: only tell")
    private boolean inject;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode trace = api.send("POST", ApiClient.path("trace"), request().json());
        if (!out.isForPeople()) {
            out.document(trace);
            return;
        }
        Table table = new Table().left("HOST", "PORT", "STEP", "RESULT", "TEXT");
        addSteps(trace, table);
        table.print(out.text());
        endings(trace, "").forEach(out::line);
    }

    private Fields request() {
        Fields frame = new Fields()
                .put("destination", to)
                .put("source", from)
                .put("etherType", type)
                .put("vlan", vlan)
                .put("length", length)
                .put("payload", payload);
        if (frame.json().isEmpty() == (hex == null) || hex == null && to == null) {
            throw new ParameterException(spec.commandLine(), "give --to for a destination, or --hex for a whole frame");
        }
        if (plain && encrypted) {
            throw new ParameterException(spec.commandLine(), "--plain and --encrypted exclude each other");
        }
        Fields arrival = new Fields()
                .put("sender", sender)
                .flag("encrypted", encrypted, plain || encrypted)
                .flag("congested", true, congested)
                .put("header", header);
        return new Fields()
                .put("port", port)
                .section("frame", frame)
                .put("hex", hex)
                .put("offload", offload)
                .put("vni", vni)
                .section("arrival", arrival)
                .flag("inject", true, inject);
    }

    private static void addSteps(JsonNode trace, Table table) {
        trace.path("steps")
                .forEach(step -> table.row(
                        Text.of(step.path("host")),
                        Text.of(step.path("port")),
                        Text.of(step.path("step")),
                        step.has("reason") ? Text.of(step.path("reason")) : Text.of(step.path("result")),
                        Text.of(step.path("text"))));
        trace.path("copies").forEach(copy -> {
            addSteps(copy.path("continued"), table);
            if (copy.has("unknown")) {
                table.row(Text.of(copy.path("host")), Text.NONE, Text.NONE, "unknown", Text.of(copy.path("unknown")));
            }
        });
    }

    /** What became of it in the end, a line for each host. */
    private static List<String> endings(JsonNode trace, String where) {
        List<String> lines = new ArrayList<>();
        String reason = trace.has("reason")
                ? ": " + Text.of(trace.path("reason")) + " (" + Text.of(trace.path("meaning")) + ")"
                : "";
        lines.add(where + Text.of(trace.path("outcome")) + reason + ports(trace.path("copies")));
        trace.path("copies").forEach(copy -> {
            if (copy.has("continued")) {
                lines.addAll(endings(copy.path("continued"), "on " + Text.of(copy.path("host")) + ": "));
            }
        });
        return lines;
    }

    private static String ports(JsonNode copies) {
        List<String> ports = new ArrayList<>();
        copies.forEach(copy -> {
            String refused = copy.has("reason") ? " (refused: " + Text.of(copy.path("reason")) + ")" : "";
            ports.add(Text.of(copy.path("port")) + refused);
        });
        return ports.isEmpty() ? "" : " by " + String.join(", ", ports);
    }
}
