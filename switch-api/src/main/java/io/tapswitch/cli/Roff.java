package io.tapswitch.cli;

/** Writes a manual page in the macros of man(7), which groff and mandoc both read. Not thread-safe. */
final class Roff {
    private final StringBuilder page = new StringBuilder();

    /** The first line of a page: its name, what it is of and its version. Words are not to be cut, nor lines stretched. */
    Roff title(String name, int section, String of) {
        macro("TH", name, Integer.toString(section), "", of, "");
        page.append(".nh\n.ad l\n");
        return this;
    }

    /** Begins a section. */
    Roff section(String heading) {
        return macro("SH", heading);
    }

    /** Running text. */
    Roff text(String text) {
        return line(escape(text));
    }

    /** A line that is ready to be written. */
    Roff line(String roff) {
        String guarded = roff.startsWith(".") || roff.startsWith("'") ? "\\&" + roff : roff;
        page.append(guarded).append('\n');
        return this;
    }

    /** Begins a paragraph. */
    Roff paragraph() {
        return macro("PP");
    }

    /** A word, ready to be written, and what it means. */
    Roff item(String word, String meaning) {
        return macro("TP").line(word).text(meaning);
    }

    /** Text whose lines stay as they are, a little to the right. */
    Roff verbatim(Iterable<String> lines) {
        macro("RS", "4").macro("nf");
        lines.forEach(this::text);
        return macro("fi").macro("RE");
    }

    private Roff macro(String name, String... words) {
        page.append('.').append(name);
        for (String word : words) {
            page.append(" \"").append(escape(word).replace("\"", "\\(dq")).append('"');
        }
        page.append('\n');
        return this;
    }

    /** Bold, ready to be written: what is to be typed as it stands. */
    static String bold(String text) {
        return "\\fB" + escape(text) + "\\fR";
    }

    /** Italic, ready to be written: what something is put in the place of. */
    static String italic(String text) {
        return "\\fI" + escape(text) + "\\fR";
    }

    /** A hyphen is to be one in a terminal, so that it can be searched for and copied. */
    static String escape(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
