package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes server-sent events (the HTML standard, 9.2) out of a body that comes bit by bit. */
final class EventReader implements HttpExchange.Sink {
    /** Longer ones are none of the daemon's. */
    static final int MOST_BYTES = 1 << 20;

    private final Taker taker;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Map<String, String> fields = new LinkedHashMap<>();
    private String lastId;
    private int length;

    /** What is done with an event. */
    @FunctionalInterface
    interface Taker {
        /**
         * @param kind the field {@code event}
         * @param data of the event
         * @return whether more is wanted
         */
        boolean take(String kind, JsonNode data) throws IOException;
    }

    EventReader(Taker taker) {
        this.taker = taker;
    }

    /** Where to go on; null if the daemon has not said yet. */
    String lastId() {
        return lastId;
    }

    @Override
    public boolean take(byte[] piece) throws IOException {
        for (byte octet : piece) {
            if (octet != '\n') {
                add(octet);
            } else if (!endOfLine()) {
                return false;
            }
        }
        return true;
    }

    private void add(byte octet) throws IOException {
        line.write(octet);
        if (++length > MOST_BYTES) {
            throw new IOException("the answer has an event of more than " + MOST_BYTES + " bytes");
        }
    }

    private boolean endOfLine() throws IOException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (!text.isEmpty()) {
            String[] field = text.split(": ?", 2);
            fields.put(field[0], field.length == 2 ? field[1] : "");
            return true;
        }
        length = 0;
        lastId = fields.getOrDefault("id", lastId);
        String data = fields.get("data");
        String kind = fields.getOrDefault("event", "message");
        fields.clear();
        return data == null || taker.take(kind, Json.read(data.getBytes(StandardCharsets.UTF_8)));
    }
}
