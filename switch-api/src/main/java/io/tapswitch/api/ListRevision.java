package io.tapswitch.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;

/**
 * The revision of one list of the desired state. Remembered as long as the list is the same object, as lists of an
 * immutable state are until they change: whoever reads a thousand ports every second is not to pay for it each time.
 * Thread-safe.
 */
final class ListRevision<T> {
    private final Function<T, ? extends JsonNode> form;
    private volatile Known known = new Known(null, null);

    /** @param list null before the first */
    private record Known(List<?> list, Revision revision) {}

    /** @param form how an item is written in the desired state */
    ListRevision(Function<T, ? extends JsonNode> form) {
        this.form = form;
    }

    /** @param list immutable */
    Revision of(List<T> list) {
        Known last = known;
        if (last.list != list) {
            last = new Known(list, Revision.of(Json.list(list, form)));
            known = last;
        }
        return last.revision;
    }
}
