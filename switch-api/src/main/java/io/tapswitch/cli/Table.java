package io.tapswitch.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Aligned columns under a header line, two spaces apart, nothing drawn.
 *
 * <p>A long table can be printed piece by piece: each {@link #print} writes the rows since the last, in columns that
 * are never narrower than before.
 */
public final class Table {
    private record Column(String header, boolean right) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();
    private int[] widths = {};
    private boolean headerPrinted;

    /** Adds columns of text. */
    public Table left(String... headers) {
        return columns(false, headers);
    }

    /** Adds columns of numbers. */
    public Table right(String... headers) {
        return columns(true, headers);
    }

    private Table columns(boolean right, String... headers) {
        Arrays.stream(headers).map(header -> new Column(header, right)).forEach(columns::add);
        widths = columns.stream().mapToInt(column -> column.header.length()).toArray();
        return this;
    }

    /** Adds a row; as many cells as columns. Nothing in them reaches the terminal that it might act on. */
    public Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        String[] row = Arrays.stream(cells).map(Text::clean).toArray(String[]::new);
        for (int i = 0; i < row.length; i++) {
            widths[i] = Math.max(widths[i], row[i].length());
        }
        rows.add(row);
        return this;
    }

    /** Prints the rows that have not been printed yet. */
    public void print(PrintWriter out) {
        if (!headerPrinted) {
            out.println(line(columns.stream().map(Column::header).toArray(String[]::new)));
            headerPrinted = true;
        }
        rows.forEach(row -> out.println(line(row)));
        rows.clear();
    }

    private String line(String[] cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String padding = " ".repeat(widths[i] - cells[i].length());
            line.append(i == 0 ? "" : "  ");
            line.append(columns.get(i).right ? padding + cells[i] : cells[i] + padding);
        }
        return line.toString().stripTrailing();
    }
}
