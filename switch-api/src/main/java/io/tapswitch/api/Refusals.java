package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What came to nothing, of which {@link AuditLog} writes only so much for each caller and minute. When the minute is over,
 * one line more tells of the rest: it is the last of them, with how many others there were. Any thread.
 */
final class Refusals {
    static final int MOST_A_MINUTE = 60;

    /** Those who have not said who they are, all together: one of them could come from many addresses. */
    static final String STRANGERS = "";

    /** Those beyond are taken together with the strangers. */
    private static final int MOST_CALLERS = 1000;

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** By caller, the minute that began first is the first. */
    private final Map<String, Minute> minutes = new LinkedHashMap<>();

    /** The lines of minutes that are over. */
    private final List<ObjectNode> due = new ArrayList<>();

    /** A minute of one caller, from the first request that came to nothing. */
    private static final class Minute {
        private final long sinceNanos;
        private int count;
        private ObjectNode last;

        Minute(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /**
     * Counts one.
     *
     * @param caller by name, or {@link #STRANGERS}
     * @param line of it; kept if it is one too many
     * @return whether it is to be written
     */
    synchronized boolean take(String caller, ObjectNode line, long nowNanos) {
        endMinutes(nowNanos);
        String key = minutes.size() < MOST_CALLERS || minutes.containsKey(caller) ? caller : STRANGERS;
        Minute minute = minutes.computeIfAbsent(key, name -> new Minute(nowNanos));
        if (++minute.count > MOST_A_MINUTE) {
            minute.last = line;
        }
        return minute.last == null;
    }

    /** The lines of the minutes that are over, each once. */
    synchronized List<ObjectNode> told(long nowNanos) {
        endMinutes(nowNanos);
        List<ObjectNode> lines = List.copyOf(due);
        due.clear();
        return lines;
    }

    /** The same, ending every minute now. */
    synchronized List<ObjectNode> end() {
        minutes.values().forEach(this::tell);
        minutes.clear();
        List<ObjectNode> lines = List.copyOf(due);
        due.clear();
        return lines;
    }

    private void endMinutes(long nowNanos) {
        Iterator<Minute> oldestFirst = minutes.values().iterator();
        while (oldestFirst.hasNext()) {
            Minute minute = oldestFirst.next();
            if (nowNanos - minute.sinceNanos < MINUTE_NANOS) {
                return;
            }
            tell(minute);
            oldestFirst.remove();
        }
    }

    private void tell(Minute minute) {
        int others = minute.count - MOST_A_MINUTE - 1;
        if (minute.last != null) {
            due.add(others == 0 ? minute.last : minute.last.put("alsoRefused", others));
        }
    }
}
