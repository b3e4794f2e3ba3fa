package io.tapswitch.daemon;

import io.tapswitch.linux.LinuxException;
import io.tapswitch.linux.NotifySocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd, or whoever else started the daemon by that protocol, what becomes of it (sd_notify(3), {@code Type=notify}
 * and {@code WatchdogSec=} of systemd.service(5)): that it is ready, what it does in words, that it stops, and
 * meanwhile that it still works. Once that is not so, it says nothing any more, and systemd starts the daemon again.
 *
 * <p>Without a service manager, nothing happens. Trouble with it is logged, and never the daemon's. Has a thread of its own.
 */
final class Systemd implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(5);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration LEAST_PATIENCE = Duration.ofMillis(1500);

    private final NotifySocket socket;
    private final Duration watchdog;
    private final ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tapswitch-systemd");
        thread.setDaemon(true);
        return thread;
    });

    private String lastStatus = "";
    private boolean wasWell = true;
    private boolean unreachable;

    /** @param watchdog after how long without a word the daemon is started again; null for never */
    private Systemd(NotifySocket socket, Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /**
     * The service manager that these variables are of: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and
     * {@code WATCHDOG_PID}.
     *
     * @param pid of this process
     */
    static Systemd of(Map<String, String> environment, long pid) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return new Systemd(null, null);
        }
        try {
            return new Systemd(NotifySocket.open(address), watchdog(environment, pid));
        } catch (LinuxException | IllegalArgumentException e) {
            LOG.warn("the service manager is not told anything: {}", e.getMessage());
            return new Systemd(null, null);
        }
    }

    private static Duration watchdog(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String forPid = environment.getOrDefault("WATCHDOG_PID", "");
        if (micros.isEmpty() || !forPid.isEmpty() && !forPid.equals(Long.toString(pid))) {
            return null;
        }
        try {
            return Duration.of(Long.parseLong(micros), TimeUnit.MICROSECONDS.toChronoUnit());
        } catch (NumberFormatException e) {
            LOG.warn("there is no watchdog: WATCHDOG_USEC is '{}'", micros);
            return null;
        }
    }

    /**
     * Says that the daemon is ready, and from now on that it still works.
     *
     * @param trouble what does not work any more, given how long anything may take; empty if all does
     * @param status what the daemon does, in words, one line
     */
    void ready(Function<Duration, Optional<String>> trouble, Supplier<String> status) {
        if (socket == null) {
            return;
        }
        lastStatus = status.get();
        say("READY=1\nSTATUS=" + lastStatus);
        // Four times while it waits, so that one that comes late is not taken for the end.
        Duration interval = watchdog == null ? STATUS_INTERVAL : shorter(STATUS_INTERVAL, watchdog.dividedBy(4));
        long millis = Math.max(SHORTEST_INTERVAL.toMillis(), interval.toMillis());
        pulse.scheduleWithFixedDelay(() -> beat(trouble, status), 0, millis, TimeUnit.MILLISECONDS);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void beat(Function<Duration, Optional<String>> trouble, Supplier<String> status) {
        try {
            if (isWell(trouble) && watchdog != null) {
                say("WATCHDOG=1");
            }
            String now = status.get();
            if (!now.equals(lastStatus)) {
                lastStatus = now;
                say("STATUS=" + now);
            }
        } catch (RuntimeException e) {
            LOG.warn("the service manager cannot be told how the daemon is", e);
        }
    }

    private boolean isWell(Function<Duration, Optional<String>> trouble) {
        Optional<String> found = watchdog == null ? Optional.empty() : trouble.apply(patience());
        boolean well = found.isEmpty();
        if (wasWell && !well) {
            LOG.error("{}; if it stays so, the service manager starts the daemon again", found.get());
        } else if (!wasWell && well) {
            LOG.info("all works again");
        }
        wasWell = well;
        return well;
    }

    private Duration patience() {
        Duration half = watchdog.dividedBy(2);
        return half.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : half;
    }

    /** Says that the daemon stops, in order. */
    void stopping() {
        pulse.shutdownNow();
        say("STOPPING=1\nSTATUS=stopping");
    }

    /** Says why the daemon does not run. @param reason one line */
    void failed(String reason) {
        pulse.shutdownNow();
        say("STATUS=" + reason.replace('\n', ' '));
    }

    private synchronized void say(String assignments) {
        if (socket == null) {
            return;
        }
        try {
            socket.send(assignments);
            unreachable = false;
        } catch (LinuxException e) {
            if (!unreachable) {
                LOG.warn("the service manager was not told: {}", e.getMessage());
            }
            unreachable = true;
        }
    }

    /** Says nothing any more. */
    @Override
    public void close() {
        pulse.shutdownNow();
        if (socket != null) {
            socket.close();
        }
    }
}
