package millrace.topology.trial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/**
 * Rows expected against rows that came, in whatever order. Only the columns that an expected row names are compared. Pure.
 *
 * @param columns that any expected row names, in the order of the type
 * @param lines the rows: those that are as expected first, then each one that is missing with the one that came in its
 *        place, if any
 */
public record Comparison(List<Field> columns, List<Line> lines) {

    /** A row and which side has it. */
    public record Line(Side side, List<String> cells) {}

    /** Who has a row. */
    public enum Side {
        BOTH, EXPECTED, ACTUAL
    }

    public boolean isEqual() {
        return lines.stream().allMatch(l -> l.side() == Side.BOTH);
    }

    /**
     * Compares; rows that can be matched in several ways are matched so that most of them are.
     *
     * @param shown columns that are shown if no expected row names any
     */
    static Comparison of(ModelTest.Expected expected, List<Object[]> actual, List<String> shown) {
        FieldType.Struct type = expected.type();
        Set<String> named = new LinkedHashSet<>();
        expected.rows().forEach(r -> named.addAll(r.keySet()));
        if (named.isEmpty()) {
            named.addAll(shown);
        }
        List<Field> columns = type.fields().stream().filter(f -> named.contains(f.name())).toList();
        int[] partner = new Matching(expected, actual).partners();
        List<Line> lines = new ArrayList<>();
        List<Map<String, Object>> missing = new ArrayList<>();
        Set<Integer> taken = new LinkedHashSet<>();
        for (int e = 0; e < partner.length; e++) {
            if (partner[e] >= 0) {
                taken.add(partner[e]);
                lines.add(new Line(Side.BOTH, cells(type, columns, actual.get(partner[e]))));
            } else {
                missing.add(expected.rows().get(e));
            }
        }
        List<Object[]> unexpected = new ArrayList<>();
        for (int a = 0; a < actual.size(); a++) {
            if (!taken.contains(a)) {
                unexpected.add(actual.get(a));
            }
        }
        for (Map<String, Object> row : missing) {
            lines.add(new Line(Side.EXPECTED, cells(type, columns, row)));
            nearest(type, row, unexpected).ifPresent(near -> {
                unexpected.remove(near);
                lines.add(new Line(Side.ACTUAL, cells(type, columns, near)));
            });
        }
        unexpected.forEach(row -> lines.add(new Line(Side.ACTUAL, cells(type, columns, row))));
        return new Comparison(columns, lines);
    }

    /** That of which most columns are as expected, but at least one. */
    private static Optional<Object[]> nearest(FieldType.Struct type, Map<String, Object> row,
            List<Object[]> rows) {
        return rows.stream().filter(r -> likeness(type, row, r) > 0)
                .max(Comparator.comparingInt(r -> likeness(type, row, r)));
    }

    private static int likeness(FieldType.Struct type, Map<String, Object> expected, Object[] actual) {
        return (int) expected.entrySet().stream()
                .filter(e -> TestValues.same(e.getValue(), actual[type.indexOf(e.getKey())])).count();
    }

    private static List<String> cells(FieldType.Struct type, List<Field> columns, Object[] row) {
        return columns.stream().map(c -> TestValues.text(c.type(), row[type.indexOf(c.name())])).toList();
    }

    private static List<String> cells(FieldType.Struct type, List<Field> columns, Map<String, Object> row) {
        return columns.stream().map(c -> row.containsKey(c.name())
                ? TestValues.text(c.type(), row.get(c.name()))
                : "").toList();
    }

    /** Finds for as many expected rows as possible a row of their own, along augmenting paths (Kuhn). */
    private static final class Matching {
        private final ModelTest.Expected expected;
        private final List<Object[]> actual;
        private final int[] takenBy;

        Matching(ModelTest.Expected expected, List<Object[]> actual) {
            this.expected = expected;
            this.actual = actual;
            takenBy = new int[actual.size()];
            Arrays.fill(takenBy, -1);
        }

        /** For each expected row the position of the one that is as it says, or -1. */
        int[] partners() {
            for (int e = 0; e < expected.rows().size(); e++) {
                place(e, new boolean[actual.size()]);
            }
            int[] partners = new int[expected.rows().size()];
            Arrays.fill(partners, -1);
            for (int a = 0; a < takenBy.length; a++) {
                if (takenBy[a] >= 0) {
                    partners[takenBy[a]] = a;
                }
            }
            return partners;
        }

        private boolean place(int e, boolean[] tried) {
            for (int a = 0; a < tried.length; a++) {
                if (!tried[a] && fits(e, a)) {
                    tried[a] = true;
                    if (takenBy[a] < 0 || place(takenBy[a], tried)) {
                        takenBy[a] = e;
                        return true;
                    }
                }
            }
            return false;
        }

        private boolean fits(int e, int a) {
            Map<String, Object> row = expected.rows().get(e);
            return likeness(expected.type(), row, actual.get(a)) == row.size();
        }
    }
}
