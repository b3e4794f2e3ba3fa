package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.api.ApiConfig;
import io.tapswitch.api.TlsConfig;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.config.SwitchConfig;
import io.tapswitch.daemon.Daemon;
import io.tapswitch.daemon.DaemonConfig;
import io.tapswitch.port.PortDrivers;
import io.tapswitch.port.memory.MemoryDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a certificate of {@code tls create} to commands that reach a daemon by it, which wants certificates as well. */
@Timeout(60)
class TlsCommandTest {
    @TempDir
    private static Path directory;

    private static Daemon daemon;

    @BeforeAll
    static void start() throws IOException {
        Path clients = Files.createDirectory(directory.resolve("client"));
        Shell shell = new Shell();
        Shell.Result made =
                shell.run("tls", "create", "--name", "localhost", "--name", "127.0.0.1", "--dir", directory.toString());
        assertThat(made).isEqualTo(new Shell.Result(0, file("api-key.pem") + "\n" + file("api-cert.pem") + "\n", ""));
        assertThat(shell.run("tls", "create", "--name", "alice", "--dir", clients.toString())
                        .exitCode())
                .isZero();
        TlsConfig tls = new TlsConfig(file("api-cert.pem"), file("api-key.pem"), file("client/api-cert.pem"));
        ApiConfig api = new ApiConfig(file("api.sock"), null, null, "127.0.0.1:0", file("token"), tls, null);
        PortDrivers drivers = new PortDrivers(List.of(new MemoryDriver()));
        DaemonConfig config = new DaemonConfig(directory.resolve("state"), 1, api, null, SwitchConfig.EMPTY);
        daemon = new Daemon(config, drivers, new ConfigReader(drivers), Instant.now());
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }

    private static Shell shell(String url, String... options) {
        List<String> all = new ArrayList<>(List.of("--url", url, "--timeout", "10"));
        all.addAll(List.of(options));
        return new Shell(all.toArray(String[]::new));
    }

    private static String url() {
        return daemon.apiAddresses().get(1);
    }

    @Test
    void reachesADaemonByItsCertificateAndATokenThatWasMade() throws IOException {
        Shell admin = new Shell("--socket", file("api.sock"));
        Shell.Result token = admin.run("token", "create", "alice", "--role", "read", "--expires", "7");
        assertThat(token.err()).isEmpty();
        Path tokenFile = Files.writeString(directory.resolve("alice.token"), token.out());
        Shell alice = shell(
                url(),
                "--token-file",
                tokenFile.toString(),
                "--ca-file",
                file("api-cert.pem"),
                "--cert-file",
                file("client/api-cert.pem"),
                "--key-file",
                file("client/api-key.pem"));
        assertThat(alice.run("port", "list").err()).isEmpty();
        assertThat(alice.run("port", "add", "web1", "--type", "memory").err())
                .isEqualTo("error: this needs the role 'operate', and alice has 'read'\n");
        assertThat(alice.run("login").out()).startsWith(url() + "/#code=").hasLineCount(1);
        assertThat(admin.run("token", "list").out())
                .containsPattern("NAME +ROLE +CREATED +EXPIRES +LAST USED\nalice +read +20.* +20.* +20");
        assertThat(admin.run("token", "revoke", "alice").out()).isEqualTo("token alice removed\n");
        assertThat(alice.run("port", "list").err()).contains("the token is not one of the daemon's");
    }

    @Test
    void doesNotTalkToADaemonThatItHasNoReasonToTrust() {
        Shell.Result result = shell(url(), "--token-file", file("token")).run("status");
        assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(result.err()).contains("certif").hasLineCount(1);
    }

    @Test
    void theKeyIsPrivateAndNothingIsOverwritten() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("api-key.pem"))))
                .isEqualTo("rw-------");
        String before = Files.readString(directory.resolve("api-key.pem"));
        Shell.Result again = new Shell().run("tls", "create", "--name", "x", "--dir", directory.toString());
        assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).contains("is there already");
        assertThat(directory.resolve("api-key.pem")).hasContent(before);
    }
}
