package io.tapswitch.cluster;

import io.tapswitch.overlay.HostEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened on this host lately: the last {@value #KEPT} events. Any thread. */
final class EventLog {
    static final int KEPT = 128;

    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    private final String host;
    private final Supplier<Instant> clock;
    private final Deque<HostEvent> events = new ArrayDeque<>();
    private long changes;

    EventLog(String host, Supplier<Instant> clock) {
        this.host = host;
        this.clock = clock;
    }

    /** Notes an event, and logs it. */
    synchronized void add(String kind, String subject, String text) {
        LOG.info("cluster: {}: {}", kind, text);
        if (events.size() == KEPT) {
            events.removeFirst();
        }
        events.addLast(new HostEvent(clock.get(), host, kind, subject, text));
        changes++;
    }

    /** The oldest first. */
    synchronized List<HostEvent> events() {
        return List.copyOf(events);
    }

    /** How many there ever were. */
    synchronized long changes() {
        return changes;
    }
}
