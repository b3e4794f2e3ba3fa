package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.doctor.Finding;
import io.tapswitch.doctor.LinuxMachine;
import io.tapswitch.doctor.Result;
import io.tapswitch.linux.KernelFeatures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbsentDaemonTest {
    private static final CliException REFUSAL =
            new CliException(ExitCode.UNREACHABLE, "no daemon answers at /x.sock: there is no such socket; start it");

    @TempDir
    private Path directory;

    private final Map<String, String> commands = new HashMap<>();

    private List<Finding> examine(Endpoint endpoint) {
        LinuxMachine machine = new LinuxMachine(new KernelFeatures("", "", List.of()));
        return new AbsentDaemon(
                        directory.resolve("tapswitch.yaml"),
                        machine,
                        command -> Optional.ofNullable(commands.get(command.get(0))))
                .examine(endpoint, REFUSAL);
    }

    private Finding finding(String check) {
        return examine(Endpoint.socket("/x.sock")).stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private void configure(String yaml) throws IOException {
        Files.writeString(directory.resolve("tapswitch.yaml"), yaml);
    }

    @Test
    void saysFirstThatNobodyAnswers() {
        assertThat(examine(Endpoint.socket("/x.sock")).get(0).text())
                .isEqualTo("no daemon answers at /x.sock: there is no such socket");
    }

    @Test
    void looksAtNothingHereIfTheDaemonIsElsewhere() {
        assertThat(examine(Endpoint.url("http://192.0.2.1:7470")))
                .extracting(Finding::check)
                .containsExactly("daemon", "java");
    }

    @Test
    void asksTheServiceAndItsLog() {
        assertThat(finding("service").result()).isEqualTo(Result.OK);
        commands.put("systemctl", "loaded\nfailed\nexit-code\n");
        commands.put("journalctl", "error: older\nerror: stateDir: no room\nexit\n");
        assertThat(finding("service").text())
                .isEqualTo("systemd has it as failed, exit-code; the last that it said is: error: stateDir: no room");
        commands.put("systemctl", "loaded\nactive\nsuccess\n");
        assertThat(finding("service").result()).isEqualTo(Result.OK);
        commands.put("systemctl", "not-found\ninactive\nsuccess\n");
        assertThat(finding("service").result()).isEqualTo(Result.OK);
    }

    @Test
    void findsTheMistakeInTheConfigurationFile() throws IOException {
        configure("eventLoops: 99\n");
        assertThat(finding("configuration").result()).isEqualTo(Result.PROBLEM);
        assertThat(finding("configuration").text()).contains("eventLoops", "99");
        configure("stateDir: " + directory + "\napi: {listen: none}\n");
        assertThat(finding("configuration").result()).isEqualTo(Result.OK);
        assertThat(finding("state-directory").text()).isEqualTo("it can be written");
    }

    @Test
    void findsThatAnotherProgramHasThePort() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            configure("stateDir: " + directory + "\napi: {listen: '127.0.0.1:" + other.getLocalPort() + "'}\n");
            assertThat(finding("api-port").result()).isEqualTo(Result.PROBLEM);
            assertThat(finding("api-port").fix()).contains("ss -ltnp 'sport = :" + other.getLocalPort() + "'");
        }
    }
}
