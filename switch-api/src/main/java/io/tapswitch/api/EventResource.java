package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.api.Problem.Kind;
import io.tapswitch.event.EventJournal;
import io.tapswitch.event.EventJournal.Ring;
import io.tapswitch.event.JournalEntry;
import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.OverlayDirectory;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/events}: what happened lately, on this host and on the others, and what happens from now on. */
final class EventResource implements Resource {
    private static final Logger LOG = LoggerFactory.getLogger(EventResource.class);
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;
    private static final Pattern ID = Pattern.compile("([0-9a-z]{1,13})-([0-9]{1,18})");

    private final EventJournal journal;
    private final OtherHosts others;
    private final RemoteEvents remote;

    /** @param host this one, by name */
    EventResource(String host, EventJournal journal, OtherHosts others, OverlayDirectory directory) {
        this.journal = journal;
        this.others = others;
        this.remote = new RemoteEvents(host, journal, directory);
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.remoteGet("/api/v1/events", this::show));
    }

    private Answer show(Call call) {
        call.allowQuery("kind", "host", "limit", "learn", "after");
        Wanted wanted = wanted(call);
        String accepted = call.header("accept");
        if (accepted != null && accepted.contains(EventStream.MEDIA_TYPE)) {
            return follow(call, wanted);
        }
        Place after = call.query("after", null, EventResource::place);
        int limit = call.limit(DEFAULT_LIMIT, MAX_LIMIT);
        remote.take(others.events());
        ObjectNode json = Json.object();
        json.set("events", Json.list(newest(wanted, limit, after), this::json));
        return Answer.ok(json);
    }

    /** What a client wants to see. */
    private record Wanted(Set<Ring> rings, Predicate<JournalEntry> filter) {}

    private static Wanted wanted(Call call) {
        String kind = call.query("kind", null, text -> text);
        String host = call.query("host", null, text -> text);
        boolean learn = call.query("learn", false, ConfigResource::trueOrFalse);
        EnumSet<Ring> rings = EnumSet.of(Ring.OPERATION, Ring.ELSEWHERE);
        if (learn || kind != null && EventJournal.STATION_KINDS.contains(kind)) {
            rings.add(Ring.STATIONS);
        }
        return new Wanted(
                rings,
                entry -> (kind == null || entry.event().kind().equals(kind))
                        && (host == null || entry.event().host().equals(host)));
    }

    /** A place in a journal, which may be the one before a restart. */
    private record Place(String epoch, long sequence) {}

    private static Place place(String id) {
        Matcher matcher = ID.matcher(id);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + id + "' is not the id of an event");
        }
        return new Place(matcher.group(1), Long.parseLong(matcher.group(2)));
    }

    private List<JournalEntry> newest(Wanted wanted, int limit, Place after) {
        boolean isOfNow = after != null && after.epoch().equals(journal.epoch());
        List<JournalEntry> all =
                new ArrayList<>(journal.after(isOfNow ? after.sequence() : 0, wanted.rings(), Integer.MAX_VALUE)
                        .entries());
        all.removeIf(wanted.filter().negate());
        all.sort(Comparator.comparing(entry -> entry.event().time()));
        return all.subList(Math.max(0, all.size() - limit), all.size());
    }

    private Answer follow(Call call, Wanted wanted) {
        Place after = lastSeen(call);
        int limit = call.query("limit", 0, text -> call.limit(0, MAX_LIMIT));
        takeOthers();
        EventStream stream =
                new EventStream(journal, wanted.rings(), wanted.filter(), this::json, remote::ask, System::nanoTime);
        if (after != null) {
            stream.resume(after.epoch(), after.sequence());
        } else {
            long last = journal.last();
            List<JournalEntry> earlier = limit == 0 ? List.of() : newest(wanted, limit, null);
            stream.beginWith(
                    earlier.stream().filter(entry -> entry.sequence() <= last).toList(), last);
        }
        return Answer.stream(EventStream.MEDIA_TYPE, stream).with("Cache-Control", "no-store");
    }

    /** Where the client ended; null if it begins. One that comes back has the header, and the URL that it began with. */
    private static Place lastSeen(Call call) {
        Place after = call.query("after", null, EventResource::place);
        String header = call.header("last-event-id");
        if (header == null || header.isEmpty()) {
            return after;
        }
        try {
            return place(header);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Kind.MALFORMED, "Last-Event-ID", e.getMessage());
        }
    }

    /** What they told before is not to come as if it were new. */
    private void takeOthers() {
        try {
            remote.take(others.events());
        } catch (Problem unreachable) {
            LOG.debug("api: events begin without those of other hosts", unreachable);
        }
    }

    private ObjectNode json(JournalEntry entry) {
        HostEvent event = entry.event();
        ObjectNode json = Json.object()
                .put("id", EventStream.id(journal, entry.sequence()))
                .put("time", event.time().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("host", event.host())
                .put("kind", event.kind())
                .put("subject", event.subject())
                .put("text", event.text());
        return entry.by() == null ? json : json.put("by", entry.by());
    }
}
