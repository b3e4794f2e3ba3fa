package io.tapswitch.cluster;

import io.tapswitch.overlay.HostEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
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
    private final List<Consumer<HostEvent>> listeners = new ArrayList<>();
    private long changes;

    EventLog(String host, Supplier<Instant> clock) {
        this.host = host;
        this.clock = clock;
    }

    /** Tells the listener of each event there was, and that is {@linkplain #add added} from now on; it must return soon. */
    synchronized void listen(Consumer<HostEvent> listener) {
        events.forEach(listener);
        listeners.add(listener);
    }

    /** Notes an event, logs it, and tells the listeners. */
    synchronized void add(String kind, String subject, String text) {
        HostEvent event = keep(kind, subject, text);
        listeners.forEach(listener -> listener.accept(event));
    }

    /** Notes an event that the listeners know of already, and logs it. */
    synchronized HostEvent keep(String kind, String subject, String text) {
        LOG.info("cluster: {}: {}", kind, text);
        if (events.size() == KEPT) {
            events.removeFirst();
        }
        HostEvent event = new HostEvent(clock.get(), host, kind, subject, text);
        events.addLast(event);
        changes++;
        return event;
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
