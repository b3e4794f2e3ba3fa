package io.tapswitch.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tapswitch.StateNotSavedException;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.ConfigReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request that is not granted: the problem details of RFC 9457, as an exception. */
final class Problem extends RuntimeException {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

    /** What kind of trouble it is: the last word of the URN, the status, and the title. */
    enum Kind {
        MALFORMED(400, "The request is malformed"),
        UNAUTHORIZED(401, "Who you are is not known"),
        FORBIDDEN(403, "The request is not allowed"),
        NOT_FOUND(404, "There is no such resource"),
        METHOD_NOT_ALLOWED(405, "The resource does not have this method"),
        CONFLICT(409, "The request is at odds with what there is"),
        REFUSED(409, "The system refused"),
        PRECONDITION_FAILED(412, "The resource is not what the request rests on"),
        TOO_LARGE(413, "The body is too large"),
        URI_TOO_LONG(414, "The URI is too long"),
        UNSUPPORTED_MEDIA_TYPE(415, "The body is of another media type"),
        INVALID(422, "A field is not valid"),
        TOO_MANY_REQUESTS(429, "There were too many requests"),
        HEADERS_TOO_LARGE(431, "The header fields are too large"),
        INTERNAL(500, "A defect of the switch"),
        UNAVAILABLE(503, "Not available now"),
        NOT_SAVED(507, "The state could not be saved");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        /** By the name of its type; {@link #UNAVAILABLE} for a type of another version of TapSwitch. */
        static Kind of(String type) {
            return Arrays.stream(values())
                    .filter(kind -> kind.type().equals(type))
                    .findFirst()
                    .orElse(UNAVAILABLE);
        }

        int status() {
            return status;
        }

        String type() {
            return "urn:tapswitch:error:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Kind kind;
    private final String field;
    private final transient Map<String, String> headers;

    private Problem(Kind kind, String field, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.kind = kind;
        this.field = field;
        this.headers = headers;
    }

    static Problem of(Kind kind, String detail) {
        return new Problem(kind, "", detail, Map.of());
    }

    /** @param field the path of the field or the name of the parameter that is wrong */
    static Problem of(Kind kind, String field, String detail) {
        return new Problem(kind, field, detail, Map.of());
    }

    /** The same with a header field that HTTP asks for. */
    Problem with(String header, String value) {
        return new Problem(kind, field, getMessage(), Map.of(header, value));
    }

    /** What is wrong, with the field that it is wrong with. */
    String inWords() {
        return field.isEmpty() ? getMessage() : field + ": " + getMessage();
    }

    /** The problem that an exception of the switch means to the client. What nobody expects is logged, with an id. */
    static Problem from(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        if (failure instanceof ConfigException e) {
            return of(kindOf(e), e.field(), e.detail());
        }
        if (failure instanceof StateNotSavedException e) {
            return of(Kind.NOT_SAVED, e.getMessage());
        }
        if (failure instanceof IOException e) {
            return of(Kind.REFUSED, e.getMessage());
        }
        String id = UUID.randomUUID().toString();
        LOG.error("api: defect {}", id, failure);
        return of(Kind.INTERNAL, "this is a defect: please report the log lines with " + id);
    }

    private static Kind kindOf(ConfigException e) {
        return switch (e.kind()) {
            case INVALID -> Kind.INVALID;
            case CONFLICT -> Kind.CONFLICT;
            case NOT_FOUND -> Kind.NOT_FOUND;
        };
    }

    /** @param instance the path of the request */
    Answer answer(String instance) {
        ObjectNode json = ConfigReader.JSON
                .createObjectNode()
                .put("type", kind.type())
                .put("title", kind.title)
                .put("status", kind.status)
                .put("detail", getMessage())
                .put("instance", instance);
        if (!field.isEmpty()) {
            json.put("field", field);
        }
        Answer answer = Answer.of(kind.status, MEDIA_TYPE, json);
        return new Answer(answer.status(), answer.mediaType(), answer.body(), null, headers, null);
    }
}
