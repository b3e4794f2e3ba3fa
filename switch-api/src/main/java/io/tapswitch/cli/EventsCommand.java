package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tapswitch events}: what happened lately, on all hosts. */
@Command(
        name = "events",
        description = "Show what happened lately, on this host and on the others; the newest last.",
        footer = {"", "Example:", "  tapswitch events --kind duplicate-address --follow"})
public final class EventsCommand extends ClientCommand {
    private static final String EVENTS = "events";
    private static final int RECONNECT_SECONDS = 1;
    private static final int MOST_FAILURES = 10;
    private static final int MOST = 10_000;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Limit.class,
            description = "Only the newest, 1 to 10000. Default: 100")
    private int limit = 100;

    @Option(names = "--kind", paramLabel = "KIND", description = "Only events of this kind. Default: all")
    private String kind;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            converter = Names.Host.class,
            description = "Only events of this host. Default: all")
    private String host;

    @Option(names = "--learn", description = "Also events of single stations: learned, moved, aged. Default: not")
    private boolean learn;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until interrupted. Default: end")
    private boolean follow;

    /** Reads how many events to show. */
    static final class Limit extends WholeNumber {
        Limit() {
            super(MOST);
        }
    }

    @Override
    protected void run(ApiClient api, Output out) throws CliException {
        if (follow) {
            follow(api, out);
        } else if (out.isForPeople()) {
            Table table = table();
            events(api).path(EVENTS).forEach(event -> table.row(row(event)));
            table.print(out.text());
        } else {
            out.document(events(api));
        }
    }

    private JsonNode events(ApiClient api) throws CliException {
        return api.get(target(null));
    }

    /** Goes on where it ended when the connection breaks, also when the daemon is away for a moment. */
    private void follow(ApiClient api, Output out) throws CliException {
        Table table = table();
        EventReader reader = new EventReader((kind, data) -> show(kind, data, table, out));
        int failures = 0;
        do {
            String start = reader.lastId();
            try {
                api.stream(target(start), "text/event-stream", reader);
            } catch (CliException e) {
                failures = Objects.equals(start, reader.lastId()) ? failures + 1 : 1;
                if (reader.lastId() == null || failures > MOST_FAILURES || !(e.getCause() instanceof IOException)) {
                    throw e;
                }
            }
            // Whoever reads the output may be gone.
        } while (!out.text().checkError() && pause());
    }

    private String target(String lastId) {
        Map<String, Object> query = new TreeMap<>();
        query.put("host", host);
        query.put("kind", kind);
        query.put("learn", learn ? true : null);
        query.put("after", lastId);
        query.put("limit", lastId == null ? limit : null);
        return ApiClient.withQuery(ApiClient.path(EVENTS), query);
    }

    private static boolean show(String kind, JsonNode event, Table table, Output out) throws IOException {
        try {
            if (!out.isForPeople()) {
                out.item(event);
            } else if (kind.equals("gap")) {
                out.line("(" + event.path("text").asText() + ")");
            } else {
                table.row(row(event));
                table.print(out.text());
            }
        } catch (CliException e) {
            throw new IOException(e.getMessage(), e);
        }
        return !out.text().checkError();
    }

    /** Whether to go on after it. */
    private static boolean pause() {
        try {
            TimeUnit.SECONDS.sleep(RECONNECT_SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Table table() {
        return new Table().left("TIME", "HOST", "KIND", "SUBJECT", "BY", "EVENT");
    }

    private static String[] row(JsonNode event) {
        return new String[] {
            Text.of(event.path("time")),
            Text.of(event.path("host")),
            Text.of(event.path("kind")),
            Text.of(event.path("subject")),
            Text.of(event.path("by")),
            Text.of(event.path("text"))
        };
    }
}
