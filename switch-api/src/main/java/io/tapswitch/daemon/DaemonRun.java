package io.tapswitch.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.port.PortDrivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A daemon from the command line to its exit code. */
public final class DaemonRun {
    /** Stopped by a signal, in order. */
    public static final int STOPPED = 0;

    /** Could not start, or did not go on. */
    public static final int FAILED = 1;

    /** The command line or the configuration is wrong. */
    public static final int WRONG_CONFIGURATION = 2;

    private static final Logger LOG = LoggerFactory.getLogger(DaemonRun.class);

    private DaemonRun() {}

    /**
     * Runs a daemon until SIGTERM or SIGINT.
     *
     * @param configFile null for the default one
     * @param options those given, by the path of their key in the configuration file
     * @param logLevel {@code error} to {@code trace}
     * @param jsonLog whether each log line is a JSON object
     * @param complain takes the one line that says why the daemon does not run
     * @return the exit code
     */
    public static int run(
            Path configFile, Map<String, Object> options, String logLevel, boolean jsonLog, Consumer<String> complain) {
        Instant startedAt = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        Logging.setLevel(logLevel);
        if (jsonLog) {
            Logging.useJson();
        }
        StopSignal stop = new StopSignal();
        int exitCode = FAILED;
        try (Systemd systemd =
                Systemd.of(System.getenv(), ProcessHandle.current().pid())) {
            exitCode = run(stop, systemd, startedAt, configFile, options, complain.andThen(systemd::failed));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stop.finished(exitCode);
        }
        return exitCode;
    }

    private static int run(
            StopSignal stop,
            Systemd systemd,
            Instant startedAt,
            Path configFile,
            Map<String, Object> options,
            Consumer<String> complain)
            throws InterruptedException {
        try {
            ConfigReader reader = new ConfigReader(PortDrivers.all());
            runUntil(stop, systemd, config(configFile, options, reader), reader, startedAt);
            return STOPPED;
        } catch (ConfigException e) {
            complain.accept(e.getMessage());
            return WRONG_CONFIGURATION;
        } catch (IOException | IllegalStateException e) {
            complain.accept(e.getMessage());
            LOG.debug("the daemon cannot run", e);
            return FAILED;
        }
    }

    private static void runUntil(
            StopSignal stop, Systemd systemd, DaemonConfig config, ConfigReader reader, Instant startedAt)
            throws IOException, InterruptedException {
        try (Daemon daemon = new Daemon(config, PortDrivers.all(), reader, startedAt)) {
            long millis = Duration.between(startedAt, Instant.now()).toMillis();
            LOG.info("ready after {} ms; the API answers at {}", millis, daemon.apiAddresses());
            systemd.ready(daemon::trouble, daemon::summary);
            stop.await();
            LOG.info("stopping");
            systemd.stopping();
        }
        LOG.info("stopped");
    }

    private static DaemonConfig config(Path file, Map<String, Object> options, ConfigReader reader) {
        Path source = file == null ? DaemonConfig.DEFAULT_FILE : file;
        try {
            return DaemonConfig.of(load(file, source), tree(options), reader);
        } catch (ConfigException e) {
            String key = e.field().replaceFirst("\\[\\d+]$", "");
            boolean isOption = options.containsKey(key) || !Files.exists(source) && !key.isEmpty();
            String where = isOption ? option(key) : source + ": " + e.field();
            throw ConfigException.invalid("", where.replaceFirst(": $", "") + ": " + e.detail());
        }
    }

    private static ObjectNode load(Path file, Path source) {
        try {
            return DaemonConfig.load(file);
        } catch (NoSuchFileException e) {
            throw ConfigException.invalid("", "there is no such file");
        } catch (IOException e) {
            throw ConfigException.invalid("", "cannot be read: " + e);
        }
    }

    /** {@code api.tls.keyFile} as the configuration file writes it: a key within a section within a section. */
    private static ObjectNode tree(Map<String, Object> options) {
        ObjectNode tree = ConfigReader.JSON.createObjectNode();
        options.forEach((key, value) -> {
            int dot = key.lastIndexOf('.');
            ObjectNode section =
                    dot < 0 ? tree : tree.withObject("/" + key.substring(0, dot).replace('.', '/'));
            section.putPOJO(key.substring(dot + 1), value);
        });
        return ConfigReader.JSON.valueToTree(tree);
    }

    /** {@code api.socketMode} as the command line writes it. */
    private static String option(String key) {
        return "--" + key.replaceAll("([A-Z])", "-$1").replace('.', '-').toLowerCase(Locale.ROOT);
    }
}
