package io.tapswitch.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options of every client command. Mixed in at each level of the command tree, so that they may stand before or
 * after the words of a command; the innermost one given counts. ({@code ScopeType.INHERIT} would give them to
 * {@code run} as well.)
 */
public final class ClientOptions {
    /** Where the daemon listens unless told otherwise. */
    static final String DEFAULT_SOCKET = "/run/tapswitch/api.sock";

    private static final int DEFAULT_TIMEOUT_SECONDS = 60;

    @ArgGroup(exclusive = false, validate = false, heading = "%nDaemon and output:%n")
    private Given given = new Given();

    private static final class Given {
        @Option(
                names = "--socket",
                paramLabel = "PATH",
                description = "Unix socket of the daemon. Default: $$TAPSWITCH_SOCKET, or " + DEFAULT_SOCKET)
        private String socket;

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = {
                    "Reach the daemon over TCP instead, such as",
                    "http://127.0.0.1:7470 or https://host1.example:7470. Default: $$TAPSWITCH_URL"
                })
        private String url;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = {
                    "File with the bearer token that --url needs. Default: $$TAPSWITCH_TOKEN_FILE,",
                    "or the token in $$TAPSWITCH_TOKEN"
                })
        private String tokenFile;

        @Option(
                names = "--ca-file",
                paramLabel = "FILE",
                description = "Certificates to trust of an https --url, PEM. Default: $$TAPSWITCH_CA_FILE, or Java's")
        private String caFile;

        @Option(
                names = "--cert-file",
                paramLabel = "FILE",
                description = "Certificate to show to an https --url, PEM. Default: $$TAPSWITCH_CERT_FILE, or none")
        private String certFile;

        @Option(
                names = "--key-file",
                paramLabel = "FILE",
                description = "Its private key, PEM, PKCS #8. Default: $$TAPSWITCH_KEY_FILE")
        private String keyFile;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                converter = Output.FormatConverter.class,
                description = "One of ${COMPLETION-CANDIDATES}. Default: table")
        private Output.Format format;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                description = "How long to wait for the daemon, 1 to 86400. Default: " + DEFAULT_TIMEOUT_SECONDS)
        private Integer timeoutSeconds;
    }

    /**
     * What the options of all levels and the environment come to.
     *
     * @param tokenFile null for none
     * @param token where there is no file for it; null for none
     * @param tls for an endpoint that speaks it
     */
    record Settings(
            Endpoint endpoint, String tokenFile, String token, ClientTls tls, Output.Format format, Duration timeout) {}

    /**
     * Reads the options that were given to a command and its parents.
     *
     * @param environment the value of an environment variable, or null
     * @throws ParameterException if they are at odds or malformed
     */
    static Settings resolve(CommandSpec command, UnaryOperator<String> environment) {
        List<Given> levels = levels(command);
        String socket = first(levels, options -> options.socket);
        String url = first(levels, options -> options.url);
        String tokenFile = first(levels, options -> options.tokenFile);
        Output.Format format = first(levels, options -> options.format);
        try {
            Endpoint endpoint = endpoint(socket, url, environment);
            return new Settings(
                    endpoint,
                    tokenFile == null && endpoint.isTcp() ? variable(environment, "TOKEN_FILE") : tokenFile,
                    endpoint.isTcp() ? variable(environment, "TOKEN") : null,
                    tls(levels, environment),
                    format == null ? Output.Format.TABLE : format,
                    timeout(first(levels, options -> options.timeoutSeconds)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private static ClientTls tls(List<Given> levels, UnaryOperator<String> environment) {
        String ca = first(levels, options -> options.caFile);
        String cert = first(levels, options -> options.certFile);
        String key = first(levels, options -> options.keyFile);
        return new ClientTls(
                ca == null ? variable(environment, "CA_FILE") : ca,
                cert == null ? variable(environment, "CERT_FILE") : cert,
                key == null ? variable(environment, "KEY_FILE") : key);
    }

    private static List<Given> levels(CommandSpec command) {
        List<Given> levels = new ArrayList<>();
        for (CommandSpec level = command; level != null; level = level.parent()) {
            for (CommandSpec mixin : level.mixins().values()) {
                if (mixin.userObject() instanceof ClientOptions options) {
                    levels.add(options.given);
                }
            }
        }
        return levels;
    }

    private static <T> T first(List<Given> levels, Function<Given, T> field) {
        return levels.stream().map(field).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static Endpoint endpoint(String socket, String url, UnaryOperator<String> environment) {
        if (socket != null && url != null) {
            throw new IllegalArgumentException("--socket and --url exclude each other: give one of them");
        }
        if (socket != null) {
            return Endpoint.socket(socket);
        }
        String chosenUrl = url == null ? variable(environment, "URL") : url;
        if (chosenUrl != null) {
            return Endpoint.url(chosenUrl);
        }
        return Endpoint.socket(Objects.requireNonNullElse(variable(environment, "SOCKET"), DEFAULT_SOCKET));
    }

    private static String variable(UnaryOperator<String> environment, String name) {
        String value = environment.apply("TAPSWITCH_" + name);
        return value == null || value.isBlank() ? null : value;
    }

    private static Duration timeout(Integer seconds) {
        if (seconds != null && (seconds < 1 || seconds > 86_400)) {
            throw new IllegalArgumentException("--timeout: " + seconds + " is out of range: use 1 to 86400");
        }
        return Duration.ofSeconds(seconds == null ? DEFAULT_TIMEOUT_SECONDS : seconds);
    }
}
