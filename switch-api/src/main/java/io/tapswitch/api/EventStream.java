package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.event.EventJournal;
import io.tapswitch.event.EventJournal.Part;
import io.tapswitch.event.EventJournal.Ring;
import io.tapswitch.event.JournalEntry;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The journal as server-sent events (the HTML standard, 9.2), from some point on and without an end:
 *
 * <pre>
 * id: kq3v1-17
 * event: port-up
 * data: {"id":"kq3v1-17","time":...}
 *
 * </pre>
 *
 * A client that comes back with the last id that it saw goes on there. What it missed for good is told by an event of kind
 * {@code gap}. A comment now and then, with the id to go on at, keeps the connection in use.
 */
final class EventStream implements ByteSource {
    static final String MEDIA_TYPE = "text/event-stream";

    private static final long COMMENT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final int RECONNECT_MILLIS = 2000;
    private static final int MOST_AT_ONCE = 256;

    private final EventJournal journal;
    private final Collection<Ring> rings;
    private final Predicate<JournalEntry> filter;
    private final Function<JournalEntry, ObjectNode> form;
    private final Runnable eachTime;
    private final LongSupplier nanoTime;
    private final StringBuilder text = new StringBuilder();
    private long position;
    private long sentNanos;

    /**
     * @param rings which events
     * @param filter which of them
     * @param form as data
     * @param eachTime done before the journal is looked at; returns at once
     * @param nanoTime the clock
     */
    EventStream(
            EventJournal journal,
            Collection<Ring> rings,
            Predicate<JournalEntry> filter,
            Function<JournalEntry, ObjectNode> form,
            Runnable eachTime,
            LongSupplier nanoTime) {
        this.journal = journal;
        this.rings = List.copyOf(rings);
        this.filter = filter;
        this.form = form;
        this.eachTime = eachTime;
        this.nanoTime = nanoTime;
        this.position = journal.last();
        this.sentNanos = nanoTime.getAsLong();
        text.append("retry: ").append(RECONNECT_MILLIS).append('\n');
    }

    /** Begins with these, and goes on behind a number. */
    void beginWith(List<JournalEntry> earlier, long after) {
        earlier.forEach(this::event);
        position = after;
        comment();
    }

    /** Goes on where a client ended. @param epoch of the journal that it had then */
    void resume(String epoch, long after) {
        if (epoch.equals(journal.epoch())) {
            position = Math.min(after, journal.last());
        } else {
            gap("the daemon has been restarted since");
            position = 0;
        }
    }

    @Override
    public Buffer next() {
        eachTime.run();
        Part part = journal.after(position, rings, MOST_AT_ONCE);
        if (part.isGap()) {
            gap("more has happened than is kept");
        }
        part.entries().stream().filter(filter).forEach(this::event);
        position = part.position();
        if (nanoTime.getAsLong() - sentNanos >= COMMENT_NANOS) {
            comment();
        }
        return take();
    }

    private Buffer take() {
        Buffer bytes = Buffer.buffer(text.toString());
        if (bytes.length() > 0) {
            text.setLength(0);
            sentNanos = nanoTime.getAsLong();
        }
        return bytes;
    }

    private void event(JournalEntry entry) {
        text.append("id: ").append(id(journal, entry.sequence())).append('\n');
        // Of another host: it might be anything.
        text.append("event: ").append(entry.event().kind().replaceAll("[\r\n]", " "));
        text.append("\ndata: ").append(form.apply(entry)).append("\n\n");
    }

    private void gap(String why) {
        text.append("event: gap\ndata: ")
                .append(Json.object().put("kind", "gap").put("text", "events are missing here: " + why))
                .append("\n\n");
    }

    private void comment() {
        text.append(":\nid: ").append(id(journal, position)).append("\n\n");
    }

    /** How a place in the journal is called. */
    static String id(EventJournal journal, long sequence) {
        return journal.epoch() + "-" + sequence;
    }

    @Override
    public void close() {}
}
