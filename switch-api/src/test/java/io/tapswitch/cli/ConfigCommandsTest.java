package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code export}, {@code diff} and {@code apply}, against a server that only plays the daemon. */
@Timeout(30)
class ConfigCommandsTest {
    private static final String GET = "GET /api/v1/config";
    private static final String PUT = "PUT /api/v1/config";
    private static final String DRY_RUN = PUT + "?dryRun=true";
    private static final String SAME = "{\"changed\":false,\"before\":\"\\\"a1\\\"\"}";
    private static final String CHANGE = """
            {"dryRun":true,"changed":true,"before":"\\"a1\\"","after":"\\"b2\\"",
             "networks":{"added":[],"removed":[],"changed":[]},
             "ports":{"added":["web1","web9"],"removed":["old"],"changed":[{"name":"web2","fields":
               [{"field":"flood.broadcast","from":true,"to":false},{"field":"maxLearned","to":5},
                {"field":"trunk","from":["blue","red"]}]}]},
             "fdb":{"added":["blue/02:00:00:00:00:01"],"removed":[],"changed":[]}}""";
    private static final String DOCUMENT = """
            ports:
              - name: web1
                type: tap
                tap: {interface: tap0, addresses: [10.0.0.1/24]}
              - {name: web2, type: tap, maxLearned: 5}
            fdb:
              - {network: blue, mac: 02:00:00:00:00:01, port: web1}
            """;
    private static final String SHOWN = """
            ports:
              + web1  type=tap tap.interface=tap0 tap.addresses=10.0.0.1/24
              + web9
              ~ web2
                  flood.broadcast: true -> false
                  maxLearned: - -> 5
                  trunk: blue,red -> -
              - old
            fdb:
              + blue/02:00:00:00:00:01  port=web1
            """;

    @TempDir
    private Path directory;

    private final StubDaemon daemon;
    private final Shell shell;

