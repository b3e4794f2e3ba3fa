package io.tapswitch.it.vxlan;

import io.tapswitch.it.Await;
import io.tapswitch.it.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Open vSwitch's VTEP, its data path in user space. It takes the underlay interface over: the addresses move to its
 * bridge {@code br-phy}, and what it encapsulates finds the way out there. A bridge for each network has a TAP, which is
 * moved to the station, and the tunnels. These are protected from one another, or it would carry frames from one to the
 * next: it has no split horizon of its own.
 */
final class OvsVtep implements Vtep {
    private static final String DAEMON = "ovs-vswitchd";
    private static final String CONTROL = "ovs-vsctl";
    private static final int UNDERLAY_MTU = 1500;

    private final Plan plan;
    private final TestHost underlay;
    private final Path directory;
    private final List<Process> daemons = new ArrayList<>();
    private final Map<Integer, Station> stations = new HashMap<>();

    OvsVtep(Plan plan) {
        assumePresent();
        this.plan = plan;
        this.underlay = plan.site().host();
        plan.remotes().forEach(Site::completeChecksums);
        directory = temporaryDirectory();
        try {
            startDaemons();
            takeOverUnderlay();
            plan.vnis().forEach(vni -> stations.put(vni, attach(vni)));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("tswi-ovs");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test, printing why, where Open vSwitch is not on the PATH. */
    static void assumePresent() {
        boolean present = folderOf(DAEMON).isPresent() && folderOf(CONTROL).isPresent() && Files.exists(schema());
        if (!present) {
            System.out.println("SKIPPED: Open vSwitch is not on the PATH (Debian: openvswitch-switch)");
        }
        Assumptions.assumeTrue(present, "needs Open vSwitch");
    }

    private static Optional<Path> folderOf(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(Path::of)
                .filter(folder -> Files.isExecutable(folder.resolve(program)))
                .findFirst();
    }

    /** Where the package has it that has the programs: {@code /bin} may be a link to {@code /usr/bin}. */
    private static Path schema() {
        try {
            Path programs = folderOf(CONTROL).orElseThrow().toRealPath();
            return programs.resolveSibling("share/openvswitch/vswitch.ovsschema");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startDaemons() {
        Path database = directory.resolve("conf.db");
        TestHost.execute("ovsdb-tool", "create", database.toString(), schema().toString());
        daemon("ovsdb-server", database.toString(), "--remote=p" + database());
        configure("init");
        daemon(DAEMON, database());
    }

    private String database() {
        return "unix:" + directory.resolve("db.sock");
    }

    private void daemon(String name, String... arguments) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", underlay.namespace(), name));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--no-chdir", "--unixctl=" + directory.resolve(name + ".ctl")));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        for (String variable : List.of("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")) {
            builder.environment().put(variable, directory.toString());
        }
        try {
            daemons.add(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code ovs-vsctl}, the arguments separated by spaces; waits until the daemon has done what they say. */
    private void configure(String arguments) {
        String wait = daemons.size() < 2 ? "--no-wait " : "";
        TestHost.execute(
                (CONTROL + " --db=" + database() + " --retry --timeout=10 " + wait + "-- " + arguments).split(" "));
    }

    private void takeOverUnderlay() {
        underlay.ip("address flush dev " + Site.DEVICE);
        configure("add-br br-phy -- set bridge br-phy datapath_type=netdev -- add-port br-phy " + Site.DEVICE);
        underlay.inside(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/br-phy/disable_ipv6"), "0"));
        plan.site().addAddresses("br-phy");
        underlay.ip("link set br-phy up");
    }

    private Station attach(int vni) {
        String bridge = "br" + vni;
        String tap = "st" + vni;
        StringBuilder commands = new StringBuilder("add-br " + bridge + " -- set bridge " + bridge
                + " datapath_type=netdev -- add-port " + bridge + " " + tap + " -- set interface " + tap + " type=tap");
        for (Site remote : plan.remotes()) {
            String port = "vx" + vni + "-" + remote.number();
            commands.append(" -- add-port " + bridge + " " + port + " -- set interface " + port
                    + " type=vxlan options:remote_ip=" + value(remote) + " options:local_ip=" + value(plan.site())
                    + " options:key=" + vni + " -- set port " + port + " protected=true");
        }
        configure(commands.toString());
        TestHost host = new TestHost().enableIpv6();
        underlay.ip("link set " + tap + " netns " + host.namespace());
        host.ip("link set " + tap + " mtu " + (UNDERLAY_MTU - plan.family().overhead()));
        return new Station(host, tap, plan.station(vni));
    }

    /** A colon would end the value. */
    private String value(Site site) {
        return "\"" + site.address(plan.family()) + "\"";
    }

    @Override
    public Station station(int vni) {
        return stations.get(vni);
    }

    @Override
    public void close() {
        try {
            for (int i = daemons.size() - 1; i >= 0; i--) {
                Process daemon = daemons.get(i);
                daemon.destroy();
                Await.until("a daemon of Open vSwitch ends", 10, () -> !daemon.isAlive());
            }
            for (Station station : stations.values()) {
                station.close();
                station.host().close();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
