package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code tapswitch events}: what happened lately, on all hosts. */
@Command(
        name = "events",
        description = "Show what happened lately, on this host and on the others; the newest last.",
        footer = {"", "Example:", "  tapswitch events --kind duplicate-address --follow"})
public final class EventsCommand extends ClientCommand {
    private static final String EVENTS = "events";
    private static final int POLL_SECONDS = 1;

    /** With --follow; more do not happen between two polls, or between two hosts that are reached again. */
    private static final int POLL_LIMIT = 1000;

    private static final int REMEMBERED = 10 * POLL_LIMIT;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Limit.class,
            description = "Only the newest, 1 to 1000. Default: 100")
    private int limit = 100;

    @Option(names = "--kind", paramLabel = "KIND", description = "Only events of this kind. Default: all")
    private String kind;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            converter = Names.Host.class,
            description = "Only events of this host. Default: all")
    private String host;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until interrupted. Default: end")
    private boolean follow;

    /** Reads how many events to show. */
    static final class Limit implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > POLL_LIMIT) {
                throw new TypeConversionException("'" + text + "' is out of range: use 1 to " + POLL_LIMIT);
            }
            return Integer.valueOf(text);
        }
    }

    private final Set<JsonNode> shown = new LinkedHashSet<>();

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        if (follow) {
            follow(api, out);
        } else if (out.isForPeople()) {
            Table table = table();
            events(api, limit).path(EVENTS).forEach(event -> table.row(row(event)));
            table.print(out.text());
        } else {
            out.document(events(api, limit));
        }
    }

    private JsonNode events(ApiClient api, int atMost) throws CliException {
        Map<String, Object> query = new TreeMap<>();
        query.put("host", host);
        query.put("kind", kind);
        query.put("limit", atMost);
        return api.get(ApiClient.withQuery(ApiClient.path(EVENTS), query));
    }

    private void follow(ApiClient api, Output out) throws CliException {
        Table table = table();
        List<JsonNode> earlier = fresh(api);
        show(earlier.subList(Math.max(0, earlier.size() - limit), earlier.size()), table, out);
        // Whoever reads the output may be gone.
        while (!out.text().checkError() && pause()) {
            show(fresh(api), table, out);
        }
    }

    /** Those that were not among the ones before; a host that is reached again has earlier ones too. */
    private List<JsonNode> fresh(ApiClient api) throws CliException {
        List<JsonNode> fresh = new ArrayList<>();
        for (JsonNode event : events(api, POLL_LIMIT).path(EVENTS)) {
            if (shown.add(event)) {
                fresh.add(event);
            }
        }
        var oldest = shown.iterator();
        for (int excess = shown.size() - REMEMBERED; excess > 0; excess--) {
            oldest.next();
            oldest.remove();
        }
        return fresh;
    }

    private static void show(List<JsonNode> events, Table table, Output out) throws CliException {
        if (out.isForPeople()) {
            events.forEach(event -> table.row(row(event)));
            table.print(out.text());
        } else {
            for (JsonNode event : events) {
                out.item(event);
            }
        }
    }

    /** Whether to go on after it. */
    private static boolean pause() {
        try {
            TimeUnit.SECONDS.sleep(POLL_SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Table table() {
        return new Table().left("TIME", "HOST", "KIND", "SUBJECT", "EVENT");
    }

    private static String[] row(JsonNode event) {
        return new String[] {
            Text.of(event.path("time")),
            Text.of(event.path("host")),
            Text.of(event.path("kind")),
            Text.of(event.path("subject")),
            Text.of(event.path("text"))
        };
    }
}
