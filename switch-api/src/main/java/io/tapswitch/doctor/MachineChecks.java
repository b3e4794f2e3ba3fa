package io.tapswitch.doctor;

import io.tapswitch.LoopLag;
import io.tapswitch.linux.Capabilities;
import io.tapswitch.linux.Capabilities.Capability;
import io.tapswitch.linux.KernelFeatures;
import io.tapswitch.linux.KernelFeatures.Feature;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the machine and the process are able to do. */
final class MachineChecks {
    static final List<Check> ALL = List.of(
            Check.ofHost("capabilities", MachineChecks::capabilities),
            Check.ofHost("tun-device", MachineChecks::tunDevice),
            Check.ofHost("kernel-features", MachineChecks::kernelFeatures),
            Check.ofHost("event-loops", MachineChecks::eventLoops),
            Check.ofHost("open-files", MachineChecks::openFiles),
            Check.ofHost("memory", MachineChecks::memory));

    private static final String DAEMON = "the daemon";
    private static final String MACHINE = "this machine";

    /** Capabilities and the driver have checks of their own. */
    private static final Set<String> CHECKED_APART =
            Set.of(KernelFeatures.TUN, KernelFeatures.NET_ADMIN, KernelFeatures.NET_RAW, KernelFeatures.SYS_ADMIN);

    /** The unit keeps this one from the daemon in three ways, all of which the drop-in lifts. */
    private static final String ENTER_NAMESPACES =
            "run it as root; or with systemd: mkdir -p /etc/systemd/system/tapswitch.service.d, cp"
                    + " /usr/share/doc/tapswitch/examples/namespaces.conf there (it is in systemd/ of the tar.gz), then"
                    + " systemctl daemon-reload, systemctl restart tapswitch; or in a container: --cap-add SYS_ADMIN";

    private static final long SLOW_MILLIS = 100;
    private static final long HANGING_MILLIS = 3000;
    private static final double MANY = 0.8;
    private static final double MOST = 0.95;

    private MachineChecks() {}

    private static void capabilities(Examination look) throws IOException {
        Capabilities held = look.machine().capabilities();
        if (!held.has(Capability.CAP_NET_ADMIN)) {
            look.problem(
                    DAEMON,
                    "it runs without CAP_NET_ADMIN: it can make no TAP and configure no interface, so that ports of type"
                            + " tap and tun fail",
                    grant("CAP_NET_ADMIN"));
        }
        if (!held.has(Capability.CAP_NET_RAW)) {
            tellNetRaw(look, usesInterfaces(look));
        }
        boolean entersNamespaces =
                look.allPorts().stream().anyMatch(port -> FarSide.of(port).namespace() != null);
        if (entersNamespaces && !held.has(Capability.CAP_SYS_ADMIN)) {
            look.problem(
                    DAEMON,
                    "ports are to stand in other network namespaces, and it runs without CAP_SYS_ADMIN, which the kernel"
                            + " wants for entering one: these ports fail",
                    ENTER_NAMESPACES);
        }
        if (look.isQuiet()) {
            look.ok(DAEMON, "it has the capabilities that its ports need");
        }
    }

    private static boolean usesInterfaces(Examination look) {
        return look.allPorts().stream().anyMatch(port -> port.config().type().equals("interface"));
    }

    private static void tellNetRaw(Examination look, boolean isNeeded) {
        String text = "it runs without CAP_NET_RAW: ports of type interface fail";
        if (isNeeded) {
            look.problem(DAEMON, text, grant("CAP_NET_RAW"));
        } else {
            look.warning(DAEMON, text + ", of which there are none now", grant("CAP_NET_RAW"));
        }
    }

    private static String grant(String capability) {
        return "run it as root; or with systemd: systemctl edit tapswitch, there [Service] and AmbientCapabilities="
                + capability + ", then systemctl restart tapswitch; or in a container: --cap-add "
                + capability.substring("CAP_".length());
    }

    private static void tunDevice(Examination look) {
        try {
            look.machine().openTun();
            look.ok(MACHINE, "/dev/net/tun opens");
        } catch (IOException e) {
            Explained explained = Explained.of(e);
            look.problem(
                    MACHINE,
                    "no TAP can be made, so that ports of type tap and tun fail: " + explained.reason(),
                    explained.fixOr("modprobe tun, and see that the daemon may open /dev/net/tun"));
        }
    }

    private static void kernelFeatures(Examination look) {
        for (Feature feature : look.machine().features()) {
            if (!feature.available() && !CHECKED_APART.contains(feature.name())) {
                look.warning(
                        MACHINE,
                        "the kernel does not give the switch " + feature.name() + ": " + feature.detail(),
                        "frames pass, some slower; a newer kernel has it. See all with: tapswitch status");
            }
        }
        if (look.isQuiet()) {
            look.ok(MACHINE, "the kernel has all that the switch has a use for");
        }
    }

    private static void eventLoops(Examination look) {
        for (LoopLag.Reading loop : look.state().loopLag()) {
            long silent = TimeUnit.NANOSECONDS.toMillis(loop.silentNanos());
            long late = TimeUnit.NANOSECONDS.toMillis(loop.lastNanos());
            if (silent > HANGING_MILLIS) {
                look.problem(
                        "event loop " + loop.loop(),
                        "it hangs: it has done nothing for " + silent + " ms, and the frames of its ports are lost",
                        "have it say what it does: kill -QUIT "
                                + ProcessHandle.current().pid()
                                + "; journalctl -u tapswitch > threads.txt; then systemctl restart tapswitch, and report"
                                + " it with that file");
            } else if (late > SLOW_MILLIS) {
                look.warning(
                        "event loop " + loop.loop(),
                        "it comes " + late + " ms late to its work (at most "
                                + TimeUnit.NANOSECONDS.toMillis(loop.maxNanos())
                                + " ms since the start): frames wait and some get lost; the processor has too much to"
                                + " do",
                        "see who uses the processor with: top -H; give the daemon more of it, or the machine");
            }
        }
        if (look.isQuiet()) {
            look.ok(DAEMON, "its event loops run in time");
        }
    }

    private static void openFiles(Examination look) {
        long open = look.machine().openFiles();
        long most = look.machine().maxOpenFiles();
        double share = (double) open / Math.max(1, most);
        String text = "it has " + open + " files open and may have " + most
                + "; a port takes one to ten, and without any left no port opens and no client is answered";
        String fix =
                "systemctl edit tapswitch, there [Service] and LimitNOFILE=1048576, then systemctl restart tapswitch;"
                        + " started by hand: ulimit -n 1048576";
        if (share > MOST) {
            look.problem(DAEMON, text, fix);
        } else if (share > MANY) {
            look.warning(DAEMON, text, fix);
        } else {
            look.ok(DAEMON, "it has " + open + " of at most " + most + " files open");
        }
    }

    private static void memory(Examination look) {
        double use = look.machine().heapUse();
        String percent = Math.round(use * 100) + " %";
        if (use > MANY) {
            look.warning(
                    DAEMON,
                    percent + " of its heap is in use: collecting garbage takes more and more time, and frames wait for"
                            + " it",
                    "give it more: systemctl edit tapswitch, there [Service] and Environment=TAPSWITCH_JAVA_OPTS=-Xmx1g, then"
                            + " systemctl restart tapswitch");
        } else {
            look.ok(DAEMON, percent + " of its heap is in use");
        }
    }
}
