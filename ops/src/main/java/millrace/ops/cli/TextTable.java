package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, each column as wide as its widest cell; numbers to the right. */
final class TextTable {
    private static final String GAP = "   ";
    private final List<String> headings;
    private final List<Boolean> right;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param headings one that ends with {@code >} heads a column of numbers */
    TextTable(String... headings) {
        this.headings = java.util.Arrays.stream(headings).map(h -> h.endsWith(">") ? h.substring(0, h.length() - 1) : h)
                .toList();
        this.right = java.util.Arrays.stream(headings).map(h -> h.endsWith(">")).toList();
    }

    TextTable row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + headings);
        }
        rows.add(java.util.Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    List<String> lines() {
        int[] widths = new int[headings.size()];
        for (int c = 0; c < widths.length; c++) {
            widths[c] = headings.get(c).length();
            for (List<String> row : rows) {
                widths[c] = Math.max(widths[c], row.get(c).codePointCount(0, row.get(c).length()));
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(headings, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < widths.length; c++) {
            String cell = cells.get(c);
            String pad = " ".repeat(Math.max(0, widths[c] - cell.codePointCount(0, cell.length())));
            line.append(c == 0 ? "" : GAP).append(right.get(c) ? pad + cell : cell + pad);
        }
        return line.toString().stripTrailing();
    }
}
