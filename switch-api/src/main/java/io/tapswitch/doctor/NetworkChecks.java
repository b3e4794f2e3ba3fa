package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.NetworkConfig;
import io.tapswitch.doctor.SwitchState.Roaming;
import io.tapswitch.frame.MacAddress;
import java.util.List;

/** The networks that ports are in, and their forwarding tables. */
final class NetworkChecks {
    static final List<Check> ALL = List.of(
            Check.ofPorts("network-members", NetworkChecks::members),
            Check.ofPorts("fdb-size", NetworkChecks::tables),
            Check.ofPorts("duplicate-address", NetworkChecks::duplicates));

    private static final double NEARLY_FULL = 0.9;

    private NetworkChecks() {}

    private static void members(Examination look) {
        for (NetworkConfig network : look.networks()) {
            List<PortView> members = look.allPorts().stream()
                    .filter(port -> look.config().carries(port.config(), network.name()))
                    .filter(port -> !look.isAnalysis(port) && !look.isInQuarantine(port))
                    .filter(port -> port.status() == Status.UP || port.status() == Status.WAITING)
                    .toList();
            if (members.size() == 1 && members.get(0).status() == Status.UP) {
                PortView only = members.get(0);
                look.warning(
                        "network " + network.name(),
                        "port " + only.config().name()
                                + " is the only one in it that is open: its frames have nowhere to go" + " (no-egress)",
                        "put the other port into the same network: tapswitch port set OTHER network=" + network.name()
                                + "; which port is where: tapswitch port list");
            }
        }
        if (look.isQuiet()) {
            look.ok("networks", "each port that is up has another one to talk to");
        }
    }

    private static void tables(Examination look) {
        for (NetworkConfig network : look.networks()) {
            int learned = look.state().learned(network.name());
            if (learned >= NEARLY_FULL * network.maxLearned()) {
                look.warning(
                        "network " + network.name(),
                        "its forwarding table has learned " + Words.count(learned) + " of at most "
                                + Words.count(network.maxLearned())
                                + " stations: once it is full, stations of the port with the most of them are forgotten,"
                                + " and frames to them flooded",
                        "find a port that makes them up: tapswitch fdb list " + network.name()
                                + ", and limit it: tapswitch port set PORT maxLearned=100; are there so many: tapswitch"
                                + " network set " + network.name() + " maxLearned="
                                + 2 * (long) network.maxLearned());
            }
        }
        look.ports().forEach(port -> ownLimit(look, port));
        if (look.isQuiet()) {
            look.ok("networks", "their forwarding tables have room");
        }
    }

    private static void ownLimit(Examination look, PortView port) {
        Integer limit = port.config().maxLearned();
        if (limit == null) {
            return;
        }
        for (NetworkConfig network : look.config().networks()) {
            if (look.config().carries(port.config(), network.name())
                    && look.state().learned(network.name(), port.config().name()) >= limit) {
                look.warning(
                        Examination.subject(port),
                        "it has learned the " + limit + " stations that it may in network " + network.name()
                                + ": each new one pushes an old one out, and frames to that one are flooded",
                        "is each of them real: tapswitch fdb list " + network.name() + " --port "
                                + port.config().name() + "; then: tapswitch port set "
                                + port.config().name() + " maxLearned=" + 2L * limit);
            }
        }
    }

    private static void duplicates(Examination look) {
        for (Roaming station : look.state().roaming()) {
            boolean isAsked = !look.isOfOnePort()
                    || look.ports().stream().anyMatch(port -> station.ports()
                            .contains(port.config().name()));
            if (isAsked) {
                duplicate(look, station);
            }
        }
        if (look.isQuiet()) {
            look.ok("stations", "none goes to and fro between ports");
        }
    }

    private static void duplicate(Examination look, Roaming station) {
        String mac = MacAddress.format(station.mac());
        look.problem(
                "station " + mac + " in network " + station.network(),
                "it moved " + station.moves() + " times within " + MoveWatch.WINDOW.toMinutes()
                        + " minutes, between ports "
                        + Words.names(station.ports())
                        + ": two machines have the same MAC address, often a copied virtual machine, or frames come back by"
                        + " a loop; each loses frames to the other",
                "give one of them another address (a copied VM: a new one in its definition); if both ports lead to one"
                        + " Ethernet, pull one: tapswitch port set PORT enabled=false; see who it is: tapswitch capture "
                        + station.ports().get(0) + " --filter 'ether src " + mac + "' --print");
    }
}
