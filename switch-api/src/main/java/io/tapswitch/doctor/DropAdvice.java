package io.tapswitch.doctor;

import io.tapswitch.port.DropReason;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * What it says about a port, or about who is behind it, that frames are dropped there for a reason, and what to do. In
 * the fix, PORT stands for the port's name and NETWORK for its network's.
 *
 * @param result {@link Result#OK} where it is as it should be
 * @param fix for those that are in order too: somebody may want it otherwise
 */
record DropAdvice(Result result, String text, String fix) {
    private static final String SEE = "see which: tapswitch capture PORT --dropped --reason ";

    private static final List<Function<DropReason, DropAdvice>> GROUPS = List.of(
            DropAdvice::ofForm,
            DropAdvice::ofPolicy,
            DropAdvice::ofWay,
            DropAdvice::ofHost,
            DropAdvice::ofTunnel,
            DropAdvice::ofSecret,
            DropAdvice::ofEgress);

    /** What is known of a reason; each has something. */
    static DropAdvice of(DropReason reason) {
        return GROUPS.stream()
                .map(group -> group.apply(reason))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(reason + " has no advice"));
    }

    private static DropAdvice meant(String text, String fix) {
        return new DropAdvice(Result.OK, text, fix);
    }

    private static DropAdvice warning(String text, String fix) {
        return new DropAdvice(Result.WARNING, text, fix);
    }

    private static DropAdvice problem(String text, String fix) {
        return new DropAdvice(Result.PROBLEM, text, fix);
    }

    /** What is wrong with the frame itself; null for other reasons. */
    private static DropAdvice ofForm(DropReason reason) {
        return switch (reason) {
            case RUNT ->
                warning(
                        "who is behind the port sends what is no Ethernet frame",
                        SEE + "runt; a program that writes to the socket may be cutting frames");
            case OVERSIZE ->
                warning(
                        "who is behind the port has a larger MTU than the network: ping works, large transfers hang",
                        "lower it there: ip link set eth0 mtu 1500; or raise the network's: tapswitch network set NETWORK"
                                + " mtu=9000");
            case BAD_OFFLOAD ->
                warning(
                        "who is behind the port leaves checksums or segments open in a way that no network card knows",
                        SEE
                                + "bad-offload; switch the offloads of the sender off: ethtool -K eth0 tx off tso off gso off");
            case INVALID_SOURCE ->
                warning(
                        "somebody sends with an address that nobody can have as a source",
                        SEE + "invalid-source; a bond or a broken driver may do that");
            case RESERVED_DESTINATION ->
                meant(
                        "these are LLDP, spanning tree and the like, which stay on one link",
                        "if they are to cross: tapswitch network set NETWORK forwardReserved=true");
            case VLAN_NOT_IN_TRUNK ->
                warning(
                        "who is behind the port uses VLANs that it does not carry: these frames reach nobody",
                        "add the network of that VLAN: tapswitch port set PORT trunk=blue,red; which VLANs come: tapswitch"
                                + " capture PORT --dropped --reason vlan-not-in-trunk --print");
            default -> null;
        };
    }

    /** What the port's settings keep out; null for other reasons. */
    private static DropAdvice ofPolicy(DropReason reason) {
        return switch (reason) {
            case PORT_DISABLED ->
                warning("it is switched off, and who is behind it sends", "tapswitch port set PORT enabled=true");
            case LOCKED ->
                warning(
                        "who is behind the port is not entered as allowed there",
                        "allow it: tapswitch fdb add NETWORK MAC PORT; who it is: tapswitch capture PORT --dropped --reason"
                                + " locked --print");
            case STORM_BROADCAST, STORM_MULTICAST, STORM_UNKNOWN_UNICAST -> ofStorm(reason);
            case ISOLATED ->
                meant(
                        "the two ports are both isolated, which keeps them apart",
                        "if they are to talk: tapswitch port set PORT isolated=false");
            case UNKNOWN_SENDER ->
                warning(
                        "another program than the far side sends to the port's socket",
                        "who: ss -xp, ss -uanp; if it is the far side, correct its address: tapswitch port set PORT"
                                + " dgram.remote=ADDRESS");
            default -> null;
        };
    }

    private static DropAdvice ofStorm(DropReason reason) {
        return warning(
                "more such frames come in than its storm budget allows: a loop, a broken card, or a budget that is too"
                        + " small",
                "is it a loop, the same frames come by two ports: tapswitch capture PORT --dropped --reason "
                        + reason.label() + " --print; if they are in order: tapswitch port set PORT storm."
                        + field(reason) + "=10000");
    }

    private static String field(DropReason reason) {
        return switch (reason) {
            case STORM_BROADCAST -> "broadcast";
            case STORM_MULTICAST -> "multicast";
            default -> "unknownUnicast";
        };
    }

    /** Nobody is there to take it, or to take it in time; null for other reasons. */
    private static DropAdvice ofWay(DropReason reason) {
        return switch (reason) {
            case RECEIVE_OVERRUN ->
                warning(
                        "frames came faster than this machine could take them; TCP gets slower, UDP has gaps",
                        "see whether the processor is busy: top -H; more buffer: sysctl -w net.core.rmem_max=16777216 and"
                                + " restart the daemon; more than one queue for a TAP: tapswitch port set PORT"
                                + " tap.queues=2");
            case SAME_PORT ->
                meant(
                        "sender and receiver are both behind this port and reach each other there",
                        "if not, the FDB is wrong about one of them: tapswitch fdb list NETWORK --port PORT");
            case EGRESS_UNAVAILABLE ->
                warning(
                        "the receiver is behind a port that is switched off, or no longer in the network",
                        "which one: tapswitch fdb list NETWORK; has it moved: tapswitch fdb flush NETWORK");
            case NO_EGRESS ->
                warning(
                        "there is no other port that takes such frames: the receiver is not in this network, or its port"
                                + " is down",
                        "which ports are in it, and up: tapswitch port list; put it there: tapswitch port set OTHER"
                                + " network=NETWORK");
            case SPLIT_HORIZON ->
                warning(
                        "another host sends frames here for a station that is not here any more",
                        "has the station moved: tapswitch fdb list NETWORK here and there; forget it: tapswitch fdb flush"
                                + " NETWORK");
            case INTERNAL_ERROR ->
                problem(
                        "a defect in the switch",
                        "please report it with what the log says: journalctl -u tapswitch | grep -i -A20 exception");
            default -> null;
        };
    }

    /** A host without Ethernet; null for other reasons. */
    private static DropAdvice ofHost(DropReason reason) {
        return switch (reason) {
            case NOT_IP ->
                meant(
                        "a tun port carries IP only, and the host sent something else",
                        "if it needs Ethernet, use a port of type tap");
            case HOST_DISCOVERY -> meant("the port does neighbour discovery for its host", "nothing");
            case UNRESOLVED ->
                warning(
                        "the host behind the port sends to addresses that nobody in the network answers for",
                        "are addresses, with their prefix lengths, and gateways right: tapswitch port show PORT; is the"
                                + " next hop up: tapswitch neighbour list NETWORK");
            case EGRESS_OTHER_STATION ->
                meant("flooded frames for others, which a host without Ethernet is not given", "nothing");
            case EGRESS_NOT_IP -> meant("a tun port carries untagged IP only", "if it needs Ethernet, use type tap");
            default -> null;
        };
    }

    /** Packets of other hosts; null for other reasons. */
    private static DropAdvice ofTunnel(DropReason reason) {
        return switch (reason) {
            case UNKNOWN_VTEP ->
                warning(
                        "a host sends VXLAN packets here that no port leads to: nothing of it arrives",
                        "from which address: tcpdump -ni any udp port 4789; make a port to it: tapswitch port add NAME"
                                + " --type vxlan --remote ADDRESS --network NETWORK; or the address is the wrong one of two:"
                                + " set vxlan.local on that host");
            case UNKNOWN_VNI ->
                warning(
                        "the other host sends frames of a network that this port does not carry",
                        "compare the VNIs: tapswitch network list on both hosts; carry it: tapswitch port set PORT"
                                + " trunk=blue");
            case BAD_VXLAN_HEADER ->
                warning(
                        "something else than VXLAN comes, or VXLAN with extensions",
                        "who sends it: tcpdump -ni any udp port 4789; from Linux with gbp or gpe: switch these off there,"
                                + " or vxlan.strict=false");
            case BAD_ECN ->
                warning(
                        "a router on the way marks congestion on packets whose sender does not understand it, and by its"
                                + " rules they count as lost",
                        "relieve the congested link; or switch ECN marking off on the router");
            default -> null;
        };
    }

    /** Encryption between hosts; null for other reasons. */
    private static DropAdvice ofSecret(DropReason reason) {
        return switch (reason) {
            case NOT_ENCRYPTED ->
                warning(
                        "the other host sends in plain what is to be encrypted: it has no secret, or the network is without"
                                + " encryption there. Somebody may also be forging frames",
                        "give both hosts the same secret (vxlan.secretFile or cluster.secretFile) and the network the same"
                                + " encryption: tapswitch network list on both");
            case NOT_AUTHENTIC ->
                warning(
                        "what comes does not open with this host's keys: another secret there. A few right after a restart"
                                + " are normal",
                        "compare the secret on both hosts: sha256sum SECRET-FILE; if it is the same, somebody changes or"
                                + " forges packets on the way");
            case REPLAYED ->
                warning(
                        "packets come twice, or much later than others: the network between the hosts doubles them, or"
                                + " somebody plays them again",
                        "watch for doubles: tcpdump -ni any udp port 4789; two ways to one host, or a mirror port that leads"
                                + " back, do that");
            case EGRESS_NO_KEY ->
                problem(
                        "no keys are agreed on with the other host: it does not answer, or has another secret",
                        "tapswitch port show PORT says for what it waits; compare the secret on both hosts: sha256sum"
                                + " SECRET-FILE");
            default -> null;
        };
    }

    /** What ends a copy on its way out; null for other reasons. */
    private static DropAdvice ofEgress(DropReason reason) {
        return switch (reason) {
            case EGRESS_DOWN ->
                warning(
                        "its interface is down, or nobody is on its far side",
                        "tapswitch port show PORT says what is missing; of a TAP: ip link set tap0 up, in its namespace");
            case EGRESS_FULL ->
                warning(
                        "who is behind the port takes frames more slowly than they come: TCP gets slower, UDP has gaps",
                        "is the virtual machine busy or stopped: top there; a longer queue of an interface: ip link set tap0"
                                + " txqueuelen 10000");
            case EGRESS_ERROR ->
                warning(
                        "the system refuses to send, such as for lack of a route or by a firewall",
                        "what it says: journalctl -u tapswitch; of an overlay port: ip route get the remote address, and"
                                + " nft list ruleset");
            case EGRESS_OVERSIZE ->
                warning(
                        "frames are longer than the far side, or the way to it, takes: ping works, large transfers hang",
                        "which MTU fits: tapswitch network list, column EFFECTIVE-MTU; set it in the sender: ip link set"
                                + " eth0 mtu 1450; of an overlay, better raise that of the underlay by 50 bytes (70 with"
                                + " IPv6, 28 more encrypted)");
            case EGRESS_BAD_OFFLOAD ->
                warning(
                        "a sender leaves segments or checksums open that do not fit its headers",
                        "switch the offloads of the sender off: ethtool -K eth0 tx off tso off gso off; which frames: tapswitch"
                                + " capture PORT --dropped --print");
            case EGRESS_TAG_CONFLICT ->
                warning(
                        "a guest sends frames with its own VLAN tag into the untagged network of a trunk",
                        "give that VLAN a network and carry it on both ports: tapswitch port set PORT trunk=blue; or stop the"
                                + " guest from tagging");
            default -> null;
        };
    }
}
