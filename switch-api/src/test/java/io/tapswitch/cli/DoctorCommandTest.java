package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.cli.Shell.Result;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DoctorCommandTest {
    private static final String FINDINGS = """
            [{"check":"port-state","result":"problem","subject":"port web1","text":"it has failed, and no frame passes: \
            interface 'eth1' is a member of a bridge or bond, which takes its frames too",
              "fix":"free it with: ip link set eth1 nomaster"},
             {"check":"open-files","result":"warning","subject":"the daemon","text":"many","fix":"more"},
             {"check":"memory","result":"ok","subject":"the daemon","text":"12 % of its heap is in use"}]""";

    private final StubDaemon daemon = new StubDaemon();
    private final Shell shell = daemon.shell();

    DoctorCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void printsWhatIsWrongAndWhatToDo() {
        daemon.on("GET /api/v1/doctor", 200, FINDINGS);

        Result result = shell.run("doctor");

        assertThat(result.out()).isEqualTo("""
                PROBLEM  port web1 (port-state): it has failed, and no frame passes: interface 'eth1' is a member of
                         a bridge or bond, which takes its frames too
                         -> free it with: ip link set eth1 nomaster
                WARNING  the daemon (open-files): many
                         -> more
                1 problem, 1 warning, 0 unknown, 1 in order (see them with --all)
                """);
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void printsAlsoWhatIsInOrder() {
        daemon.on("GET /api/v1/doctor?port=web1&seconds=5", 200, FINDINGS);
        assertThat(shell.run("doctor", "web1", "--seconds", "5", "--all").out())
                .contains("OK       the daemon (memory): 12 % of its heap is in use\n")
                .endsWith(", 1 in order\n");
    }

    @Test
    void succeedsWithoutAProblem() {
        daemon.on("GET /api/v1/doctor", 200, FINDINGS.replace("problem", "unknown"));
        Result result = shell.run("doctor");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .startsWith("UNKNOWN  port web1")
                .endsWith("0 problems, 1 warning, 1 unknown, 1 in order" + " (see them with --all)\n");
    }

    @Test
    void printsTheDocument() throws IOException {
        daemon.on("GET /api/v1/doctor", 200, FINDINGS);
        ObjectMapper json = new ObjectMapper();
        Result result = shell.run("doctor", "-o", "json");
        assertThat(json.readTree(result.out())).isEqualTo(json.readTree(FINDINGS));
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void passesOnWhatTheDaemonRefuses() {
        daemon.on("GET /api/v1/doctor?port=nobody", 404, "{\"detail\":\"port 'nobody' does not exist\"}");
        Result result = shell.run("doctor", "nobody");
        assertThat(result.err()).isEqualTo("error: port 'nobody' does not exist\n");
        assertThat(result.out()).isEmpty();
        assertThat(shell.run("doctor", "--seconds", "11").err()).contains("use 1 to 10");
    }

    @Test
    void looksItselfWhereNoDaemonAnswers() {
        Result result = new Shell("--socket", "/nonexistent/api.sock").run("doctor", "--all");
        assertThat(result.out())
                .contains("the daemon (daemon): no daemon answers at /nonexistent/api.sock: there is no such socket")
                .contains("this program (java): it runs on Java ");
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
    }
}
