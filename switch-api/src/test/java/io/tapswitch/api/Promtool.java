package io.tapswitch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Prometheus's judge of what it would read. */
final class Promtool {
    private Promtool() {}

    /** Skips the test where there is none. */
    static void assumePresent() {
        assumeThat(Stream.of(System.getenv("PATH").split(":")))
                .as("a directory of the PATH with promtool, from the package prometheus")
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "promtool")));
    }

    /** Runs it, and fails if it does not approve. @return what it says */
    static String run(Path directory, File input, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(words));
        Process promtool = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(input)
                .redirectErrorStream(true)
                .start();
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(output).isZero();
        return output;
    }
}
