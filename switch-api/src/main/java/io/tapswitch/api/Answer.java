package io.tapswitch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.tapswitch.config.ConfigReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param mediaType of the body; null if there is none
 * @param body its bytes; empty if there is none
 * @param stream more of the body, bit by bit; null if that was all. Whoever takes the answer closes it
 * @param headers besides those that follow from the body
 * @param done what the request changed, for the log; null if nothing
 */
record Answer(int status, String mediaType, byte[] body, ByteSource stream, Map<String, String> headers, String done) {
    private static final String JSON = "application/json";
    private static final int OK = 200;
    private static final byte[] NOTHING = {};

    static Answer ok(JsonNode json) {
        return of(OK, JSON, json);
    }

    static Answer created(String location, JsonNode json) {
        return new Answer(201, JSON, bytes(json), null, Map.of("Location", location), null);
    }

    static Answer noContent() {
        return new Answer(204, null, NOTHING, null, Map.of(), null);
    }

    /** What the caller has by this tag is what there is. */
    static Answer notModified(String tag) {
        return new Answer(304, null, NOTHING, null, Map.of("ETag", tag), null);
    }

    static Answer of(int status, String mediaType, JsonNode json) {
        return new Answer(status, mediaType, bytes(json), null, Map.of(), null);
    }

    static Answer text(String mediaType, String text) {
        return new Answer(OK, mediaType, text.getBytes(StandardCharsets.UTF_8), null, Map.of(), null);
    }

    /** An answer that comes bit by bit, without an end that is known before. */
    static Answer stream(String mediaType, ByteSource source) {
        return new Answer(OK, mediaType, NOTHING, source, Map.of(), null);
    }

    /** The same with one more header. */
    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, mediaType, body, stream, more, done);
    }

    /**
     * The same with the entity tag of what it shows.
     *
     * @param configured the part of it that can be changed
     */
    Answer tagged(Revision configured) {
        return with("ETag", configured.tag(body));
    }

    /** The same with an entity tag, if it is a document without one. */
    Answer tagged() {
        boolean isDocument =
                status == OK && stream == null && mediaType != null && mediaType.startsWith("application/");
        return isDocument && !headers.containsKey("ETag")
                ? with("ETag", Revision.of(body).tag())
                : this;
    }

    /** The same with a note of what was changed. */
    Answer done(String what) {
        return new Answer(status, mediaType, body, stream, headers, what);
    }

    private static byte[] bytes(JsonNode json) {
        try {
            return ConfigReader.JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
