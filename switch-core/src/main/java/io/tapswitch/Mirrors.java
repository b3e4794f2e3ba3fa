package io.tapswitch;

import io.tapswitch.bridge.BridgePort;
import io.tapswitch.bridge.FrameWatch;
import io.tapswitch.capture.FileMirror;
import io.tapswitch.capture.Mirror;
import io.tapswitch.capture.PortMirror;
import io.tapswitch.config.MirrorConfig;
import io.tapswitch.linux.ThreadPriority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mirrors at work, one for each of the desired state whose time is not over. Changed under the lock of {@link
 * SwitchService}; looked at from any thread.
 */
final class Mirrors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
    private static final long WRITE_MILLIS = 50;

    /** How long a change waits for the disk to take the ends of files. */
    private static final long PATIENCE_MILLIS = 1000;

    private final Path directory;
    private final int loops;

    /** By name; replaced as a whole. */
    private volatile Map<String, Mirror> mirrors = Map.of();

    /** Why there is none at work, by name. */
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    /** Made when the first file is to be written. */
    private ScheduledExecutorService writer;

    /** @param directory where files are written */
    Mirrors(Path directory, int loops) {
        this.directory = directory;
        this.loops = loops;
    }

    /** What a mirror does, or why it cannot; null if there is none of that name. */
    Mirror.State state(String name) {
        Mirror mirror = mirrors.get(name);
        if (mirror != null) {
            return mirror.state();
        }
        String trouble = troubles.get(name);
        return trouble == null ? null : new Mirror.State(Mirror.Status.FAILED, trouble, 0, 0);
    }

    /**
     * Brings the mirrors to the desired state.
     *
     * @param ports where an analysis port is, by name; null if it is not there
     */
    void follow(Collection<MirrorConfig> wanted, Instant now, Function<String, BridgePort> ports) {
        List<MirrorConfig> lasting =
                wanted.stream().filter(config -> !config.isOver(now)).toList();
        Map<String, Mirror> before = new LinkedHashMap<>(mirrors);
        Map<String, Mirror> next = new LinkedHashMap<>();
        for (MirrorConfig config : lasting) {
            Mirror present = before.get(config.name());
            if (present != null && present.config().equals(config)) {
                next.put(config.name(), before.remove(config.name()));
            }
        }
        end(List.copyOf(before.values()));
        troubles.keySet().retainAll(lasting.stream().map(MirrorConfig::name).toList());
        for (MirrorConfig config : lasting) {
            if (!next.containsKey(config.name())) {
                start(config, next);
            }
        }
        mirrors = next;
        next.values().forEach(mirror -> aim(mirror, ports));
    }

    private void end(List<Mirror> doomed) {
        if (writer == null) {
            doomed.forEach(Mirror::close);
        } else if (!doomed.isEmpty()) {
            await(writer.submit(() -> doomed.forEach(Mirror::close)));
        }
    }

    /** A disk that is stuck keeps nobody who changes the switch waiting for long. */
    private static void await(Future<?> closed) {
        try {
            closed.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("the disk is slow: the ends of the files of mirrors are written later");
        } catch (ExecutionException e) {
            LOG.error("a mirror could not be closed in order", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(MirrorConfig config, Map<String, Mirror> next) {
        if (config.to().file() == null) {
            next.put(config.name(), new PortMirror(config, loops));
            return;
        }
        try {
            next.put(config.name(), new FileMirror(config, directory, "TapSwitch", loops));
            troubles.remove(config.name());
            startWriter();
        } catch (IOException | RuntimeException e) {
            String trouble = "the file cannot be made: " + e;
            if (!trouble.equals(troubles.put(config.name(), trouble))) {
                LOG.warn("mirror {}: {}", config.name(), trouble);
            }
        }
    }

    private static void aim(Mirror mirror, Function<String, BridgePort> ports) {
        if (mirror instanceof PortMirror portMirror) {
            portMirror.target(ports.apply(mirror.config().to().port()));
        }
    }

    private void startWriter() {
        if (writer == null) {
            writer = Executors.newSingleThreadScheduledExecutor(task -> {
                Runnable behind = () -> {
                    ThreadPriority.background();
                    task.run();
                };
                Thread thread = new Thread(behind, "tapswitch-mirror");
                thread.setDaemon(true);
                return thread;
            });
            writer.scheduleWithFixedDelay(this::write, WRITE_MILLIS, WRITE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void write() {
        for (Mirror mirror : mirrors.values()) {
            if (mirror instanceof FileMirror file) {
                file.write();
            }
        }
    }

    /** Those at work that copy the frames of a port, or of a network. */
    List<FrameWatch> of(String name, Function<MirrorConfig, String> source) {
        List<FrameWatch> watches = new ArrayList<>();
        mirrors.values().stream()
                .filter(mirror -> name.equals(source.apply(mirror.config())))
                .forEach(mirror -> watches.add(mirror.watch()));
        return watches;
    }

    @Override
    public void close() {
        end(List.copyOf(mirrors.values()));
        if (writer != null) {
            writer.shutdown();
        }
    }
}
