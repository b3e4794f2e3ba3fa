package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/** Wrong usage, help, completion, and a daemon that is not there. */
@Timeout(30)
class CommandLineTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "port",
                "port frobnicate",
                "port show",
                "port show a b",
                "port show A",
                "port show ..",
                "port show a/b",
                "port set a",
                "port set a mtu",
                "port set a mtu=1 mtu=2",
                "port remove",
                "port add a",
                "port add a --type tap --mtu x",
                "port add a --type tap --mac 1",
                "port add a --type tap --storm x",
                "port list --no-such-option",
                "port list -o xml",
                "port list --socket /a --url http://b",
                "network add",
                "fdb add default web1",
                "fdb add default web1 02:00:00:00:00:01",
                "apply",
                "apply -f",
                "apply switch.yaml",
                "apply -f a -f b",
                "apply -f a --if-match b --force",
                "diff",
                "export x",
                "status extra",
                "host show",
                "host show ..",
                "host ports a/b",
                "neighbour list a b",
                "neighbour list --host ..",
                "trace",
                "trace a",
                "trace a --to x",
                "trace a --hex 00 --to 02:00:00:00:00:01",
                "trace a --vlan 10",
                "trace a --to 02:00:00:00:00:01 --plain --encrypted",
                "token create a",
                "token create A --role read",
                "token create a --role read --expires x",
                "token revoke",
                "login x",
                "tls create",
                "tls create --name a/b",
                "tls create --name a --days 0",
                "status --cert-file /x",
                "events x",
                "events --limit 0",
                "events --limit 10001",
                "events --limit -1",
                "events --limit x",
            })
    void wrongUsageIsSaidInShortAndNothingIsSent(String words) {
        Shell.Result result = new Shell().run(words.isEmpty() ? new String[0] : words.split(" "));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .startsWith("error: ")
                .contains("see: tapswitch")
                .doesNotContain("\tat ")
                .hasLineCount(result.err().contains("Did you mean") ? 3 : 2);
    }

    @Test
    void saysWhichSocketIsMissingAndWhatToDo() {
        String socket = directory.resolve("s").toString();
        assertThat(new Shell("--socket", socket).run("status"))
                .isEqualTo(new Shell.Result(
                        3,
                        "",
                        "error: no daemon answers at " + socket
                                + ": there is no such socket; is the daemon running? start it with: tapswitch run\n"));
    }

    @Test
    void saysThatNobodyListensOnASocketThatWasLeftBehind() throws IOException {
        Path socket = directory.resolve("s");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();

        Shell.Result result = new Shell("--socket", socket.toString()).run("port", "remove", "a", "b");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err())
                .startsWith("error: no daemon answers at " + socket + ": ")
                .hasLineCount(1);
    }

    @Test
    void saysThatNobodyListensAtAUrl() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String url = "http://127.0.0.1:" + port;

        Shell.Result result = new Shell("--url", url).run("status");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err())
                .startsWith("error: no daemon answers at " + url + ": ")
                .hasLineCount(1);
    }

    @Test
    void aSilentDaemonIsAnErrorAfterTheTimeout() throws IOException {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(new Shell("--socket", socket.toString(), "--timeout", "1").run("status"))
                    .isEqualTo(new Shell.Result(
                            1, "", "error: the request to " + socket + " failed: no answer within 1 seconds\n"));
        }
    }

    static Stream<CommandLine> commands() {
        return tree(Main.commandLine()).stream();
    }

    private static List<CommandLine> tree(CommandLine command) {
        List<CommandLine> all = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(child -> all.addAll(tree(child)));
        return all;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithSynopsisExampleAndDescriptions(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        String help = command.getUsageMessage(Ansi.OFF);

        assertThat(help).startsWith("Usage: " + name).contains("\n  " + (name.contains(" ") ? name : "tapswitch run"));
        assertThat(command.getCommandSpec().options())
                .extracting(OptionSpec::longestName)
                .contains("--help");
        for (OptionSpec option : command.getCommandSpec().options()) {
            String description = String.join(" ", option.description());
            boolean standard = option.usageHelp() || option.versionHelp() || option.required();
            assertThat(description).as(option.longestName()).isNotEmpty();
            assertThat(standard || description.contains("efault"))
                    .as("the default of " + option.longestName())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFitsIntoATerminalOf80Columns(CommandLine command) {
        assertThat(command.getUsageMessage(Ansi.OFF).lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void theCompletionScriptIsOneForBash() throws Exception {
        String script = new Shell().run("completion").out();
        Process bash =
                new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var input = bash.outputWriter()) {
            input.write(script);
        }

        assertThat(new String(bash.getInputStream().readAllBytes())).isEmpty();
        assertThat(bash.waitFor()).isZero();
        assertThat(script).contains("complete -F _complete_tapswitch", "--dry-run", "port_add", "json");
    }
}
