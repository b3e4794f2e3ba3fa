package io.tapswitch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.PortView;
import io.tapswitch.PortView.Status;
import io.tapswitch.port.DropReason;
import io.tapswitch.port.PortCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two networks of one switch, with a host in each, joined by a cable of datagrams: from one port straight to another, or
 * through QEMU's own {@code -netdev dgram}.
 */
@NeedsTap
class DgramIT {
    private static final long BULK = 16L << 20;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private TestSwitch net;
    private TestPort a;
    private TestPort b;

    @BeforeEach
    void twoHosts() {
        net = new TestSwitch();
        net.network("name: left");
        net.network("name: right");
        a = host("a", "left", 1);
        b = host("b", "right", 2);
    }

    private TestPort host(String name, String network, int number) {
        String addresses = "[10.83.0." + number + "/24, 'fd83::" + number + "/64']";
        return net.port(
                name, new TestHost().enableIpv6(), "network: " + network + ", tap: {addresses: " + addresses + "}");
    }

    @AfterEach
    void close() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        net.close();
    }

    private String address(String kind, int number) {
        return kind.equals("unix") ? "unix:" + directory.resolve("s" + number) : kind + (17_500 + number);
    }

    private void port(String name, String network, String local, String remote) {
        net.add("name: " + name + ", network: " + network + ", type: dgram, dgram: {local: '" + local + "', remote: '"
                + remote + "'}");
    }

    private PortView view(String port) {
        return net.service().port(port);
    }

    private void awaitStatus(String port, Status status) throws Exception {
        Await.until(port + " is " + status, 5, () -> view(port).status() == status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "udp:127.0.0.1:", "udp:[::1]:"})
    void carriesTcpAndUdpBothWays(String kind) throws Exception {
        port("p", "left", address(kind, 1), address(kind, 2));
        if (kind.equals("unix")) {
            assertThat(view("p").status()).isEqualTo(Status.WAITING);
            assertThat(view("p").reason()).isEqualTo("waits for somebody at " + address(kind, 2));
        }
        port("q", "right", address(kind, 2), address(kind, 1));
        awaitStatus("p", Status.UP);
        awaitStatus("q", Status.UP);
        assertThat(a.host().ping("10.83.0.2", 5)).isEqualTo(5);
        Transfer.tcp(a.host(), b.host(), "10.83.0.2", BULK);
        Transfer.tcp(b.host(), a.host(), "fd83::1", BULK);
        Transfer.udp(a.host(), b.host(), "fd83::2", 0, 1, 1451, 1452);
        PortCounters counters = view("q").counters();
        assertThat(counters.sum(PortCounters.RX_BYTES) / counters.sum(PortCounters.RX_FRAMES))
                .as("frames on the cable are wire frames")
                .isLessThanOrEqualTo(1514);
        assertThat(view("p").counters().drops().keySet())
                .as("the last two only before the other is there")
                .isSubsetOf(
                        DropReason.EGRESS_FULL,
                        DropReason.NO_EGRESS,
                        DropReason.EGRESS_DOWN,
                        DropReason.UNKNOWN_SENDER);
    }

    @Test
    void forgetsTheStationsOfAPeerThatLeftAndFindsItAgain() throws Exception {
        port("p", "left", address("unix", 1), address("unix", 2));
        port("q", "right", address("unix", 2), address("unix", 1));
        awaitStatus("p", Status.UP);
        awaitStatus("q", Status.UP);
        assertThat(a.host().ping("10.83.0.2", 1)).isOne();
        String station = net.fdb("left").entrySet().stream()
                .filter(entry -> entry.getValue().equals("p dynamic"))
                .findFirst()
                .orElseThrow()
                .getKey();
        net.apply(config -> config.withoutPort("q"));
        awaitStatus("p", Status.WAITING);
        Await.until("it is forgotten", 5, () -> !net.fdb("left").containsKey(station));
        port("q", "right", address("unix", 2), address("unix", 1));
        awaitStatus("p", Status.UP);
        awaitStatus("q", Status.UP);
        assertThat(a.host().ping("10.83.0.2", 5)).isEqualTo(5);
    }

    @Test
    void makesItsSocketAgainWhenTheFileIsLost() throws Exception {
        port("p", "left", address("unix", 1), address("unix", 2));
        port("q", "right", address("unix", 2), address("unix", 1));
        Files.delete(directory.resolve("s1"));
        Await.until("its file is back", 10, () -> Files.exists(directory.resolve("s1")));
        awaitStatus("p", Status.UP);
        awaitStatus("q", Status.UP);
        Await.until("frames pass", 5, () -> a.host().ping("10.83.0.2", 1) == 1);
    }

    /** QEMU without a machine: a hub that joins two of its netdevs. */
    @Test
    void speaksWithQemu() throws Exception {
        boolean there = Stream.of("/usr/bin/qemu-system-x86_64").anyMatch(path -> Files.isExecutable(Path.of(path)));
        if (!there) {
            System.out.println("SKIPPED: there is no qemu-system-x86_64 here");
        }
        Assumptions.assumeTrue(there, "needs QEMU");
        port("p", "left", address("unix", 1), address("unix", 2));
        port("q", "right", address("udp:127.0.0.1:", 3), address("udp:127.0.0.1:", 4));
        for (int restarts = 0; restarts < 2; restarts++) {
            Process qemu = qemu();
            awaitStatus("p", Status.UP);
            assertThat(a.host().ping("10.83.0.2", 5)).isEqualTo(5);
            Transfer.udp(a.host(), b.host(), "10.83.0.2", 0, 1, 1472);
            Transfer.tcp(a.host(), b.host(), "10.83.0.2", BULK / 16);
            Transfer.tcp(b.host(), a.host(), "fd83::1", BULK / 16);
            qemu.destroyForcibly().waitFor();
            awaitStatus("p", Status.WAITING);
        }
    }

    private Process qemu() throws IOException {
        Files.deleteIfExists(directory.resolve("s2"));
        Path log = directory.resolve("qemu.log");
        Process qemu = new ProcessBuilder(
                        "qemu-system-x86_64",
                        "-machine",
                        "none",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-netdev",
                        "dgram,id=a,local.type=unix,local.path=" + directory.resolve("s2")
                                + ",remote.type=unix,remote.path=" + directory.resolve("s1"),
                        "-netdev",
                        "dgram,id=b,local.type=inet,local.host=127.0.0.1,local.port=17504,"
                                + "remote.type=inet,remote.host=127.0.0.1,remote.port=17503",
                        "-netdev",
                        "hubport,id=c,hubid=0,netdev=a",
                        "-netdev",
                        "hubport,id=d,hubid=0,netdev=b")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        processes.add(qemu);
        return qemu;
    }
}
