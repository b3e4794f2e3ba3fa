package io.tapswitch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** One thing in full: lines of {@code key: value}, values aligned, sections indented. */
final class Details {
    private record Line(String key, String value, Details section) {}

    private final List<Line> lines = new ArrayList<>();

    /** Adds a line. */
    Details line(String key, String value) {
        lines.add(new Line(key + ":", Text.clean(value), null));
        return this;
    }

    /** Adds a section; the caller fills it. */
    Details section(String key) {
        Details section = new Details();
        lines.add(new Line(key + ":", "", section));
        return section;
    }

    /** Adds every field of an object but these, those that are objects as sections. */
    Details fields(ObjectNode json, Collection<String> except) {
        json.properties().forEach(field -> {
            if (!except.contains(field.getKey())) {
                field(Text.clean(field.getKey()), field.getValue());
            }
        });
        return this;
    }

    private void field(String key, JsonNode value) {
        if (value instanceof ObjectNode object) {
            if (object.isEmpty()) {
                line(key, Text.NONE);
            } else {
                section(key).fields(object, List.of());
            }
        } else if (value.isArray() && value.path(0).isObject()) {
            value.forEach(item -> field(key, item));
        } else {
            line(key, Text.of(value));
        }
    }

    /** Prints all lines. */
    void print(PrintWriter out) {
        print(out, "");
    }

    private void print(PrintWriter out, String indent) {
        int width = lines.stream()
                .filter(line -> line.section == null)
                .mapToInt(line -> line.key.length())
                .max()
                .orElse(0);
        for (Line line : lines) {
            String padding = " ".repeat(Math.max(0, width - line.key.length()));
            out.println((indent + line.key + padding + " " + line.value).stripTrailing());
            if (line.section != null) {
                line.section.print(out, indent + "  ");
            }
        }
    }
}
