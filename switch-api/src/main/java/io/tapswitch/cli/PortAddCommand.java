package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.MergePatch;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code tapswitch port add}. The options of the far side go into the section that is named like the type, so that a
 * new type needs no change here; what has no option is given as {@code KEY=VALUE}.
 */
@Command(
        name = "add",
        description = "Make a port.",
        sortOptions = false,
        customSynopsis = "tapswitch port add [OPTIONS] --type=TYPE NAME [KEY=VALUE...]",
        footer = {
            "",
            "Example:",
            "  tapswitch port add web1 --type tap --namespace web --address 10.0.0.1/24",
            "  tapswitch port add uplink --type tap --trunk all storm.broadcast=1000",
            "  tapswitch port add vm1 --type interface --create-tap --owner libvirt-qemu",
            "  tapswitch port add vm1 --type stream --listen unix:/run/vm1.sock --group kvm",
            "  tapswitch port add vm1 --type dgram --local unix:/run/vm1-switch.sock --remote unix:/run/vm1.sock",
            "  tapswitch port add app1 --type tun --namespace app --address 10.0.0.7/24 --gateway 10.0.0.1",
            "  tapswitch port add host2 --type vxlan --remote 192.0.2.2 --network blue --trunk red"
        })
public final class PortAddCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", converter = Names.Name.class, description = "A name not in use.")
    private String name;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY=VALUE",
            description = "More fields, as in 'port set'; they count before the options.")
    private List<String> more = List.of();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            required = true,
            description = "The kind of far side: tap, interface, stream, dgram, tun or vxlan.")
    private String type;

    @Option(
            names = "--interface",
            paramLabel = "NAME",
            description = "Name of the network interface, at most 15 bytes. Default: the port's name")
    private String interfaceName;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Network namespace that it stands in, or with --type vxlan that of the underlay: a name as in"
                    + " 'ip netns', or an absolute path. Default: the daemon's own")
    private String namespace;

    @Option(
            names = "--address",
            paramLabel = "IP/PREFIX",
            description = "Address of the interface; may be repeated. Default: none")
    private List<String> addresses;

    @Option(
            names = "--mac",
            paramLabel = "MAC",
            converter = Names.Mac.class,
            description =
                    "Hardware address of the interface, or of a host without Ethernet. Default: the kernel, or the switch,"
                            + " chooses")
    private String mac;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description = "MTU of the interface. Default: that of the network, and follows it")
    private Integer mtu;

    @Option(
            names = "--owner",
            paramLabel = "USER",
            description = "Who may attach to the device without privileges, or owns the socket, by name or number."
                    + " Default: nobody, or the daemon's user")
    private String owner;

    @Option(names = "--group", paramLabel = "GROUP", description = "Likewise, a group. Default: none, or the daemon's")
    private String group;

    @Option(names = "--persistent", description = "The device outlives the daemon. Default: false")
    private boolean persistent;

    @Option(
            names = "--queues",
            paramLabel = "COUNT",
            description =
                    "How many event loops read the device; with --create-tap, how many queues QEMU opens. Default: 1")
    private Integer queues;

    @Option(
            names = "--no-offload",
            description =
                    "Have every frame segmented and checksummed before it crosses. Default: large frames cross whole")
    private boolean noOffload;

    @Option(
            names = "--create-tap",
            description = "With --type interface: make the interface, a TAP for QEMU or libvirt to open."
                    + " Default: it exists")
    private boolean createTap;

    @Option(
            names = "--no-promiscuous",
            description = "With --type interface: take in only what the interface takes for itself."
                    + " Default: frames for every station")
    private boolean noPromiscuous;

    @Option(names = "--down", description = "Leave the interface down. Default: it is brought up")
    private boolean down;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Wait for the far side there: unix:/PATH, tcp:IPV4:PORT or tcp:[IPV6]:PORT. Default: none")
    private String listen;

    @Option(
            names = "--connect",
            paramLabel = "ADDRESS",
            description = "Connect to the far side there, again and again. Default: none")
    private String connect;

    @Option(
            names = "--max-connections",
            paramLabel = "COUNT",
            description = "With --listen: more than 1 makes a port for each connection. Default: 1")
    private Integer maxConnections;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "Permissions of the Unix socket that the switch makes, octal. Default: 0660")
    private String mode;

    @Option(
            names = "--reconnect-seconds",
            paramLabel = "SECONDS",
            description = "With --connect: the longest pause between attempts. Default: 5")
    private Integer reconnectSeconds;

    @Option(
            names = "--local",
            paramLabel = "ADDRESS",
            description =
                    "The port's own socket, such as unix:/run/a.sock or udp:127.0.0.1:9001; with --type vxlan, the"
                            + " address of this host. Default: none, or any address")
    private String local;

    @Option(
            names = "--remote",
            paramLabel = "ADDRESS",
            description = "The socket of the far side, of the same kind; with --type vxlan, the address of the remote"
                    + " VTEP. Nobody else may send. Default: none")
    private String remote;

    @Option(names = "--udp-port", paramLabel = "PORT", description = "UDP port of both VTEPs. Default: 4789")
    private Integer udpPort;

    @Option(
            names = "--ttl",
            paramLabel = "HOPS",
            description = "Time to live of packets on the underlay, 1 to 255. Default: 64")
    private Integer ttl;

    @Option(names = "--inherit-ttl", description = "The inner packet's time to live instead. Default: false")
    private boolean inheritTtl;

    @Option(
            names = "--dscp",
            paramLabel = "CODE",
            description = "Traffic class of packets on the underlay, 0 to 63. Default: 0")
    private Integer dscp;

    @Option(names = "--inherit-dscp", description = "The inner packet's traffic class instead. Default: false")
    private boolean inheritDscp;

    @Option(names = "--strict", description = "Drop VXLAN packets with reserved bits, as Linux does. Default: false")
    private boolean strict;

    @Option(
            names = "--no-keepalive",
            description = "Do not probe whether the remote VTEP answers, nor the MTU of the path. Default: probe")
    private boolean noKeepalive;

    @Option(
            names = "--mss-clamp",
            description = "Tell TCP connections through the overlay to fit the path. Default: false")
    private boolean mssClamp;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "Encrypt by the secret in this file of the daemon's host, which the remote VTEP has too."
                    + " Default: plain VXLAN")
    private String secretFile;

    @Option(
            names = "--prefix",
            paramLabel = "IP/PREFIX",
            description = "Network behind a host without Ethernet; may be repeated. Default: none")
    private List<String> prefixes;

    @Option(
            names = "--gateway",
            paramLabel = "IP",
            description = "Next hop of a host without Ethernet to other networks, one for IPv4 and one for IPv6."
                    + " Default: none")
    private List<String> gateways;

    @Option(
            names = "--network",
            paramLabel = "NETWORK",
            description = "The network of untagged frames; with --type vxlan it needs a VNI. Default: default")
    private String network;

    @Option(
            names = "--trunk",
            paramLabel = "NETWORK,...|all",
            description =
                    "The networks that cross with their VLAN tag; with --type vxlan, the further ones, each with its VNI."
                            + " Default: none")
    private String trunk;

    @Option(names = "--isolated", description = "No frames to or from other isolated ports. Default: false")
    private boolean isolated;

    @Option(
            names = "--locked",
            description = "Take frames only from stations that the FDB has for this port. Default: false")
    private boolean locked;

    @Option(names = "--no-learning", description = "Do not learn stations. Default: learn")
    private boolean noLearning;

    @Option(
            names = "--max-learned",
            paramLabel = "COUNT",
            description = "At most this many learned stations in each network. Default: no limit but the network's")
    private Integer maxLearned;

    @Option(names = "--disabled", description = "Pass no frames yet. Default: enabled")
    private boolean disabled;

    @Option(
            names = "--storm",
            paramLabel = "KIND=RATE",
            split = ",",
            description = "At most this many flooded frames per second from this port; the kinds are broadcast,"
                    + " multicast and unknownUnicast. Default: no limit")
    private Map<String, Integer> storm;

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        JsonNode added = api.send("POST", ApiClient.path(PortCommand.PORTS), MergePatch.apply(port(), patch(more)));
        if (out.isForPeople()) {
            out.line("port " + name + " added: " + PortView.summary(added));
        } else {
            out.document(added);
        }
    }

    private ObjectNode port() {
        return new Fields()
                .put("name", name)
                .put("type", type)
                .section(type, farSide())
                .put("network", network)
                .put("trunk", trunk == null ? null : KeyValues.list(trunk))
                .flag("enabled", false, disabled)
                .flag("learning", false, noLearning)
                .flag("isolated", true, isolated)
                .flag("locked", true, locked)
                .put("maxLearned", maxLearned)
                .put("storm", storm)
                .json();
    }

    private Fields farSide() {
        return new Fields()
                .put(interfaceField(), interfaceName)
                .put("namespace", namespace)
                .flag("createTap", true, createTap)
                .put("addresses", addresses)
                .put("mac", mac)
                .put("mtu", mtu)
                .put("owner", owner)
                .put("group", group)
                .flag("persistent", true, persistent)
                .put("queues", queues)
                .flag("promiscuous", false, noPromiscuous)
                .flag("offload", false, noOffload)
                .flag("up", false, down)
                .put("listen", listen)
                .put("connect", connect)
                .put("maxConnections", maxConnections)
                .put("mode", mode)
                .put("reconnectSeconds", reconnectSeconds)
                .put("local", local)
                .put("remote", remote)
                .put("port", udpPort)
                .put("ttl", ttl)
                .flag("inheritTtl", true, inheritTtl)
                .put("dscp", dscp)
                .flag("inheritDscp", true, inheritDscp)
                .flag("strict", true, strict)
                .flag("keepalive", false, noKeepalive)
                .flag("mssClamp", true, mssClamp)
                .put("secretFile", secretFile)
                .put("prefixes", prefixes)
                .put("gateways", gateways);
    }

    /** A section that is itself named after the interface does not say the word again. */
    private String interfaceField() {
        return type.equals("interface") ? "name" : "interface";
    }
}
