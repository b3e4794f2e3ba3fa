package io.tapswitch.api;

import java.time.Instant;

/** Keeps who changed what, and who was not let. Called on the API's event loop; returns at once. */
interface Audit {
    /** Keeps nothing. */
    Audit NONE = entry -> {};

    /** Takes note of a request that was to change something, or was refused for who made it. */
    void record(Entry entry);

    /** One that tells this and the other. */
    default Audit and(Audit other) {
        return entry -> {
            record(entry);
            other.record(entry);
        };
    }

    /**
     * One request.
     *
     * @param method of HTTP
     * @param path without the query, which may hold what is nobody's business
     * @param status of the answer
     * @param done what was changed, in words; null if nothing was
     * @param refusal why it was refused for who made it, or the way that it came, in words; null if it was not
     */
    record Entry(Instant time, Caller caller, String method, String path, int status, String done, String refusal) {}
}
