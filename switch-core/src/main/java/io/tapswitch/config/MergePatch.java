package io.tapswitch.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON merge patch, RFC 7396. */
public final class MergePatch {
    private MergePatch() {}

    /** What the patch makes of the target; neither is changed. */
    public static ObjectNode apply(ObjectNode target, ObjectNode patch) {
        ObjectNode result = target.deepCopy();
        patch.properties().forEach(change -> {
            String field = change.getKey();
            JsonNode value = change.getValue();
            if (value.isNull()) {
                result.remove(field);
            } else if (value.isObject()) {
                JsonNode old = result.get(field);
                ObjectNode base = old != null && old.isObject() ? (ObjectNode) old : result.objectNode();
                result.set(field, apply(base, (ObjectNode) value));
            } else {
                result.set(field, value);
            }
        });
        return result;
    }
}
