package io.tapswitch.cluster;

import com.hazelcast.logging.AbstractLogger;
import com.hazelcast.logging.ILogger;
import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LoggerFactory;
import java.util.List;
import java.util.logging.Level;
import org.slf4j.Logger;

/**
 * Takes what Hazelcast logs to SLF4J, one step lower where it warns of what is no news: that a member cannot be reached is
 * said once, in our words, by {@link HazelcastStore#state}, and not at every attempt.
 *
 * <p>Hazelcast makes this by its name.
 */
public final class HazelcastLog implements LoggerFactory {
    private static final List<String> CHATTER = List.of(
            // Wants parts of the JDK opened, for statistics and shortcuts that are not used here.
            "com.hazelcast.instance.impl.HazelcastInstanceFactory",
            // That it is off, as it was told.
            "com.hazelcast.spi.impl.operationexecutor.slowoperationdetector.SlowOperationDetector",
            // That a join has failed, or was ended.
            "com.hazelcast.instance.impl.Node",
            // Each attempt of a client.
            "com.hazelcast.client.impl.connection.");

    /** For Hazelcast. */
    public HazelcastLog() {}

    @Override
    public ILogger getLogger(String name) {
        return new Adapter(
                org.slf4j.LoggerFactory.getLogger(name), CHATTER.stream().anyMatch(name::startsWith));
    }

    private static final class Adapter extends AbstractLogger {
        private final Logger logger;
        private final boolean chatter;

        Adapter(Logger logger, boolean chatter) {
            this.logger = logger;
            this.chatter = chatter;
        }

        @Override
        public void log(Level level, String message) {
            log(level, message, null);
        }

        @Override
        public void log(Level level, String message, Throwable thrown) {
            if (thrown == null || logger.isDebugEnabled()) {
                logger.atLevel(of(level)).setCause(thrown).log("{}", message);
            } else {
                logger.atLevel(of(level)).log("{} ({})", message, thrown.toString());
            }
        }

        @Override
        @SuppressWarnings("removal")
        public void log(LogEvent event) {
            log(
                    event.getLogRecord().getLevel(),
                    event.getLogRecord().getMessage(),
                    event.getLogRecord().getThrown());
        }

        @Override
        public Level getLevel() {
            for (Level level : new Level[] {Level.FINEST, Level.FINE, Level.INFO, Level.WARNING, Level.SEVERE}) {
                if (isLoggable(level)) {
                    return level;
                }
            }
            return Level.OFF;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level != Level.OFF && logger.isEnabledForLevel(of(level));
        }

        private org.slf4j.event.Level of(Level level) {
            int value = level.intValue();
            if (chatter && value > Level.INFO.intValue()) {
                return org.slf4j.event.Level.DEBUG;
            }
            if (value >= Level.SEVERE.intValue()) {
                return org.slf4j.event.Level.ERROR;
            }
            if (value >= Level.WARNING.intValue()) {
                return org.slf4j.event.Level.WARN;
            }
            // Even its "info" is of threads and partitions: nothing that an operator of a switch asks for.
            return value >= Level.INFO.intValue() ? org.slf4j.event.Level.DEBUG : org.slf4j.event.Level.TRACE;
        }
    }
}
