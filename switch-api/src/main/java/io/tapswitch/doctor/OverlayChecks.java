package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.port.PortCounters;
import io.tapswitch.port.RemoteVtep;
import io.tapswitch.port.SharedEndpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The remote VTEPs, as far as they answer, and the ways to them. */
final class OverlayChecks {
    static final List<Check> ALL = List.of(
            Check.ofPorts("peers", OverlayChecks::peers),
            Check.ofPorts("path-quality", OverlayChecks::quality),
            Check.ofPorts("path-mtu", OverlayChecks::pathMtus),
            Check.ofPorts("secrets", OverlayChecks::secrets),
            Check.ofHost("slow-path", OverlayChecks::slowPath));

    private static final String ALIVE = "alive";
    private static final String DEAD = "dead";
    /** Less than the silence that makes a VTEP dead: else its last probe may be from before. */
    private static final long LATELY_MILLIS = 2000;

    private static final int LOSSY_PERCENT = 5;
    private static final long FAR_MICROS = TimeUnit.MILLISECONDS.toMicros(100);

    /** Inner Ethernet, VXLAN, UDP and IP. */
    private static final int IPV4_OVERHEAD = 50;

    private static final int IPV6_OVERHEAD = 70;
    private static final int SEALED_OVERHEAD = 28;

    private OverlayChecks() {}

    /** Those with a remote VTEP on the far side. */
    static List<PortView> tunnels(Stream<PortView> ports) {
        return ports.filter(port -> port.remote() != null).toList();
    }

    /** Whether something keeps the VTEP from answering. Other makes of VTEP do not answer, but they send frames. */
    static boolean isInTrouble(PortView port) {
        String state = port.remote().state();
        return state.equals(DEAD)
                || !state.equals(ALIVE)
                        && (port.host() != null
                                || port.remote().encrypted()
                                || port.counters().sum(PortCounters.RX_FRAMES) == 0);
    }

    private static void peers(Examination look) {
        List<PortView> tunnels = tunnels(look.ports().stream());
        for (PortView port : tunnels) {
            if (port.remote().state().equals(DEAD)) {
                dead(look, port);
            } else if (isInTrouble(port)) {
                silent(look, port);
            } else if (port.reason() != null) {
                look.problem(
                        Examination.subject(port),
                        "no frame passes: it " + port.reason(),
                        "see both hosts: tapswitch port show " + port.config().name());
            }
        }
        if (look.isQuiet()) {
            look.ok("the overlay", tunnels.isEmpty() ? "no port leads to another host" : "all other hosts answer");
        }
    }

    private static String who(PortView port) {
        String host = port.host() == null ? "" : "host " + port.host() + ", ";
        return host + "VTEP " + port.remote().address();
    }

    private static void dead(Examination look, PortView port) {
        RemoteVtep remote = port.remote();
        boolean isHeard = remote.lastProbedMillis() != null && remote.lastProbedMillis() < LATELY_MILLIS;
        String ago = remote.lastHeardMillis() == null
                ? ""
                : " for " + Words.span(Duration.ofMillis(remote.lastHeardMillis()));
        if (isHeard) {
            look.problem(
                    Examination.subject(port),
                    who(port) + " no longer answers" + ago
                            + ", but what it sends arrives here: packets of this host are" + " lost on the way to it",
                    "look at the firewall and the routes there: on that host, nft list ruleset | grep -n -e drop -e policy,"
                            + " and ip route get " + (port.host() == null ? "THIS-HOST" : "the address of this host"));
        } else {
            look.problem(
                    Examination.subject(port),
                    who(port) + " answered before and is silent" + ago + ": stations behind it cannot be reached, and"
                            + " nothing is flooded to it",
                    "is the host up: ping " + remote.address()
                            + "; does its daemon run: systemctl status tapswitch (there);"
                            + " do its packets come: tcpdump -ni any udp and host " + remote.address());
        }
    }

    private static void silent(Examination look, PortView port) {
        RemoteVtep remote = port.remote();
        String udp = "UDP port " + Underlay.of(port).udpPort();
        String text = who(port) + " has never answered since the port was opened";
        if (remote.encrypted()) {
            look.problem(
                    Examination.subject(port),
                    text + ": no keys are agreed on, and every frame to it is dropped as egress-no-key"
                            + (port.reason() == null ? "" : " (it " + port.reason() + ")"),
                    "compare the secret on both hosts: sha256sum SECRET-FILE; is " + udp
                            + " open both ways, and is each host's vxlan.remote the other's address? ping "
                            + remote.address() + "; tcpdump -ni any udp and host " + remote.address());
        } else if (port.host() != null) {
            look.problem(
                    Examination.subject(port),
                    text + ", though a TapSwitch always does: stations behind it may not be reached",
                    "is " + udp + " open both ways? ping " + remote.address() + "; tcpdump -ni any udp and host "
                            + remote.address());
        } else {
            look.warning(
                    Examination.subject(port),
                    text + ", nor did any frame come from it. A VTEP of Linux or Open vSwitch does not answer, but one"
                            + " that works sends frames",
                    "is vxlan.remote its address, is the VNI the same, and is " + udp + " open both ways? ping "
                            + remote.address() + "; tcpdump -ni any udp and host " + remote.address());
        }
    }

