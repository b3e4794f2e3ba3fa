package io.tapswitch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual pages and the completion that packages hold. */
@Timeout(60)
class DocumentsTest {
    @TempDir
    private static Path directory;

    private static final Map<String, String> PAGES = new TreeMap<>();

    @BeforeAll
    static void write() throws IOException {
        Path notes = Files.writeString(directory.resolve("notes"), "news");
        Documents.main(new String[] {directory.toString(), notes.toString()});
        try (Stream<Path> files = Files.list(directory.resolve("man/man1"))) {
            for (Path file : files.toList()) {
                PAGES.put(file.getFileName().toString(), unzip(Files.readAllBytes(file)));
            }
        }
    }

    private static String unzip(byte[] bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<CommandLine> all(CommandLine command) {
        List<CommandLine> all = new ArrayList<>(List.of(command));
        ManualPage.subcommands(command).forEach(child -> all.addAll(all(child)));
        return all;
    }

    @Test
    void everyCommandHasAPageWithItsOptionsAndArguments() {
        List<CommandLine> commands = all(Main.commandLine());
        assertThat(PAGES).hasSameSizeAs(commands);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName("-");
            String page = PAGES.get(name + ".1.gz");
            assertThat(page)
                    .as(name)
                    .startsWith(".TH ")
                    .contains(".SH \"NAME\"\n" + Roff.escape(name) + " \\- ")
                    .contains(".SH \"SYNOPSIS\"", ".SH \"EXIT STATUS\"", ".SH \"SEE ALSO\"")
                    .doesNotContain("%n", "${", "@|");
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertThat(page).as(name).contains(Roff.bold(option.longestName()));
            }
            command.getCommandSpec()
                    .positionalParameters()
                    .forEach(argument -> assertThat(page).as(name).contains(Roff.italic(argument.paramLabel())));
        }
    }

    @Test
    void aPageIsWrittenAsManReadsIt() {
        assertThat(PAGES.get("tapswitch-port-show.1.gz"))
                .startsWith("""
                        .TH "TAPSWITCH\\-PORT\\-SHOW" "1" "" "TapSwitch\
                        """)
                .contains("""
                        .SH "NAME"
                        tapswitch\\-port\\-show \\- show a port in full: state, settings, counters
                        .SH "SYNOPSIS"
                        """)
                .contains("""
                        .SH "ARGUMENTS"
                        .TP
                        \\fINAME\\fR
                        The port.
                        """)
                .contains("""
                        .TP
                        \\fB\\-\\-socket\\fR=\\fIPATH\\fR
                        """)
                .contains("""
                        .SH "EXAMPLES"
                        .RS "4"
                        .nf
                        tapswitch port show web1
                        .fi
                        .RE
                        """);
    }

    @Test
    void manHasNothingToSayAboutAnyPage() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "groff is not installed");
        for (Map.Entry<String, String> page : PAGES.entrySet()) {
            Path file = Files.writeString(directory.resolve("page"), page.getValue());
            Process groff = new ProcessBuilder("groff", "-ww", "-z", "-t", "-man", "-Tutf8", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(groff.waitFor()).isZero();
            assertThat(said).as(page.getKey()).isEmpty();
        }
    }

    @Test
    void textIsNeverTakenForAMacro() {
        assertThat(new Roff().text(".so /etc/passwd").text("'nf").text("a\\b-c").toString())
                .isEqualTo("\\&.so /etc/passwd\n\\(aqnf\na\\eb\\-c\n");
        assertThat(new Roff().section("\"a\"").toString()).isEqualTo(".SH \"\\(dqa\\(dq\"\n");
    }

    @Test
    void compressesAsDebianAsksFor() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("notes.gz"));
        // RFC 1952: no time, no name, the slowest compression, Unix.
        assertThat(bytes).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3);
        assertThat(unzip(bytes)).isEqualTo("news");
    }

    @Test
    void theCompletionIsThatOfTheCommand() throws IOException {
        assertThat(Files.readString(directory.resolve("completion/tapswitch")))
                .isEqualTo(new Shell().run("completion").out().replaceFirst("^#!/usr/bin/env bash\n", ""))
                .startsWith("#\n")
                .contains("--namespace");
    }

    @Test
    void theReferenceIsThere() throws IOException {
        assertThat(Files.readString(directory.resolve("reference/rest.md"))).contains("/api/v1/ports");
        assertThat(Files.readString(directory.resolve("reference/cli.md"))).contains("tapswitch port add");
    }
}
