package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Follows the pages of a network's FDB to the end, one in memory at a time. */
final class FdbPages {
    private static final int PAGE = 1000;

    private final ApiClient api;
    private final String port;
    private final String type;

    /**
     * Asks nothing yet.
     *
     * @param port only stations behind it; null for all
     * @param type only entries of it; null for all
     */
    FdbPages(ApiClient api, String port, String type) {
        this.api = api;
        this.port = port;
        this.type = type;
    }

    /** Takes a page. */
    interface Reader<X extends Exception> {
        /** The API's document: {@code entries}, {@code total}, and {@code next} if it is not the last. */
        void read(JsonNode page) throws X;
    }

    /** Reads every page of a network; gives the {@code total} of the last. */
    <X extends Exception> long forEach(String network, Reader<X> reader) throws CliException, X {
        String after = null;
        JsonNode page;
        do {
            page = page(network, after);
            reader.read(page);
            after = page.path("next").textValue();
        } while (after != null);
        return page.path("total").asLong();
    }

    private JsonNode page(String network, String after) throws CliException {
        Map<String, Object> query = new LinkedHashMap<>();
        query.put("port", port);
        query.put("type", type);
        query.put("limit", PAGE);
        query.put("after", after);
        return api.get(ApiClient.withQuery(ApiClient.path("networks", network, "fdb"), query));
    }
}
