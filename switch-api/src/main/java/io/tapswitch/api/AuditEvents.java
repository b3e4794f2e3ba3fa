package io.tapswitch.api;

import io.tapswitch.event.EventJournal;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes events of what callers do: each change, with who made it, and who comes and goes; those who were not let in, but only
 * one in a while, as somebody may try very often. On the API's event loop.
 */
final class AuditEvents implements Audit {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String BASE = "/api/v1/";

    /** The resources that say who may come, and who has. */
    private static final Set<String> ACCESS = Set.of("session", "login-codes", "tokens");

    private static final String TRACE = "trace";

    private final EventJournal journal;
    private final LongSupplier nanoTime;
    private boolean wasRefused;
    private long refusedNanos;
    private long untold;

    /** @param nanoTime the clock */
    AuditEvents(EventJournal journal, LongSupplier nanoTime) {
        this.journal = journal;
        this.nanoTime = nanoTime;
    }

    @Override
    public void record(Entry entry) {
        if (entry.status() == UNAUTHORIZED || entry.status() == FORBIDDEN) {
            refused(entry);
        } else if (entry.done() != null) {
            String path = entry.path();
            String subject = path.startsWith(BASE) ? path.substring(BASE.length()) : path;
            journal.add(kind(subject), subject, entry.done(), entry.caller().name());
        }
    }

    private static String kind(String subject) {
        if (ACCESS.contains(subject.split("/", 2)[0])) {
            return "access";
        }
        return subject.equals(TRACE) ? "frame-injected" : "config-changed";
    }

    private void refused(Entry entry) {
        long now = nanoTime.getAsLong();
        if (wasRefused && now - refusedNanos < INTERVAL_NANOS) {
            untold++;
            return;
        }
        String who = entry.caller().name() + " at " + entry.caller().address();
        String others = untold == 0 ? "" : "; so were " + untold + " requests before";
        journal.add(
                entry.status() == FORBIDDEN ? "refused" : "login-failed",
                entry.caller().address(),
                entry.method() + " " + entry.path() + " by " + who + " was refused: " + entry.refusal() + others);
        wasRefused = true;
        refusedNanos = now;
        untold = 0;
    }
}
