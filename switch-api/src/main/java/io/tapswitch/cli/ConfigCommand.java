package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tapswitch config ...}: the desired state as one document. */
@Command(
        name = "config",
        description = "Save and restore the whole configuration: networks, ports and static FDB entries.",
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Apply.class},
        footer = {"", "Example:", "  tapswitch config show > switch.yaml"})
public final class ConfigCommand extends CommandGroup {
    /** {@code tapswitch config show}. */
    @Command(
            name = "show",
            description = "Print the configuration, in a form that 'config apply' reads: YAML, or JSON with -o json.",
            footer = {"", "Example:", "  tapswitch config show > switch.yaml"})
    static final class Show extends ClientCommand {
        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            out.document(api.get(ApiClient.path("config")));
        }
    }

    /** {@code tapswitch config apply}. */
    @Command(
            name = "apply",
            description = {
                "Make the configuration that of a document, whole or not at all.",
                "Networks, ports and static FDB entries that are not in the document are removed."
            },
            footer = {"", "Example:", "  tapswitch config apply --dry-run switch.yaml"})
    static final class Apply extends ClientCommand {
        @Parameters(paramLabel = "FILE", description = "YAML or JSON; - for standard input.")
        private String file;

        @Option(names = "--dry-run", description = "Only check whether it could be applied. Default: false")
        private boolean dryRun;

        @Override
        protected void run(ApiClient api, Output out) throws CliException {
            String target = ApiClient.withQuery(
                    ApiClient.path("config"), Collections.singletonMap("dryRun", dryRun ? "true" : null));
            JsonNode applied = api.send("PUT", target, document(file));
            if (!out.isForPeople()) {
                out.document(applied);
                return;
            }
            applied.properties().forEach(kind -> {
                if (kind.getValue().isObject()) {
                    changes(kind.getKey(), kind.getValue(), out);
                }
            });
            out.line(dryRun ? "the configuration is valid; nothing was changed" : "the configuration is in force");
        }

        private static void changes(String kind, JsonNode changes, Output out) {
            changes.properties().forEach(change -> {
                if (!change.getValue().isEmpty()) {
                    out.line(kind + " " + change.getKey() + ": " + Text.of(change.getValue()));
                }
            });
        }

        private static JsonNode document(String file) throws CliException {
            try {
                String text = file.equals("-")
                        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                        : Files.readString(Path.of(file));
                boolean json = text.stripLeading().startsWith("{");
                return json ? ConfigReader.parseJson(text) : ConfigReader.parseYaml(text);
            } catch (CharacterCodingException e) {
                throw new CliException(ExitCode.FAILED, file + ": is not UTF-8 text", e);
            } catch (IOException e) {
                throw new CliException(ExitCode.FAILED, "cannot read " + Reasons.of(e), e);
            } catch (ConfigException e) {
                throw new CliException(ExitCode.FAILED, file + ": " + e.getMessage(), e);
            }
        }
    }
}
