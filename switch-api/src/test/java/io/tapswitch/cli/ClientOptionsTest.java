package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

class ClientOptionsTest {
    private static ClientOptions.Settings settings(Map<String, String> environment, String... words) {
        ParseResult innermost = Main.commandLine().parseArgs(words);
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        return ClientOptions.resolve(innermost.commandSpec(), environment::get);
    }

    private static String endpoint(Map<String, String> environment, String... words) {
        return settings(environment, words).endpoint().text();
    }

    @Test
    void mayStandAtEachLevelAndTheInnermostCounts() {
        assertThat(endpoint(Map.of(), "--socket", "/a", "port", "list")).isEqualTo("/a");
        assertThat(endpoint(Map.of(), "port", "--socket", "/a", "list")).isEqualTo("/a");
        assertThat(endpoint(Map.of(), "port", "list", "--socket", "/a")).isEqualTo("/a");
        assertThat(endpoint(Map.of(), "--socket", "/a", "port", "list", "--socket", "/b"))
                .isEqualTo("/b");
        assertThat(settings(Map.of(), "-o", "json", "port", "list", "-o", "yaml")
                        .format())
                .isEqualTo(Output.Format.YAML);
    }

    @Test
    void comeFromTheEnvironmentUnlessGiven() {
        Map<String, String> both = Map.of("TAPSWITCH_SOCKET", "/e", "TAPSWITCH_URL", "http://h:1");
        assertThat(endpoint(Map.of(), "status")).isEqualTo("/run/tapswitch/api.sock");
        assertThat(endpoint(Map.of("TAPSWITCH_SOCKET", "/e"), "status")).isEqualTo("/e");
        assertThat(endpoint(Map.of("TAPSWITCH_SOCKET", ""), "status")).isEqualTo("/run/tapswitch/api.sock");
        assertThat(endpoint(both, "status")).isEqualTo("http://h:1");
        assertThat(endpoint(both, "status", "--socket", "/a")).isEqualTo("/a");
        assertThat(endpoint(both, "status", "--url", "http://[::1]")).isEqualTo("http://[::1]");
    }

    @Test
    void theTokenOfTheEnvironmentIsForTcpOnly() {
        Map<String, String> token = Map.of("TAPSWITCH_TOKEN_FILE", "/t");
        assertThat(settings(token, "status").tokenFile()).isNull();
        assertThat(settings(token, "status", "--url", "http://h").tokenFile()).isEqualTo("/t");
        assertThat(settings(token, "status", "--url", "http://h", "--token-file", "/u")
                        .tokenFile())
                .isEqualTo("/u");
    }

    @Test
    void aTokenMayStandInTheEnvironmentForTcp() {
        Map<String, String> token = Map.of("TAPSWITCH_TOKEN", "ts_1");
        assertThat(settings(token, "status").token()).isNull();
        assertThat(settings(token, "status", "--url", "https://h").token()).isEqualTo("ts_1");
    }

    @Test
    void filesForTlsComeFromTheEnvironmentUnlessGiven() {
        Map<String, String> ca = Map.of("TAPSWITCH_CA_FILE", "/e");
        assertThat(settings(ca, "status", "--url", "https://h").tls()).isEqualTo(new ClientTls("/e", null, null));
        assertThat(settings(ca, "status", "--ca-file", "/c", "--cert-file", "/x", "--key-file", "/k")
                        .tls())
                .isEqualTo(new ClientTls("/c", "/x", "/k"));
        assertThatThrownBy(() -> settings(Map.of(), "status", "--cert-file", "/x"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("--key-file");
    }

    @Test
    void socketAndUrlExcludeEachOther() {
        assertThatThrownBy(() -> settings(Map.of(), "--socket", "/a", "status", "--url", "http://h"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("exclude each other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:7470",
                "ftp://h",
                "http://",
                "http://h/api",
                "http://u:p@h",
                "http://h?x",
                "http://h:x"
            })
    void refusesWhatIsNotTheUrlOfADaemon(String url) {
        assertThatThrownBy(() -> settings(Map.of(), "status", "--url", url)).isInstanceOf(ParameterException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "86401", "x"})
    void refusesATimeoutOutOfRange(String seconds) {
        assertThatThrownBy(() -> settings(Map.of(), "status", "--timeout", seconds))
                .isInstanceOf(ParameterException.class);
    }
}