    private static void quality(Examination look) {
        for (PortView port : tunnels(look.ports().stream())) {
            RemoteVtep remote = port.remote();
            if (!remote.state().equals(ALIVE)) {
                continue;
            }
            if (remote.lossPercent() != null && remote.lossPercent() >= LOSSY_PERCENT) {
                look.warning(
                        Examination.subject(port),
                        "the way to " + who(port) + " loses " + remote.lossPercent()
                                + " % of the probes: TCP through it is" + " slow",
                        "look for the link that loses them: ping -c 100 -i 0.1 " + remote.address() + "; mtr -u "
                                + remote.address() + "; errors of the NIC: ip -s link");
            }
            if (remote.roundTripMicros() != null && remote.roundTripMicros() >= FAR_MICROS) {
                look.warning(
                        Examination.subject(port),
                        "the way to " + who(port) + " and back takes " + remote.roundTripMicros() / 1000
                                + " ms: protocols with many small questions are slow through it",
                        "unless it is that far: see whether a queue on the way is full: ping " + remote.address()
                                + " with and without load");
            }
        }
        if (look.isQuiet()) {
            look.ok("the overlay", "the ways to other hosts lose little and are short");
        }
    }

    private static void pathMtus(Examination look) {
        for (NetworkConfig network : look.networks()) {
            int effective = look.state().mtu(network);
            if (effective < network.mtu()) {
                narrow(look, network, effective);
            }
        }
        if (look.isQuiet()) {
            look.ok("the overlay", "the ways to other hosts take whole frames of each network");
        }
    }

    private static void narrow(Examination look, NetworkConfig network, int effective) {
        List<PortView> carriers =
                tunnels(look.allPorts().stream().filter(port -> look.config().carries(port.config(), network.name())));
        int needed = carriers.stream()
                .mapToInt(port -> network.mtu() + overhead(port.remote()))
                .max()
                .orElse(network.mtu() + IPV4_OVERHEAD);
        List<String> narrow = carriers.stream()
                .filter(port -> port.remote().pathMtu() < network.mtu() + overhead(port.remote()))
                .map(port -> port.remote().address() + " (packets of "
                        + port.remote().pathMtu() + ")")
                .toList();
        look.warning(
                "network " + network.name(),
                "packets of " + network.mtu() + " bytes do not fit the way to " + Words.names(narrow)
                        + ", only " + effective
                        + " do. TAPs and TUNs of the switch follow by themselves; virtual machines"
                        + " and hosts behind other ports do not, and large UDP packets from them die",
                "the best: an MTU of " + needed
                        + " on the underlay, on all hosts and switches between them: ip link set"
                        + " NIC mtu " + needed + "; or in each VM: ip link set eth0 mtu " + effective
                        + "; or say so for all: tapswitch network set " + network.name() + " mtu=" + effective
                        + "; for TCP alone: vxlan.mssClamp=true on the port");
    }

    private static int overhead(RemoteVtep remote) {
        int outer = remote.address().contains(":") ? IPV6_OVERHEAD : IPV4_OVERHEAD;
        return outer + (remote.encrypted() ? SEALED_OVERHEAD : 0);
    }

    private static void secrets(Examination look) {
        Map<String, TreeSet<String>> bySecret = new TreeMap<>();
        Map<String, String> files = new TreeMap<>();
        for (PortView port : tunnels(look.allPorts().stream())) {
            String secret = port.remote().secret();
            String file = Underlay.of(port).secretFile();
            if (secret != null && file != null) {
                bySecret.computeIfAbsent(file + " " + secret, any -> new TreeSet<>())
                        .add(port.config().name());
                files.merge(file, secret, (one, other) -> one.equals(other) ? one : one + " and " + other);
            }
        }
        files.forEach((file, ids) -> {
            if (ids.contains(" and ")) {
                look.warning(
                        "secret " + file,
                        "frames leave by more than one secret of it (" + ids
                                + "): the change of the secret is half done."
                                + " All works, but not once the old one is taken away: "
                                + perSecret(bySecret, file),
                        "put the new secret at " + file
                                + ".next on the hosts that have the old one only (see which: sha256sum there); move it"
                                + " over " + file + " once tapswitch port show says the new id for every port");
            }
        });
        if (look.isQuiet()) {
            look.ok("the overlay", files.isEmpty() ? "nothing is encrypted" : "each secret is the same on all hosts");
        }
    }

    private static String perSecret(Map<String, TreeSet<String>> bySecret, String file) {
        List<String> parts = bySecret.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(file + " "))
                .map(entry -> entry.getKey().substring(file.length() + 1) + " to " + Words.names(entry.getValue()))
                .toList();
        return String.join("; ", parts);
    }

    private static void slowPath(Examination look) throws IOException {
        for (SharedEndpoint endpoint : look.state().endpoints()) {
            String subject = "VTEP " + endpoint.device();
            if (!endpoint.offloads().contains("udp-segment")) {
                look.warning(
                        subject,
                        "packets leave one by one (no UDP_SEGMENT): the overlay sends several times slower than it could",
                        "Linux 4.18 or newer does it; or the NIC's driver refuses it: ethtool -k NIC | grep"
                                + " tx-udp-segmentation, and tapswitch status, section features");
            }
            if (!endpoint.offloads().contains("udp-gro")) {
                look.warning(
                        subject,
                        "packets are taken one by one (no UDP_GRO): the overlay receives several times slower than it"
                                + " could",
                        "Linux 5.0 or newer does it: uname -r");
            }
        }
        boolean encrypts = tunnels(look.allPorts().stream()).stream()
                .anyMatch(port -> port.remote().encrypted());
        if (encrypts && !look.machine().hasAes()) {
            look.warning(
                    "this machine",
                    "the processor has no AES instructions, or the hypervisor hides them: encrypted frames cost ten times"
                            + " what they could",
                    "let the VM have the host's processor (libvirt: <cpu mode='host-passthrough'/>); see: grep -m1 -ow aes"
                            + " /proc/cpuinfo");
        }
        if (look.isQuiet()) {
            look.ok("the overlay", "nothing of it goes the slow way");
        }
    }
}
