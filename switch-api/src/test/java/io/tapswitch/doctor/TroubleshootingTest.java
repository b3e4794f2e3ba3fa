package io.tapswitch.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.port.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the guide says of drops is what the doctor says, and the links of all guides lead somewhere. */
class TroubleshootingTest {
    private static final Path GUIDE = Path.of("../deploy/troubleshooting.md");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

    @ParameterizedTest
    @EnumSource(DropReason.class)
    void explainsEveryReason(DropReason reason) throws IOException {
        String row = Files.readAllLines(GUIDE).stream()
                .filter(line -> line.matches("\\|[^|]*`" + reason.label() + "`[^|]*\\| (in|out) \\|.*"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row for " + reason.label()));
        assertThat(row.split("\\|")[2].strip()).isEqualTo(reason.side() == DropReason.Side.INGRESS ? "in" : "out");
        assertThat(row.contains("*`"))
                .as("as it should be")
                .isEqualTo(DropAdvice.of(reason).result() == Result.OK);
    }

    @Test
    void linksOfAllGuidesLeadToSections() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path guide : guides()) {
            Matcher links = LINK.matcher(Files.readString(guide));
            while (links.find()) {
                Path file = links.group(1).isEmpty() ? guide : guide.resolveSibling(links.group(1));
                if (!Files.exists(file)
                        || links.group(2) != null && !anchors(file).contains(links.group(2))) {
                    broken.add(guide + ": " + links.group());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static List<Path> guides() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../deploy"))) {
            Stream<Path> top = Stream.of(Path.of("../README.md"), Path.of("../CONTRIBUTING.md"));
            Stream<Path> below = files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.startsWith("../deploy/target"));
            return Stream.concat(top, below).toList();
        }
    }

    private static List<String> anchors(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
                .map(title -> title.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
    }
}
