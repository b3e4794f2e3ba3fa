package io.tapswitch.api;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One method on one path.
 *
 * @param method in capitals; GET stands for HEAD as well
 * @param path with parameters as OpenAPI writes them: <code>/api/v1/ports/{port}</code>
 * @param kind which thread it runs on, and what the request may carry
 * @param role what a caller needs to be allowed
 * @param guarded whether the action checks {@link Call#preconditions}; if not, a change that has some is refused
 * @param maxBodyLength in bytes
 * @param action what is done
 */
record Operation(String method, String path, Kind kind, Role role, boolean guarded, long maxBodyLength, Action action) {
    private static final long KIBIBYTE = 1024;
    private static final long MAX_BODY = 1024 * KIBIBYTE;
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    /** How an operation is run. */
    enum Kind {
        /** Changes nothing and has no body. On the read pool. */
        READ,
        /** The same, and may wait for other hosts. On a pool of its own, so that no other read waits with it. */
        REMOTE_READ,
        /** Changes nothing, unless its {@link Answer#done} says so, and has a JSON body. On the read pool. */
        QUESTION,
        /** The same, and may wait for other hosts. */
        REMOTE_QUESTION,
        /** Changes something; a body, if there is one, is JSON. On the change thread. */
        CHANGE,
        /** The same for a JSON merge patch, RFC 7396. */
        PATCH;

        boolean isRead() {
            return this == READ || this == REMOTE_READ;
        }

        boolean isChange() {
            return this == CHANGE || this == PATCH;
        }
    }

    /** Answers a call. */
    @FunctionalInterface
    interface Action {
        /** @throws IOException if the system refused; nothing has changed */
        Answer perform(Call call) throws IOException;
    }

    static Operation get(String path, Action action) {
        return new Operation("GET", path, Kind.READ, Role.READ, false, 0, action);
    }

    static Operation remoteGet(String path, Action action) {
        return new Operation("GET", path, Kind.REMOTE_READ, Role.READ, false, 0, action);
    }

    static Operation post(String path, Action action) {
        return new Operation("POST", path, Kind.CHANGE, Role.OPERATE, false, MAX_BODY, action);
    }

    /** A POST that asks what is too long for a URI. */
    static Operation question(String path, Action action) {
        return new Operation("POST", path, Kind.QUESTION, Role.READ, false, MAX_BODY, action);
    }

    static Operation remoteQuestion(String path, Action action) {
        return new Operation("POST", path, Kind.REMOTE_QUESTION, Role.READ, false, MAX_BODY, action);
    }

    static Operation put(String path, Action action) {
        return new Operation("PUT", path, Kind.CHANGE, Role.OPERATE, false, MAX_BODY, action);
    }

    static Operation patch(String path, Action action) {
        return new Operation("PATCH", path, Kind.PATCH, Role.OPERATE, false, MAX_BODY, action);
    }

    static Operation delete(String path, Action action) {
        return new Operation("DELETE", path, Kind.CHANGE, Role.OPERATE, false, MAX_BODY, action);
    }

    /** The same with another limit of the body. */
    Operation withMaxBodyLength(long bytes) {
        return new Operation(method, path, kind, role, guarded, bytes, action);
    }

    /** The same for callers with another role. */
    Operation requires(Role needed) {
        return new Operation(method, path, kind, needed, guarded, maxBodyLength, action);
    }

    /** The same, with an action that checks {@link Call#preconditions} under the lock that it changes the state under. */
    Operation checksPreconditions() {
        return new Operation(method, path, kind, role, true, maxBodyLength, action);
    }

    /** Answers a call, unless its preconditions do not hold, or the caller knows the answer. */
    Answer perform(Call call) throws IOException {
        Preconditions preconditions = call.preconditions();
        if (!kind.isRead()) {
            if (!guarded && !preconditions.isEmpty()) {
                throw Problem.of(
                        Problem.Kind.PRECONDITION_FAILED, "this resource has no ETag: leave the condition out");
            }
            return action.perform(call);
        }
        Answer answer = action.perform(call).tagged();
        String tag = answer.headers().get("ETag");
        return tag != null && preconditions.has(tag) ? Answer.notModified(tag) : answer;
    }

    /** The path as Vert.x writes it: {@code /api/v1/ports/:port}. */
    String vertxPath() {
        Matcher parameters = PARAMETER.matcher(path);
        return parameters.replaceAll(":$1");
    }
}
