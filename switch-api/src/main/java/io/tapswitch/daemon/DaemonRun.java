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
     * @param complain takes the one line that says why the daemon does not run
     * @return the exit code
     */
    public static int run(Path configFile, Map<String, Object> options, String logLevel, Consumer<String> complain) {
        Instant startedAt = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        Logging.setLevel(logLevel);
        StopSignal stop = new StopSignal();
        int exitCode = FAILED;
        try {
            ConfigReader reader = new ConfigReader(PortDrivers.all());
            runUntil(stop, config(configFile, options, reader), reader, startedAt);
            exitCode = STOPPED;
        } catch (ConfigException e) {
            complain.accept(e.getMessage());
            exitCode = WRONG_CONFIGURATION;
        } catch (IOException | IllegalStateException e) {
            complain.accept(e.getMessage());
            LOG.debug("the daemon cannot run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stop.finished(exitCode);
        }
        return exitCode;
    }

    private static void runUntil(StopSignal stop, DaemonConfig config, ConfigReader reader, Instant startedAt)
            throws IOException, InterruptedException {
        try (Daemon daemon = new Daemon(config, PortDrivers.all(), reader, startedAt)) {
            long millis = Duration.between(startedAt, Instant.now()).toMillis();
            LOG.info("ready after {} ms; the API answers at {}", millis, daemon.apiAddresses());
            stop.await();
            LOG.info("stopping");
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

    /** {@code api.socketMode} as the configuration file writes it: a key within a section. */
    private static ObjectNode tree(Map<String, Object> options) {
        ObjectNode tree = ConfigReader.JSON.createObjectNode();
        options.forEach((key, value) -> {
            int dot = key.indexOf('.');
            ObjectNode section = dot < 0 ? tree : tree.withObject("/" + key.substring(0, dot));
            section.putPOJO(key.substring(dot + 1), value);
        });
        return ConfigReader.JSON.valueToTree(tree);
    }

    /** {@code api.socketMode} as the command line writes it. */
    private static String option(String key) {
        return "--" + key.replaceAll("([A-Z])", "-$1").replace('.', '-').toLowerCase(Locale.ROOT);
    }
}
