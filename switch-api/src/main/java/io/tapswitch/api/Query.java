package io.tapswitch.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Queries for other hosts, made of those that came here. */
final class Query {
    private Query() {}

    /** These parameters of a call, as far as it has them, with the question mark; empty if it has none. */
    static String of(Call call, String... names) {
        StringBuilder query = new StringBuilder();
        for (String name : names) {
            String value = call.query(name, null, text -> text);
            if (value != null) {
                query.append(query.isEmpty() ? '?' : '&').append(name + "=" + encode(value));
            }
        }
        return query.toString();
    }

    /** A segment of a path, or a value. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
