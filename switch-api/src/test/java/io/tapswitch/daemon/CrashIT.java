package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.linux.Privileges;
import io.tapswitch.linux.Shell;
import io.tapswitch.linux.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a daemon that is killed at a moment of nobody's choosing. */
class CrashIT {
    private static final int ROUNDS = 50;
    private static final int NAMES = 10;

    @TempDir
    Path directory;

    private final Random random = new Random(42);
    private final Set<String> acknowledged = new TreeSet<>();
    private volatile String inFlight;

    @BeforeAll
    static void needsRoot() {
        Privileges.assumeRootAndTun();
    }

    @Test
    void killedFiftyTimesUnderLoadItLosesNothingAcknowledgedAndLeavesNothingBehind() throws Exception {
        Set<String> namespacesBefore = namespaces();
        try (TestNamespace left = new TestNamespace();
                TestNamespace right = new TestNamespace()) {
            AtomicInteger changes = new AtomicInteger();
            for (int round = 0; round < ROUNDS; round++) {
                try (TestDaemon daemon = TestDaemon.start(directory)) {
                    assertNothingLost(daemon);
                    if (round == 0) {
                        create(daemon, "left", left, "10.98.0.1/24");
                        create(daemon, "right", right, "10.98.0.2/24");
                    }
                    killUnderLoad(daemon, left, changes);
                }
                assertThat(left.links()).as("devices after kill -9").containsExactly("lo");
                assertThat(right.links()).as("devices after kill -9").containsExactly("lo");
            }
            assertThat(changes.get()).as("acknowledged changes in all").isGreaterThan(ROUNDS);
            System.out.println("CrashIT: " + ROUNDS + " kills, " + changes + " acknowledged changes, none lost");
        }
        assertThat(namespaces()).isEqualTo(namespacesBefore);
    }

    @Test
    void aTapForAMachineStaysUnderAKilledDaemonAndGoesWithItsPort() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            try (TestDaemon daemon = TestDaemon.start(directory)) {
                String body = "{\"name\":\"vm1\",\"type\":\"interface\",\"interface\":{\"createTap\":true,"
                        + "\"namespace\":\"" + namespace.name() + "\"}}";
                expect(201, daemon.request("POST", "/api/v1/ports", body));
                daemon.kill();
            }
            assertThat(namespace.links()).as("devices after kill -9").containsExactly("lo", "vm1");
            int index = namespace.link("vm1").path("ifindex").asInt();
            try (TestDaemon daemon = TestDaemon.start(directory)) {
                assertThat(daemon.ports("waiting")).containsExactly("vm1");
                assertThat(namespace.link("vm1").path("ifindex").asInt()).isEqualTo(index);
                expect(204, daemon.request("DELETE", "/api/v1/ports/vm1", null));
                assertThat(namespace.links()).containsExactly("lo");
            }
        }
    }

    private void killUnderLoad(TestDaemon daemon, TestNamespace left, AtomicInteger changes) throws Exception {
        Process traffic = new ProcessBuilder(
                        ("ip netns exec " + left.name() + " ping -q -i 0.002 10.98.0.2").split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Thread load = new Thread(() -> changeUntilItDies(daemon, left, changes), "load");
        load.start();
        Thread.sleep(50 + random.nextInt(250));
        daemon.kill();
        load.join(TimeUnit.SECONDS.toMillis(60));
        traffic.destroy();
        traffic.waitFor();
        assertThat(load.isAlive()).isFalse();
    }

    private void changeUntilItDies(TestDaemon daemon, TestNamespace namespace, AtomicInteger changes) {
        try {
            while (true) {
                String name = "c" + random.nextInt(NAMES);
                inFlight = name;
                if (acknowledged.contains(name)) {
                    expect(204, daemon.request("DELETE", "/api/v1/ports/" + name, null));
                    acknowledged.remove(name);
                } else {
                    create(daemon, name, namespace, "10.98.1." + (1 + random.nextInt(250)) + "/32");
                }
                inFlight = null;
                changes.incrementAndGet();
            }
        } catch (IOException | InterruptedException e) {
            // The daemon is gone: what was in flight may have been done or not.
        }
    }

    private void create(TestDaemon daemon, String name, TestNamespace namespace, String address)
            throws IOException, InterruptedException {
        expect(
                201,
                daemon.request(
                        "POST",
                        "/api/v1/ports",
                        "{\"name\":\"" + name + "\",\"type\":\"tap\",\"tap\":{\"interface\":\"" + name
                                + "\",\"namespace\":\"" + namespace.name() + "\",\"addresses\":[\"" + address
                                + "\"]}}"));
        acknowledged.add(name);
    }

    private static void expect(int status, TestDaemon.Answer answer) {
        assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(status);
    }

    private void assertNothingLost(TestDaemon daemon) throws Exception {
        Set<String> present = new TreeSet<>(daemon.ports("up"));
        assertThat(daemon.ports("failed")).isEmpty();
        assertThat(present).isEqualTo(new TreeSet<>(savedPorts()));
        if (inFlight != null) {
            if (present.contains(inFlight)) {
                acknowledged.add(inFlight);
            } else {
                acknowledged.remove(inFlight);
            }
            inFlight = null;
        }
        assertThat(present).isEqualTo(acknowledged);
    }

    private Set<String> savedPorts() throws IOException {
        Path file = directory.resolve("state/state.json");
        Set<String> names = new TreeSet<>();
        if (Files.exists(file)) {
            JsonNode state = new ObjectMapper().readTree(file.toFile());
            state.path("ports").forEach(port -> names.add(port.path("name").asText()));
        }
        return names;
    }

    private static Set<String> namespaces() {
        return new TreeSet<>(Shell.run("ip netns list").lines().toList());
    }
}
