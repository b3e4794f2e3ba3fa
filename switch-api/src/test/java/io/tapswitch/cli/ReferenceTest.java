package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ReferenceTest {
    @TempDir
    Path directory;

    private String write(String file) throws IOException {
        assertThat(Main.commandLine().execute("reference", "--dir", directory.toString()))
                .isZero();
        return Files.readString(directory.resolve(file));
    }

    @Test
    void hasEveryOperationEveryDocumentAndEveryField() throws IOException {
        String reference = write("rest.md");
        JsonNode document = Yaml.MAPPER.readTree(getClass().getResourceAsStream("/openapi.yaml"));
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        assertThat(reference).contains("## " + method.toUpperCase() + " " + path.getKey() + "\n");
                    }
                }));
        document.at("/components/schemas").properties().forEach(schema -> {
            assertThat(reference).contains("\n## " + schema.getKey() + "\n");
            schema.getValue().path("properties").fieldNames().forEachRemaining(field -> assertThat(reference)
                    .contains("| `" + field + "` | "));
        });
    }

    @Test
    void saysTypeDefaultAndRangeOfAField() throws IOException {
        assertThat(write("rest.md"))
                .contains("| `queues` | integer | How many event loops read it "
                        + "(minimum `1`; maximum `64`; default `1`) |");
    }

    @Test
    void saysWhichRoleAnOperationNeedsIfItIsNotTheUsualOne() throws IOException {
        assertThat(write("rest.md")).containsPattern("## GET /api/v1/tokens\n\n[^#]*Needs the role `admin`\\.");
    }

    @Test
    void hasTheHelpOfEveryCommandButHiddenOnes() throws IOException {
        String reference = write("cli.md");
        each(Main.commandLine(), reference);
        assertThat(reference).doesNotContain("## tapswitch reference");
    }

    private static void each(CommandLine line, String reference) {
        CommandSpec command = line.getCommandSpec();
        if (!command.usageMessage().hidden()) {
            assertThat(reference).contains("## " + command.qualifiedName() + "\n\n```text\nUsage: ");
        }
        line.getSubcommands().values().forEach(sub -> each(sub, reference));
    }

    @Test
    void saysWhyItCannotWrite() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Shell.Result result = new Shell().run("reference", "--dir", file.toString());
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("cannot write the reference", file.toString());
    }
}