    ConfigCommandsTest() throws IOException {
        daemon = new StubDaemon();
        shell = daemon.shell();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private String file(String document) throws IOException {
        return Files.writeString(directory.resolve("f"), document).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ports: [{name: a, mac: 52:54:00:12:34:56}] | {\"ports\":[{\"name\":\"a\",\"mac\":\"52:54:00:12:34:56\"}]}",
                "{\"ports\":\t[]}                           | {\"ports\":[]}",
                "{}                                         | {}",
            })
    void appliesYamlAndJson(String document, String sent) throws IOException {
        daemon.on(PUT, 200, SAME).on(DRY_RUN, 200, SAME);

        assertThat(shell.run("apply", "-f", file(document)).out())
                .isEqualTo("nothing to change: the configuration is that of the document\n");
        assertThat(daemon.requests()).containsExactly(DRY_RUN + " " + sent, PUT + " " + sent + " If-Match: \"a1\"");
    }

    @Test
    void appliesWhatItHasShown() throws IOException {
        daemon.on(PUT, 200, CHANGE).on(DRY_RUN, 200, CHANGE);

        assertThat(shell.run("apply", "-f", file(DOCUMENT)))
                .isEqualTo(new Shell.Result(0, SHOWN + "the configuration is in force\n", ""));
    }

    @Test
    void saysWhatTheDaemonRefusesBelowWhatItHasShown() throws IOException {
        daemon.on(PUT, 412, "{\"detail\":\"it is another by now\",\"field\":\"If-Match\"}")
                .on(DRY_RUN, 200, CHANGE);

        assertThat(shell.run("apply", "-f", file(DOCUMENT)))
                .isEqualTo(new Shell.Result(1, SHOWN, "error: If-Match: it is another by now\n"));
    }

    @Test
    void aDryRunOnlyShows() throws IOException {
        daemon.on(DRY_RUN, 200, CHANGE);

        assertThat(shell.run("apply", "--dry-run", "-f", file(DOCUMENT)))
                .isEqualTo(new Shell.Result(0, SHOWN + "the document is valid; nothing was changed\n", ""));
        assertThat(daemon.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--if-match c3     | ` If-Match: \"c3\"` | ` If-Match: \"a1\"`",
                "--if-match \"c3\" | ` If-Match: \"c3\"` | ` If-Match: \"a1\"`",
                "--if-match *      | ` If-Match: *`    | ` If-Match: \"a1\"`",
                "--force           | ``                | ``"
            })
    void guardsWhatItIsToldTo(String options, String whenShown, String whenApplied) throws IOException {
        daemon.on(PUT, 200, SAME).on(DRY_RUN, 200, SAME);

        assertThat(shell.run(("apply -f " + file("{}") + " " + options).split(" "))
                        .exitCode())
                .isZero();
        assertThat(daemon.requests()).containsExactly(DRY_RUN + " {}" + whenShown, PUT + " {}" + whenApplied);
    }

    @Test
    void diffEndsWithOneIfSomethingDiffers() throws IOException {
        daemon.on(DRY_RUN, 200, CHANGE);
        assertThat(shell.run("diff", "-f", file(DOCUMENT))).isEqualTo(new Shell.Result(1, SHOWN, ""));
        assertThat(shell.run("diff", "-o", "json", "-f", file(DOCUMENT)).out()).contains("\"flood.broadcast\"");

        daemon.on(DRY_RUN, 200, SAME);
        assertThat(shell.run("diff", "-f", file(DOCUMENT))).isEqualTo(new Shell.Result(0, "", ""));
    }

    @Test
    void diffEndsWithMoreThanOneIfItDoesNotKnow() throws IOException {
        daemon.on(DRY_RUN, 422, "{\"detail\":\"no\"}");
        assertThat(shell.run("diff", "-f", file(DOCUMENT))).isEqualTo(new Shell.Result(2, "", "error: no\n"));
        assertThat(shell.run("diff", "-f", "/no/such.yaml").exitCode()).isEqualTo(2);
        daemon.close();
        assertThat(shell.run("diff", "-f", file(DOCUMENT)).exitCode()).isEqualTo(3);
    }

    @Test
    void aTerminalShowsWhatIsNewGoneAndChangedInColours() throws IOException {
        StringWriter text = new StringWriter();
        Output out = new Output(new PrintWriter(text, true), Output.Format.TABLE);
        new ConfigDiff(out, true, Json.object()).print(Json.MAPPER.readTree("""
                {"ports":{"added":["a\\u001b[0m"],"removed":["b"],"changed":[{"name":"c","fields":[]}]}}"""));

        assertThat(text.toString()).isEqualTo("""
                ports:
                \u001b[32m  + a?[0m\u001b[0m
                \u001b[33m  ~ c\u001b[0m
                \u001b[31m  - b\u001b[0m
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: [", "{\"a\":1,\"a\":2}", "[]", "{} x", "\u00ff\ud800", "", "# nothing", "a: 1\n---\nb: 2"})
    void aDocumentThatCannotBeReadIsNotSent(String document) throws IOException {
        Path file = Files.write(directory.resolve("f"), document.getBytes(StandardCharsets.ISO_8859_1));

        Shell.Result result = shell.run("apply", "-f", file.toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).startsWith("error: " + file + ": ").hasLineCount(1);
        assertThat(daemon.requests()).isEmpty();
    }

    @Test
    void aDocumentThatIsMissingIsAnError() {
        assertThat(shell.run("apply", "-f", "/no/such.yaml"))
                .isEqualTo(new Shell.Result(1, "", "error: cannot read /no/such.yaml: no such file\n"));
    }

    @Test
    void readsStandardInput() {
        daemon.on(DRY_RUN, 200, SAME);
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("{\"ports\":[]}".getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(shell.run("diff", "-f", "-").exitCode()).isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(daemon.requests()).containsExactly(DRY_RUN + " {\"ports\":[]}");
    }

    @Test
    void exportQuotesWhatOtherReadersOfYamlTakeForNumbersOrTruth() {
        daemon.on(
                GET,
                200,
                "{\"a\":\"52:54:00:12:34:56\",\"b\":\"no\",\"c\":\"1e3\",\"d\":\"web1\",\"e\":\"\",\"f\":\"null\",\"g\":\"x: y\"}");

        assertThat(shell.run("export").out()).isEqualTo("""
                # tapswitch apply --file FILE puts this in force;
                # with --if-match 5f0c3a9be1d27746 only if nothing has changed since.
                a: "52:54:00:12:34:56"
                b: "no"
                c: "1e3"
                d: web1
                e: ""
                f: "null"
                g: "x: y"
                """);
        assertThat(shell.run("export", "-o", "json").out()).startsWith("{").doesNotContain("#");
    }
}
