package io.tapswitch.api;

import io.tapswitch.event.EventJournal;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what other hosts tell of themselves into the journal of this one. They tell by records that have to be asked for:
 * so that is done when somebody wants to see events, and again and again while somebody follows them. Any thread.
 */
final class RemoteEvents {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteEvents.class);
    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What each host adds to that, so that the store has little more to do where there are many. */
    private static final long POLL_NANOS_PER_HOST = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int MOST_HOSTS = 4096;

    private final String host;
    private final EventJournal journal;
    private final OverlayDirectory directory;

    /** What each host last told; one that cannot be reached for a time is not new because of that. */
    private final Map<String, Set<HostEvent>> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<HostEvent>> eldest) {
            return size() > MOST_HOSTS;
        }
    };

    private boolean isAsking;
    private long askedNanos;

    /** @param host this one, by name */
    RemoteEvents(String host, EventJournal journal, OverlayDirectory directory) {
        this.host = host;
        this.journal = journal;
        this.directory = directory;
        this.askedNanos = System.nanoTime() - POLL_NANOS;
    }

    /** Takes in what is new among what hosts tell. @param events the oldest first */
    synchronized void take(List<HostEvent> events) {
        Map<String, Set<HostEvent>> told = new HashMap<>();
        for (HostEvent event : events) {
            boolean isFirst = !event.host().equals(host)
                    && told.computeIfAbsent(event.host(), name -> new HashSet<>())
                            .add(event);
            if (isFirst && !known.getOrDefault(event.host(), Set.of()).contains(event)) {
                journal.add(event);
            }
        }
        known.putAll(told);
    }

    /** Asks the others, unless that was done lately. Returns at once. */
    void ask() {
        if (!isDue()) {
            return;
        }
        if (directory.hosts().isEmpty()) {
            answered();
            return;
        }
        try {
            directory.events().whenComplete((events, failure) -> {
                if (failure == null) {
                    take(events);
                } else {
                    LOG.debug("the other hosts' events cannot be had", failure);
                }
                answered();
            });
        } catch (RuntimeException e) {
            LOG.debug("the other hosts' events cannot be had", e);
            answered();
        }
    }

    private synchronized boolean isDue() {
        long now = System.nanoTime();
        if (isAsking || now - askedNanos < POLL_NANOS + POLL_NANOS_PER_HOST * known.size()) {
            return false;
        }
        isAsking = true;
        askedNanos = now;
        return true;
    }

    private synchronized void answered() {
        isAsking = false;
    }
}
