package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option for a whole configuration, and what the daemon says to it. */
final class ConfigDocument {
    private static final String TARGET = ApiClient.path("config");

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "YAML or JSON; - for standard input.")
    private String file;

    /**
     * Reads it.
     *
     * @throws CliException if it cannot be read. An empty one is refused: whoever means to remove everything says so
     */
    ObjectNode read() throws CliException {
        try {
            byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            boolean json = text.stripLeading().startsWith("{");
            ObjectNode document = json ? ConfigReader.parseJson(text) : ConfigReader.parseYaml(text);
            if (document.isEmpty() && !json) {
                throw new CliException(
                        ExitCode.FAILED, file + ": is empty; to remove everything, write {} into the document");
            }
            return document;
        } catch (CharacterCodingException e) {
            throw new CliException(ExitCode.FAILED, file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "cannot read " + Reasons.of(e), e);
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, file + ": " + e.getMessage(), e);
        }
    }

    /** What would change. @param tag of the configuration that it is to be compared with; null for any */
    static JsonNode compare(ApiClient api, JsonNode document, String tag) throws CliException {
        return api.send("PUT", ApiClient.withQuery(TARGET, Map.of("dryRun", "true")), document, ifMatch(tag));
    }

    /** Changes it. @param tag of the configuration that is to be replaced; null for any */
    static JsonNode replace(ApiClient api, JsonNode document, String tag) throws CliException {
        return api.send("PUT", TARGET, document, ifMatch(tag));
    }

    private static Map<String, String> ifMatch(String tag) {
        return tag == null ? Map.of() : Map.of("If-Match", tag);
    }
}
