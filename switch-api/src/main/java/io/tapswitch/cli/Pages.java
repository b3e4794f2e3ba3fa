package io.tapswitch.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Follows the pages of what networks have many of, such as their FDBs, to the end, one in memory at a time. */
final class Pages {
    private static final int PAGE = 1000;
    private static final String NETWORKS = "networks";

    private final ApiClient api;
    private final String collection;
    private final Map<String, ?> filters;

    /**
     * Asks nothing yet.
     *
     * @param collection the last word of its path, below that of a network
     * @param filters parameters of the query; those that are null are left out
     */
    Pages(ApiClient api, String collection, Map<String, ?> filters) {
        this.api = api;
        this.collection = collection;
        this.filters = filters;
    }

    /** Takes a page. */
    interface Reader<X extends Exception> {
        /** The API's document: {@code entries}, {@code total}, and {@code next} if it is not the last. */
        void read(JsonNode page) throws X;
    }

    /** Makes a row of an entry. */
    interface Row {
        /** The cells. @param network that has the entry */
        String[] of(String network, JsonNode entry);
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
        Map<String, Object> query = new LinkedHashMap<>(filters);
        query.put("limit", PAGE);
        query.put("after", after);
        return api.get(ApiClient.withQuery(ApiClient.path(NETWORKS, network, collection), query));
    }

    /** Prints the entries of some networks, page by page. */
    void print(List<String> networks, Table table, Row row, Output out) throws CliException {
        for (String name : networks) {
            forEach(name, page -> {
                page.path("entries").forEach(entry -> table.row(row.of(name, entry)));
                if (page.has("next")) {
                    table.print(out.text());
                }
            });
        }
        table.print(out.text());
    }

    /**
     * Writes the entries of some networks as one document, in the form that the API has for one.
     *
     * @param named whether each entry says its network
     */
    void write(List<String> networks, boolean named, JsonGenerator generator) throws IOException, CliException {
        long total = 0;
        generator.writeStartObject();
        generator.writeArrayFieldStart("entries");
        for (String name : networks) {
            total += forEach(name, page -> {
                for (JsonNode entry : page.path("entries")) {
                    generator.writeTree(named ? named(name, entry) : entry);
                }
            });
        }
        generator.writeEndArray();
        generator.writeNumberField("total", total);
        generator.writeEndObject();
    }

    private static ObjectNode named(String network, JsonNode entry) {
        return Json.object().put("network", network).setAll((ObjectNode) entry);
    }
}
