package io.tapswitch.cli;

import io.tapswitch.daemon.DaemonRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tapswitch run}: the daemon, in the foreground, until SIGTERM or SIGINT. */
@Command(
        name = "run",
        abbreviateSynopsis = true,
        description = "Run the switch in the foreground, until SIGTERM or SIGINT.",
        footer = {
            "",
            "An option wins over the same key of the configuration file.",
            "",
            "Example:",
            "  tapswitch run --state-dir /tmp/switch --api-socket /tmp/switch/api.sock --api-listen none"
        })
public final class RunCommand implements Callable<Integer> {
    /** How much is logged. */
    enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** How log lines look. */
    enum LogFormat {
        TEXT,
        JSON
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration, YAML. Default: /etc/tapswitch/tapswitch.yaml, if it exists")
    private Path config;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Keeps the desired state and the token. Default: /var/lib/tapswitch")
    private String stateDir;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            description = "How many threads carry frames, 1 to 64; 0, the default, for one per processor")
    private Integer eventLoops;

    @Option(
            names = "--api-socket",
            paramLabel = "PATH",
            description = "Unix socket of the API, or none. Default: /run/tapswitch/api.sock")
    private String apiSocket;

    @Option(names = "--api-socket-mode", paramLabel = "MODE", description = "Its permissions, octal. Default: 0660")
    private String apiSocketMode;

    @Option(
            names = "--api-socket-group",
            paramLabel = "GROUP",
            description = "Its group, by name or number. Default: the daemon's")
    private String apiSocketGroup;

    @Option(
            names = "--api-listen",
            paramLabel = "HOST:PORT",
            description = "TCP address of the API, or none; off loopback it needs TLS. Default: 127.0.0.1:7470")
    private String apiListen;

    @Option(
            names = "--api-token-file",
            paramLabel = "FILE",
            description =
                    "Holds the token that a TCP client needs; made if it is missing. Default: token in --state-dir")
    private String apiTokenFile;

    @Option(
            names = "--api-tls-cert-file",
            paramLabel = "FILE",
            description = "Certificate of the TCP address, PEM; read again when it changes. Default: none, no TLS")
    private String apiTlsCertFile;

    @Option(
            names = "--api-tls-key-file",
            paramLabel = "FILE",
            description = "Its private key, PEM. No default: TLS needs it")
    private String apiTlsKeyFile;

    @Option(
            names = "--api-tls-client-ca-file",
            paramLabel = "FILE",
            description =
                    "Authorities whose certificates TCP clients have to have, PEM. Default: none, they need no certificate")
    private String apiTlsClientCaFile;

    @Option(
            names = "--api-requests-per-second",
            paramLabel = "N",
            description = "How many requests a caller may make on average. Default: 500")
    private Integer apiRequestsPerSecond;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "One of ${COMPLETION-CANDIDATES}. Default: info")
    private LogLevel logLevel = LogLevel.INFO;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}: lines for people, or a JSON object each. Default: text")
    private LogFormat logFormat = LogFormat.TEXT;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        return DaemonRun.run(
                config, options(), logLevel.name().toLowerCase(Locale.ROOT), logFormat == LogFormat.JSON, line -> {
                    err.println("error: " + line);
                    err.flush();
                });
    }

    /** The options that were given, by the path of their key in the configuration file. */
    private Map<String, Object> options() {
        Map<String, Object> given = new TreeMap<>();
        given.put("stateDir", stateDir);
        given.put("eventLoops", eventLoops);
        given.put("api.socket", apiSocket);
        given.put("api.socketMode", apiSocketMode);
        given.put("api.socketGroup", apiSocketGroup);
        given.put("api.listen", apiListen);
        given.put("api.tokenFile", apiTokenFile);
        given.put("api.tls.certFile", apiTlsCertFile);
        given.put("api.tls.keyFile", apiTlsKeyFile);
        given.put("api.tls.clientCaFile", apiTlsClientCaFile);
        given.put("api.requestsPerSecond", apiRequestsPerSecond);
        cluster.addTo(given);
        given.values().removeIf(value -> value == null);
        return given;
    }
}
