package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.linux.Ethtool.Offloads;
import io.tapswitch.linux.Link;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The network interfaces on the far sides of ports. */
final class InterfaceChecks {
    static final List<Check> ALL = List.of(
            Check.ofPorts("interface-link", InterfaceChecks::links),
            Check.ofPorts("interface-mtu", InterfaceChecks::mtus),
            Check.ofPorts("offloads", InterfaceChecks::offloads));

    private InterfaceChecks() {}

    private interface Look {
        void at(PortView port, FarSide far, Link link) throws IOException;
    }

    private static void eachLink(Examination look, String fine, Look each) throws IOException {
        for (PortView port : look.ports()) {
            FarSide far = FarSide.of(port);
            if (far.interfaceName() != null) {
                Optional<Link> link = look.machine().link(far.namespace(), far.interfaceName());
                if (link.isPresent()) {
                    each.at(port, far, link.get());
                }
            }
        }
        if (look.isQuiet()) {
            look.ok("interfaces", fine);
        }
    }

    private static void links(Examination look) throws IOException {
        eachLink(look, "those of the ports are up, as far as there are any", (port, far, link) -> {
            boolean isNoted = port.status() != PortView.Status.UP;
            if (!link.up() && !isNoted) {
                look.problem(
                        Examination.subject(port),
                        "its interface " + link.name()
                                + " is down: frames to it are dropped as egress-down, and none comes" + " from it",
                        far.command("ip link set " + link.name() + " up"));
            } else if (link.up() && !link.carrier() && !isNoted) {
                look.warning(
                        Examination.subject(port),
                        "its interface " + link.name() + " has no carrier, as if the cable were unplugged",
                        "see what is at its other end: " + far.command("ip -d link show " + link.name()));
            }
        });
    }

    private static void mtus(Examination look) throws IOException {
        eachLink(look, "their MTUs fit their networks'", (port, far, link) -> {
            Optional<NetworkConfig> network = look.networkOf(port);
            if (network.isPresent()) {
                mtu(look, port, far, link, network.get());
            }
        });
    }

    private static void mtu(Examination look, PortView port, FarSide far, Link link, NetworkConfig network) {
        int wanted = look.state().mtu(network);
        String both = "its interface " + link.name() + " has an MTU of " + link.mtu() + ", and network "
                + network.name() + " one of " + wanted;
        if (link.mtu() < wanted) {
            look.warning(
                    Examination.subject(port),
                    both + ": " + tooSmall(port, link.mtu()),
                    fix(port, far, link, network, wanted));
        } else if (link.mtu() > network.mtu()) {
            look.warning(
                    Examination.subject(port),
                    both + ": who is behind it may send frames with more than " + network.mtu()
                            + " bytes of payload, which are dropped on the way in (oversize), so that large transfers hang",
                    fix(port, far, link, network, wanted));
        }
    }

    /** The kernel takes frames of any length from who holds a TAP or TUN; by other interfaces it sends none too long. */
    private static String tooSmall(PortView port, int mtu) {
        boolean isHeld =
                port.config().type().equals("tap") || port.config().type().equals("tun");
        return isHeld
                ? "who is behind it sends at most " + mtu
                        + " bytes of payload and is sent more; what it passes on, such as to containers, may die"
                : "ping and small requests work, but frames with more than " + mtu
                        + " bytes of payload do not get out by it (egress-oversize), so that large transfers hang";
    }

    private static String fix(PortView port, FarSide far, Link link, NetworkConfig network, int wanted) {
        String ownMtu = port.config().type() + ".mtu";
        String interfaceFix = far.mtu() != null
                ? "tapswitch port set " + port.config().name() + " " + ownMtu + "=null, and it follows the network"
                : far.command("ip link set " + link.name() + " mtu " + wanted);
        return interfaceFix + "; or let the network have that of the interface: tapswitch network set " + network.name()
                + " mtu=" + link.mtu();
    }

    private static void offloads(Examination look) throws IOException {
        eachLink(look, "those of the ports let large segments cross whole", (port, far, link) -> {
            if (isOffloading(port)) {
                offload(look, port, far, link);
            } else {
                look.warning(
                        Examination.subject(port),
                        "its offloads are switched off in its configuration: TCP crosses in segments of the MTU, several"
                                + " times as slow",
                        "unless that is meant: tapswitch port set "
                                + port.config().name() + " " + port.config().type() + ".offload=true");
            }
        });
    }

    private static boolean isOffloading(PortView port) {
        return port.info() == null || !port.info().offloads().isEmpty();
    }

    /** Of a TAP the switch is the wire: what its interface does not do, the sender behind it does in software. */
    private static void offload(Examination look, PortView port, FarSide far, Link link) throws IOException {
        Offloads on = look.machine().offloads(far.namespace(), link.name());
        String subject = Examination.subject(port);
        if (!on.tx()) {
            look.warning(
                    subject,
                    "checksum offload of its interface " + link.name() + " is off, and large segments with it: TCP is"
                            + " several times as slow as it could be",
                    far.command("ethtool -K " + link.name() + " tx on sg on tso on gso on"));
        } else if (!on.tso() || !on.gso()) {
            look.warning(
                    subject,
                    "segmentation offload of its interface " + link.name() + " is off (" + (on.tso() ? "" : "tso")
                            + (on.tso() || on.gso() ? "" : ", ") + (on.gso() ? "" : "gso")
                            + "): TCP crosses in segments of the MTU, several times as slow as it could be",
                    far.command("ethtool -K " + link.name() + " sg on tso on gso on"));
        }
        if (on.lro()) {
            look.warning(
                    subject,
                    "its interface " + link.name() + " joins received packets in hardware (lro) in a way that cannot be"
                            + " undone: frames that a switch passes on come out wrong, and TCP through it stalls",
                    far.command("ethtool -K " + link.name() + " lro off gro on"));
        }
    }
}
