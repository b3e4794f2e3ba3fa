package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.it.TestHost;
import io.tapswitch.linux.Privileges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with a daemon each and an overlay between them: faults are made from outside, and named. */
@Timeout(value = 120)
class DoctorIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private static Path directory;

    private static TestHost east;
    private static TestHost west;
    private static TestHost guest;
    private static TestDaemon eastern;
    private static TestDaemon western;

    @BeforeAll
    static void start() throws Exception {
        Privileges.assumeRootAndTun();
        east = new TestHost();
        west = new TestHost();
        guest = new TestHost();
        east.ip("link add eth0 mtu 1600 type veth peer name eth0 mtu 1600 netns " + west.namespace());
        eastern = host("east", east, "10.73.0.1", "10.73.0.2");
        western = host("west", west, "10.73.0.2", "10.73.0.1");
        eastern.awaitReady();
        western.awaitReady();
    }

    private static TestDaemon host(String name, TestHost host, String own, String other) throws Exception {
        host.ip("address add " + own + "/24 dev eth0");
        host.ip("link set eth0 up");
        Path home = Files.createDirectory(directory.resolve(name));
        Path config = Files.writeString(home.resolve("tapswitch.yaml"), """
                networks: [{name: blue, vni: 7}]
                ports:
                - {name: web1, type: tap, network: blue, tap: {interface: %s0, namespace: %s, addresses: [10.0.0.%s/24]}}
                - {name: other, type: vxlan, network: blue, vxlan: {remote: %s, local: %s}}
                """.formatted(
                        name, guest.namespace(), own.substring(own.length() - 1), other, own));
        return TestDaemon.launch(home, host.namespace(), Map.of(), List.of("--config=" + config));
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable part : new AutoCloseable[] {eastern, western, east, west, guest}) {
            close(part);
        }
    }

    private static void close(AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<JsonNode> find(TestDaemon daemon, String check) throws Exception {
        JsonNode findings =
                daemon.request("GET", "/api/v1/doctor?seconds=1", null).body();
        for (JsonNode finding : findings) {
            if (finding.path("check").asText().equals(check)) {
                return Optional.of(finding);
            }
        }
        return Optional.empty();
    }

    /** Waits until a check finds what it should, or nothing any more. */
    private static String await(TestDaemon daemon, String check, String result) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Optional<JsonNode> finding = find(daemon, check);
        while (!finding.map(now -> now.path("result").asText().equals(result)).orElse(false)
                && System.nanoTime() < deadline) {
            finding = find(daemon, check);
        }
        assertThat(finding)
                .hasValueSatisfying(
                        last -> assertThat(last.path("result").asText()).isEqualTo(result));
        return finding.orElseThrow().path("text").asText();
    }

    @Test
    void namesAnInterfaceThatDoesNotFit() throws Exception {
        await(eastern, "interface-mtu", "ok");
        guest.ip("link set east0 mtu 1300");
        assertThat(await(eastern, "interface-mtu", "warning"))
                .contains("its interface east0 has an MTU of 1300, and network blue one of 1500");
        guest.run("ethtool", "-K", "east0", "tso", "off");
        assertThat(await(eastern, "offloads", "warning"))
                .contains("segmentation offload of its interface east0 is off");
        guest.ip("link set east0 down");
        assertThat(await(eastern, "interface-link", "problem")).contains("east0 is down");

        guest.run("ethtool", "-K", "east0", "tso", "on");
        guest.ip("link set east0 mtu 1500 up");
        await(eastern, "interface-mtu", "ok");
        await(eastern, "offloads", "ok");
        await(eastern, "interface-link", "ok");
    }

    @Test
    void namesTheDirectionThatIsCut() throws Exception {
        await(eastern, "peers", "ok");
        await(western, "peers", "ok");

        west.ip("route add blackhole 10.73.0.1/32");

        assertThat(await(eastern, "peers", "problem")).contains("VTEP 10.73.0.2 answered before and is silent");
        assertThat(await(western, "peers", "problem"))
                .contains("VTEP 10.73.0.1 no longer answers", "but what it sends arrives here");
        west.ip("route del blackhole 10.73.0.1/32");
        await(eastern, "peers", "ok");
    }
}
