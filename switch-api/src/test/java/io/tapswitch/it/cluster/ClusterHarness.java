package io.tapswitch.it.cluster;

import io.tapswitch.it.Await;
import io.tapswitch.it.vxlan.Family;
import io.tapswitch.it.vxlan.Site;
import io.tapswitch.it.vxlan.Underlay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Hosts of one cluster on one underlay, the first of which has the number 1, and ways to cut them off from each other. What
 * is cut is lost without a word, as on a wire.
 */
final class ClusterHarness implements AutoCloseable {
    /** How long anything of this machine may take that is measured in less. */
    static final int PATIENCE_SECONDS = 60;

    /** Of the cluster. */
    static final String NAME = "it";

    private static final int MTU = 1600;
    private static final int LOST = 100;
    private static final String NOWHERE = "192.0.2.254";
    private static final String NOBODY = "02:00:00:00:de:ad";

    private final Underlay underlay = new Underlay(MTU);
    private final List<ClusterHost> hosts = new ArrayList<>();
    private final Path directory;
    private final List<String> members;
    private final List<String> options;

    /**
     * Makes an underlay without hosts.
     *
     * @param members the numbers of the hosts that all others are told of
     * @param options for all daemons, such as {@code --cluster-no-encryption}
     */
    ClusterHarness(List<Integer> members, String... options) throws IOException {
        try {
            directory = Files.createTempDirectory("tapswitch-cluster");
            Path secret = directory.resolve("secret");
            Files.createFile(
                    secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(secret, "a secret of tests that nobody else has: 0123456789\n");
        } catch (IOException | RuntimeException e) {
            underlay.close();
            throw e;
        }
        this.members = members.stream().map(number -> "192.0.2." + number).toList();
        this.options = List.of(options);
    }

    /** Starts hosts of one role beside those that are there, the numbers in order, and waits until they have joined. */
    ClusterHarness start(String role, int count) throws Exception {
        try {
            List<ClusterHost> started = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                started.add(add(role).launch());
            }
            for (ClusterHost host : started) {
                host.ready();
            }
            for (ClusterHost host : started) {
                awaitJoined(host);
            }
            return this;
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    /** Adds a host without a daemon that runs. */
    ClusterHost add(String role) {
        Site site = underlay.site(hosts.size() + 1);
        site.host().ip("neigh replace " + NOWHERE + " lladdr " + NOBODY + " dev " + Site.DEVICE + " nud permanent");
        site.host().ip("route add default via " + NOWHERE + " dev " + Site.DEVICE + " table " + LOST);
        List<String> all = new ArrayList<>(List.of(
                "--cluster-name=" + NAME,
                "--cluster-secret-file=" + directory.resolve("secret"),
                "--cluster-host=" + ClusterHost.name(site.number()),
                "--cluster-role=" + role,
                "--cluster-members=" + String.join(",", members)));
        all.add((role.equals("client") ? "--cluster-vtep=" : "--cluster-bind=") + site.address(Family.V4));
        all.addAll(options);
        ClusterHost host = new ClusterHost(site, directory.resolve(ClusterHost.name(site.number())), all);
        hosts.add(host);
        return host;
    }

    Underlay underlay() {
        return underlay;
    }

    /** The host with a number. */
    ClusterHost host(int number) {
        return hosts.get(number - 1);
    }

    List<ClusterHost> hosts() {
        return hosts;
    }

    /** Waits until a host has read what the others say. */
    static void awaitJoined(ClusterHost host) throws Exception {
        Await.until(
                host + " has joined",
                PATIENCE_SECONDS,
                () -> host.cluster().path("state").asText().equals("joined"));
    }

    /** Waits until a host knows a network. */
    static void awaitNetwork(ClusterHost host, String network) throws Exception {
        Await.until(host + " has network " + network, PATIENCE_SECONDS, () -> !host.find("networks/" + network)
                .isMissingNode());
    }

    /** Waits until each of some hosts hears the VTEPs of the others, with which it has a network in common. */
    static void awaitMesh(ClusterHost... among) throws Exception {
        for (ClusterHost one : among) {
            for (ClusterHost other : among) {
                if (one != other) {
                    awaitReaches(one, other);
                }
            }
        }
    }

    /** Waits until a host hears another one's VTEP. */
    static void awaitReaches(ClusterHost one, ClusterHost other) throws Exception {
        Await.until(
                one + " reaches " + other + ": " + one.get("hosts"),
                PATIENCE_SECONDS,
                () -> one.portTo(other).path("state").path("status").asText().equals("up"));
    }

    /** Loses what one host sends to another one, and nothing that comes from there. */
    static void cutOneWay(ClusterHost from, ClusterHost to, Traffic what) {
        what.selectors().forEach(selector -> from.site()
                .host()
                .ip("rule add pref " + LOST + " to " + to.address() + selector + " lookup " + LOST));
    }

    /** Loses all that goes from any of some hosts to any of some others, and back. */
    static void cut(List<ClusterHost> some, List<ClusterHost> others, Traffic what) {
        for (ClusterHost one : some) {
            for (ClusterHost other : others) {
                cutOneWay(one, other, what);
                cutOneWay(other, one, what);
            }
        }
    }

    /** Ends all cuts. */
    void heal() {
        for (ClusterHost host : hosts) {
            String rules = host.site().host().ip("rule show pref " + LOST);
            rules.lines().forEach(rule -> host.site().host().ip("rule del pref " + LOST));
        }
    }

    /** Milliseconds until a condition holds, looking at it some 50 times a second; fails after {@value #PATIENCE_SECONDS} s. */
    static long millisUntil(String what, Check condition) throws Exception {
        long begin = System.nanoTime();
        Await.until(what, PATIENCE_SECONDS, () -> {
            boolean holds = condition.holds();
            if (!holds) {
                Thread.sleep(20);
            }
            return holds;
        });
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    /** Something to wait for. */
    @FunctionalInterface
    interface Check {
        boolean holds() throws Exception;
    }

    /** What the daemons have logged, for a test that fails. */
    String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        for (ClusterHost host : hosts) {
            all.append("--- ").append(host).append('\n').append(host.log());
        }
        return all.toString();
    }

    @Override
    public void close() {
        hosts.forEach(ClusterHost::close);
        underlay.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new AssertionError("cannot clean up", e);
        }
    }
}
