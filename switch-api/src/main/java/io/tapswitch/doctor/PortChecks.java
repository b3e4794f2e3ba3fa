package io.tapswitch.doctor;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.config.FloodConfig;
import io.tapswitch.config.PortConfig;
import io.tapswitch.config.QuarantineConfig;
import java.util.List;

/** How ports are, and what their own settings keep from them. */
final class PortChecks {
    static final List<Check> ALL = List.of(
            Check.ofPorts("port-state", PortChecks::states), Check.ofPorts("port-settings", PortChecks::settings));

    private PortChecks() {}

    private static void states(Examination look) {
        look.ports().forEach(port -> state(look, port));
        if (look.ports().isEmpty()) {
            look.ok("this host", "there are no ports yet; make one with: tapswitch port add");
        } else if (look.isQuiet()) {
            look.ok(
                    "ports",
                    look.ports().size() == 1
                            ? "it is up"
                            : "all " + look.ports().size() + " are up");
        }
    }

    private static void state(Examination look, PortView port) {
        String name = port.config().name();
        Explained why = Explained.of(port.reason() == null ? "no reason is known" : port.reason());
        if (port.status() == Status.FAILED) {
            look.problem(
                    Examination.subject(port),
                    "it has failed, and no frame passes: " + why.reason(),
                    why.fixOr("mend what it says")
                            + "; the port comes back by itself within seconds, see: tapswitch port" + " show " + name);
        } else if (port.status() == Status.WAITING && port.remote() == null) {
            look.warning(
                    Examination.subject(port),
                    "it is open and " + port.reason() + ": until then no frame passes",
                    remedy(port));
        } else if (port.status() == Status.DISABLED) {
            look.warning(
                    Examination.subject(port),
                    "it is switched off: every frame from it is dropped as port-disabled, and none leaves by it",
                    "tapswitch port set " + name + " enabled=true");
        }
    }

    private static String remedy(PortView port) {
        return switch (port.config().type()) {
            case "stream" ->
                "start the virtual machine or program at the other end, with the same address in its own configuration;"
                        + " who listens there: ss -xl, ss -tl";
            case "dgram" ->
                "start the virtual machine or program at the other end, with the two addresses the other way"
                        + " round in its own configuration";
            case "interface" ->
                FarSide.of(port).command("ip -d link show " + FarSide.of(port).interfaceName())
                        + "; up with: ip link set " + FarSide.of(port).interfaceName()
                        + " up; no carrier on a TAP means that its virtual machine does not run";
            default ->
                "see what it says, and: tapswitch port show " + port.config().name();
        };
    }

    private static void settings(Examination look) {
        for (PortView port : look.ports()) {
            if (port.config().enabled()) {
                floods(look, port);
                locked(look, port);
                isolated(look, port);
                quarantined(look, port);
            }
        }
        if (look.isQuiet()) {
            look.ok("ports", "no setting keeps frames from them by mistake, as far as can be told");
        }
    }

    private static void floods(Examination look, PortView port) {
        FloodConfig flood = port.config().flood();
        String name = port.config().name();
        if (!flood.broadcast()) {
            look.warning(
                    Examination.subject(port),
                    "it takes no flooded broadcasts: no ARP request and no DHCP reaches who is behind it, and others do"
                            + " not find it",
                    "unless that is meant: tapswitch port set " + name + " flood.broadcast=true");
        }
        if (!flood.multicast()) {
            look.warning(
                    Examination.subject(port),
                    "it takes no flooded multicasts: IPv6 finds no neighbour behind it, since neighbour discovery is"
                            + " multicast",
                    "unless that is meant: tapswitch port set " + name + " flood.multicast=true");
        }
    }

    private static void locked(Examination look, PortView port) {
        PortConfig config = port.config();
        boolean hasStations =
                look.config().fdb().stream().anyMatch(entry -> entry.port().equals(config.name()));
        if (config.locked() && !hasStations) {
            look.warning(
                    Examination.subject(port),
                    "it is locked, and no static station is entered for it: every frame from it is dropped as locked,"
                            + " unless its source has been entered otherwise",
                    "enter who may speak there: tapswitch fdb add " + config.network() + " MAC " + config.name()
                            + "; or unlock it: tapswitch port set " + config.name() + " locked=false");
        }
    }

    private static void quarantined(Examination look, PortView port) {
        if (look.isInQuarantine(port)) {
            QuarantineConfig quarantine = port.config().quarantine();
            String until = quarantine.expires() == null ? "" : " until " + quarantine.expires();
            look.warning(
                    Examination.subject(port),
                    "it is in quarantine" + until + ": only port " + quarantine.port()
                            + " gets its frames, and nobody in its networks reaches it",
                    "unless that is meant: tapswitch port release "
                            + port.config().name());
        }
    }

    private static void isolated(Examination look, PortView port) {
        List<PortView> others = look.allPorts().stream()
                .filter(other -> other != port && other.config().enabled())
                .filter(other -> other.config().network().equals(port.config().network()))
                .toList();
        boolean isCutOff = port.config().isolated()
                && !others.isEmpty()
                && others.stream().allMatch(other -> other.config().isolated());
        if (isCutOff) {
            look.warning(
                    Examination.subject(port),
                    "it is isolated, and so are all other ports of network "
                            + port.config().network() + ": nobody there can talk to anybody",
                    "leave the port to the router or gateway open: tapswitch port set PORT isolated=false");
        }
    }
}
