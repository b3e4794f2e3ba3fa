package io.tapswitch.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.linux.DatagramPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonRunTest {
    @TempDir
    private Path directory;

    private final List<String> complaints = new ArrayList<>();

    private int run(Path file, Map<String, Object> options) {
        return DaemonRun.run(file, options, "info", false, complaints::add);
    }

    @Test
    void aWrongConfigurationIsOneLineAndExitCode2() throws IOException {
        Path file = Files.writeString(directory.resolve("wrong.yaml"), "api: {listen: '0.0.0.0:80'}");
        assertThat(run(file, Map.of())).isEqualTo(2);
        assertThat(complaints)
                .singleElement()
                .asString()
                .startsWith(file + ": api.listen: ")
                .contains("needs TLS");
    }

    @Test
    void aWrongOptionIsNamedAsItWasWritten() throws IOException {
        Path file = Files.writeString(directory.resolve("empty.yaml"), "");
        assertThat(run(file, Map.of("api.socketMode", "9"))).isEqualTo(2);
        assertThat(run(file, Map.of("eventLoops", 99))).isEqualTo(2);
        assertThat(complaints).hasSize(2);
        assertThat(complaints.get(0)).startsWith("--api-socket-mode: '9'");
        assertThat(complaints.get(1)).startsWith("--event-loops: 99");
    }

    @Test
    void anOptionOfTheClusterIsNamedAsItWasWritten() throws IOException {
        Path file = Files.writeString(
                directory.resolve("lab.yaml"),
                "cluster: {name: lab, secretFile: /s, host: web1, bind: 192.0.2.1, members: [192.0.2.2, x]}");
        assertThat(run(file, Map.of("cluster.vtepPort", 0))).isEqualTo(2);
        assertThat(run(file, Map.of("cluster.members", List.of("192.0.2.2", "y"))))
                .isEqualTo(2);
        assertThat(run(file, Map.of("cluster.name", "lab2"))).isEqualTo(2);
        assertThat(complaints.get(0)).startsWith("--cluster-vtep-port: 0 is out of range");
        assertThat(complaints.get(1)).startsWith("--cluster-members: 'y' is no IP address");
        assertThat(complaints.get(2)).startsWith(file + ": cluster.members[1]: 'x' is no IP address");
    }

    @Test
    void aFileThatWasNamedHasToBeThere() throws IOException {
        Path missing = directory.resolve("missing.yaml");
        assertThat(run(missing, Map.of())).isEqualTo(2);
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "a: [");
        assertThat(run(broken, Map.of())).isEqualTo(2);
        assertThat(complaints.get(0)).isEqualTo(missing + ": there is no such file");
        assertThat(complaints.get(1)).startsWith(broken + ": is not valid YAML (line ");
    }

    @Test
    void whatCannotStartIsOneLineAndExitCode1() throws IOException {
        Path file = Files.writeString(directory.resolve("empty.yaml"), "");
        Path socket = Files.writeString(directory.resolve("not-a-socket"), "");
        Map<String, Object> options = Map.of(
                "stateDir",
                directory.resolve("state").toString(),
                "api.socket",
                socket.toString(),
                "api.listen",
                "none");
        assertThat(run(file, options)).isEqualTo(1);
        assertThat(complaints).singleElement().asString().contains("is not a socket");
        // Everything was closed again: the state directory is free.
        assertThat(run(file, options)).isEqualTo(1);
        assertThat(complaints.get(1)).isEqualTo(complaints.get(0));
    }

    @Test
    void aSignalEndsItInOrderWithExitCode0() throws Exception {
        Path log = directory.resolve("log");
        Path socket = directory.resolve("api.sock");
        String notify = directory.resolve("notify").toString();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.tapswitch.cli.Main",
                        "run",
                        "--state-dir=" + directory.resolve("state"),
                        "--api-socket=" + socket,
                        "--api-listen=127.0.0.1:0",
                        "--event-loops=1",
                        "--log-format=json")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("NOTIFY_SOCKET", notify);
        builder.environment().put("WATCHDOG_USEC", "8000000");
        DatagramPeer systemd = new DatagramPeer("unix:" + notify);
        Process process = builder.start();
        try (systemd) {
            assertThat(heard(systemd)).isEqualTo("READY=1\nSTATUS=0 ports");
            assertThat(heard(systemd)).isEqualTo("WATCHDOG=1");
            await(process, log, "ready after");
            assertThat(socket).exists();
            process.destroy();
            String last = heard(systemd);
            while (last.equals("WATCHDOG=1")) {
                last = heard(systemd);
            }
            assertThat(last).isEqualTo("STOPPING=1\nSTATUS=stopping");
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(socket).doesNotExist();
            assertThat(Files.readString(log))
                    .contains("TapSwitch ", "kernel: ", "stopping", "stopped")
                    .doesNotContain("Exception", "WARN");
            for (String line : Files.readAllLines(log)) {
                JsonNode event = new ObjectMapper().readTree(line);
                assertThat(event.path("timestamp").asLong()).as(line).isPositive();
                assertThat(event.path("level").asText()).as(line).isEqualTo("INFO");
                assertThat(event.path("formattedMessage").asText()).as(line).isNotEmpty();
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static String heard(DatagramPeer systemd) throws IOException {
        return new String(systemd.receive(Duration.ofSeconds(40)), StandardCharsets.UTF_8);
    }

    private static void await(Process process, Path log, String words) throws Exception {
        while (!Files.readString(log).contains(words)) {
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            Thread.sleep(20);
        }
    }
}
