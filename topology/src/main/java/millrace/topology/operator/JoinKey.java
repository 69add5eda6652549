package millrace.topology.operator;

import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.statestores.store.KeyBytes;

/** The columns of one side of a join that equal those of the other; NULL equals nothing. Serves one task. */
final class JoinKey {
    private final int[] columns;
    private final GroupKey key;

    JoinKey(JoinPlan.Side side) {
        columns = side.keys().stream().mapToInt(Integer::intValue).toArray();
        // The bytes of a value depend on whether it may be NULL, and both sides must have the same.
        key = new GroupKey(new FieldType.Struct(side.row().fields().stream()
                .map(f -> new Field(f.name(), f.type(), true)).toList()), side.keys());
    }

    /** The same object each time, or null if the row can have no partner. */
    KeyBytes of(Object[] row) {
        for (int column : columns) {
            if (row[column] == null) {
                return null;
            }
        }
        return key.of(row);
    }
}
