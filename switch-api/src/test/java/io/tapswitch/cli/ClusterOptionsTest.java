package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.cluster.ClusterConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ClusterOptionsTest {
    @TempDir
    private Path directory;

    private static Map<String, Object> options(String... words) {
        ClusterOptions options = new ClusterOptions();
        new CommandLine(options).parseArgs(words);
        Map<String, Object> given = new TreeMap<>();
        options.addTo(given);
        return given;
    }

    @Test
    void thereIsOneForEveryKey() {
        assertThat(options().keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ClusterConfig.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> "cluster." + name)
                        .toList());
        assertThat(options().values()).allMatch(Objects::isNull);
    }

    @Test
    void listsHaveCommasOrAreRepeated() {
        Map<String, Object> given = options(
                "--cluster-members=192.0.2.1,[2001:db8::1]:5701",
                "--cluster-members=192.0.2.3",
                "--cluster-vtep=192.0.2.1,2001:db8::1");
        assertThat(given.get("cluster.members")).isEqualTo(List.of("192.0.2.1", "[2001:db8::1]:5701", "192.0.2.3"));
        assertThat(given.get("cluster.vtep")).isEqualTo(List.of("192.0.2.1", "2001:db8::1"));
    }

    @Test
    void encryptionCanBeSwitchedOff() {
        assertThat(options("--cluster-no-encryption").get("cluster.encryption")).isEqualTo(false);
    }

    @ParameterizedTest
    @CsvSource({
        "--cluster-name, Lab",
        "--cluster-secret-file, secret",
        "--cluster-host, Web1",
        "--cluster-role, boss",
        "--cluster-bind, web1",
        "--cluster-port, 0",
        "--cluster-members, web1",
        "--cluster-vtep, web1",
        "--cluster-vtep-port, 0",
        "--cluster-namespace, .x",
    })
    void whatIsWrongIsNamedByItsOption(String option, String value) throws IOException {
        Path file = Files.writeString(
                directory.resolve("lab.yaml"),
                "cluster: {name: lab, secretFile: /s, host: web1, bind: 192.0.2.1, members: [192.0.2.2]}");
        Shell.Result result = new Shell().run("run", "--config", file.toString(), option, value);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("error: " + option + ": ")
                .contains(value)
                .hasLineCount(1);
    }
}
