package io.tapswitch.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * One line per event, on standard error; of libraries, only warnings. Logback finds this class as a service, which
 * spares the start-up its search for files and an XML parser.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String OURS = "io.tapswitch";
    private static final String CONSOLE = "console";

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(loggers);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n");
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setName(CONSOLE);
        console.setContext(loggers);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        loggers.getLogger("ROOT").setLevel(Level.WARN);
        loggers.getLogger("ROOT").addAppender(console);
        loggers.getLogger(OURS).setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Changes how much this program logs. @param level {@code error} to {@code trace} */
    static void setLevel(String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
            loggers.getLogger(OURS).setLevel(Level.toLevel(level));
        }
    }

    /** From now on logs each event as one JSON object, for programs that collect logs. */
    static void useJson() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers
                && loggers.getLogger("ROOT").getAppender(CONSOLE) instanceof ConsoleAppender<ILoggingEvent> console) {
            JsonEncoder encoder = new JsonEncoder();
            encoder.setContext(loggers);
            encoder.setWithSequenceNumber(false);
            encoder.setWithNanoseconds(false);
            encoder.setWithContext(false);
            encoder.setWithMDC(false);
            encoder.setWithMarkers(false);
            encoder.setWithMessage(false);
            encoder.setWithArguments(false);
            encoder.setWithFormattedMessage(true);
            encoder.start();
            console.setEncoder(encoder);
        }
    }
}
