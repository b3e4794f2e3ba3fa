package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.linux.DatagramPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SystemdTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PID = 42;

    @TempDir
    private Path directory;

    private String address;
    private DatagramPeer manager;
    private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
    private final AtomicReference<String> status = new AtomicReference<>("1 port: 1 up");

    @BeforeEach
    void listen() throws IOException {
        address = directory.resolve("notify").toString();
        manager = new DatagramPeer("unix:" + address);
    }

    @AfterEach
    void stopListening() {
        manager.close();
    }

    private String heard() throws IOException {
        byte[] bytes = manager.receive(PATIENCE);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private Systemd systemd(Map<String, String> watchdog) {
        Map<String, String> environment = new HashMap<>(watchdog);
        environment.put("NOTIFY_SOCKET", address);
        return Systemd.of(environment, PID);
    }

    private void ready(Systemd systemd) {
        systemd.ready(patience -> trouble.get(), status::get);
    }

    @Test
    void saysThatTheDaemonIsReadyAndThatItStops() throws IOException {
        try (Systemd systemd = systemd(Map.of())) {
            ready(systemd);
            assertThat(heard()).isEqualTo("READY=1\nSTATUS=1 port: 1 up");
            systemd.stopping();
            assertThat(heard()).isEqualTo("STOPPING=1\nSTATUS=stopping");
        }
    }

    @Test
    void feedsTheWatchdogOnlyWhileEverythingWorks() throws IOException {
        try (Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "40000", "WATCHDOG_PID", "" + PID))) {
            ready(systemd);
            assertThat(heard()).startsWith("READY=1");
            assertThat(heard()).isEqualTo("WATCHDOG=1");
            assertThat(heard()).isEqualTo("WATCHDOG=1");
            trouble.set(Optional.of("event loop 0 has been silent for 20000 ms"));
            while (manager.receive(Duration.ofMillis(500)) != null) {
                // One may have been under way.
            }
            trouble.set(Optional.empty());
            assertThat(heard()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void tellsWhatChanged() throws IOException {
        try (Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "40000"))) {
            ready(systemd);
            status.set("2 ports: 1 up, 1 waiting");
            String last = heard();
            while (last.equals("WATCHDOG=1") || last.startsWith("READY=1")) {
                last = heard();
            }
            assertThat(last).isEqualTo("STATUS=2 ports: 1 up, 1 waiting");
        }
    }

    @Test
    void leavesTheWatchdogOfAnotherProcessAlone() throws IOException {
        try (Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "40000", "WATCHDOG_PID", "" + (PID + 1)))) {
            ready(systemd);
            assertThat(heard()).startsWith("READY=1");
            assertThat(manager.receive(Duration.ofMillis(200))).isNull();
        }
    }

    @Test
    void saysInOneLineWhyTheDaemonDoesNotRun() throws IOException {
        try (Systemd systemd = systemd(Map.of())) {
            systemd.failed("the file\nis wrong");
            assertThat(heard()).isEqualTo("STATUS=the file is wrong");
        }
    }

    @Test
    void goesOnWithoutAServiceManagerOrWithOneThatIsGone() throws IOException {
        for (Map<String, String> environment : List.of(
                Map.<String, String>of(),
                Map.of("NOTIFY_SOCKET", "vsock:2:1"),
                Map.of("NOTIFY_SOCKET", directory + "/nobody", "WATCHDOG_USEC", "soon"))) {
            try (Systemd systemd = Systemd.of(environment, PID)) {
                ready(systemd);
                systemd.stopping();
                systemd.failed("for no reason");
            }
        }
        assertThat(manager.receive(Duration.ofMillis(50))).isNull();
    }
}
