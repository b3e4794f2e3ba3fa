package io.tapswitch.doctor;

import io.netty.util.NetUtil;
import io.tapswitch.PortView;
import io.tapswitch.doctor.Firewall.Verdict;
import io.tapswitch.linux.UdpSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** What this host does to packets of the overlay before the switch has them, or once it has let them go. */
final class UnderlayChecks {
    static final List<Check> ALL = List.of(
            Check.ofPorts("firewall", UnderlayChecks::firewall),
            Check.ofPorts("udp-port", UnderlayChecks::udpPort),
            Check.ofPorts("reverse-path-filter", UnderlayChecks::reversePath));

    private UnderlayChecks() {}

    /** Of peers that answer it need not be asked: their packets come through. */
    private static List<PortView> unanswered(Examination look) {
        return OverlayChecks.tunnels(look.ports().stream()).stream()
                .filter(OverlayChecks::isInTrouble)
                .toList();
    }

    private static void firewall(Examination look) throws IOException {
        for (PortView port : unanswered(look)) {
            Underlay underlay = Underlay.of(port);
            InetAddress peer = address(port.remote().address());
            Verdict verdict = look.machine().firewall(underlay.namespace(), peer, underlay.udpPort());
            String subject = Examination.subject(port);
            String udp = "UDP packets " + (verdict.isOutgoing() ? "to " : "of ")
                    + port.remote().address() + (verdict.isOutgoing() ? "" : " to port " + underlay.udpPort());
            switch (verdict.outcome()) {
                case DROPPED ->
                    look.problem(
                            subject,
                            "the firewall of this host drops " + udp + ": " + verdict.text(),
                            underlay.command(verdict.fix()));
                case PERHAPS ->
                    look.warning(
                            subject,
                            "the firewall of this host may drop " + udp + ": " + verdict.text(),
                            "if packets of the peer are seen by tcpdump -ni any udp port " + underlay.udpPort()
                                    + " and still it does not answer: " + underlay.command(verdict.fix()));
                case UNREADABLE ->
                    look.unknown(
                            subject,
                            "whether a firewall of this host drops " + udp + " could not be read: " + verdict.text(),
                            verdict.fix());
                default -> {
                    // Nothing here drops them; on the peer's host or between the two something may.
                }
            }
        }
        if (look.isQuiet()) {
            look.ok("the underlay", "no firewall of this host is in the way of a peer that does not answer");
        }
    }

    private static InetAddress address(String digits) throws IOException {
        return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(digits));
    }

    private record Place(String namespace, int udpPort) {}

    /** Ports that could not be opened are of interest too: perhaps somebody else has their UDP port. */
    private static Set<Place> places(Stream<PortView> ports) {
        Set<Place> places = new HashSet<>();
        ports.filter(port -> port.config().crossesOverlay())
                .map(Underlay::of)
                .forEach(underlay -> places.add(new Place(underlay.namespace(), underlay.udpPort())));
        return places;
    }

    private static void udpPort(Examination look) throws IOException {
        for (Place place : places(look.ports().stream())) {
            List<UdpSockets.Entry> strangers = look.machine().strangers(place.namespace(), place.udpPort());
            if (!strangers.isEmpty()) {
                Underlay underlay = new Underlay(place.namespace(), place.udpPort(), null);
                look.problem(
                        "UDP port " + place.udpPort(),
                        "somebody else has it too, another program or a VXLAN interface of the kernel: the ports that need"
                                + " it cannot be opened, or a part of their packets goes astray",
                        "see who: " + underlay.command("ss -lunp sport = :" + place.udpPort()) + "; "
                                + underlay.command("ip -d link show type vxlan")
                                + "; end it, or choose another port on all hosts: vxlan.port, or cluster.vtepPort");
            }
        }
        if (look.isQuiet()) {
            look.ok("the underlay", "nobody else has the UDP ports of the overlay");
        }
    }

    private static void reversePath(Examination look) throws IOException {
        Set<String> namespaces = new HashSet<>();
        unanswered(look)
                .forEach(port -> namespaces.add(
                        Objects.requireNonNullElse(Underlay.of(port).namespace(), "")));
        for (String name : namespaces) {
            String namespace = name.isEmpty() ? null : name;
            OptionalLong drops = look.machine().reversePathDrops(namespace);
            if (drops.orElse(0) > 0) {
                Underlay underlay = new Underlay(namespace, 0, null);
                look.warning(
                        "the underlay",
                        "a peer does not answer, and the kernel has dropped " + Words.count(drops.getAsLong())
                                + " packets since it started because the way back to their source is by another interface"
                                + " (rp_filter); its own may be among them",
                        underlay.command("sysctl -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.NIC.rp_filter=2")
                                + ", with the NIC that its packets come by; does the number still rise: "
                                + underlay.command("nstat -az TcpExtIPReversePathFilter"));
            }
        }
        if (look.isQuiet()) {
            look.ok("the underlay", "rp_filter is in the way of no peer that does not answer");
        }
    }
}
