package millrace.topology.operator;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import millrace.schemas.row.FieldType;
import millrace.statestores.store.KeyBytes;
import millrace.topology.aggregate.OneForm;
import millrace.topology.flow.RowBytes;

/**
 * The columns that say which group a row belongs to, as a key. NULL equals NULL here, as in GROUP BY, and values that are
 * the same are one group whatever their bytes.
 */
final class GroupKey {
    private final int[] columns;
    private final RowBytes bytes;
    private final Object[] values;
    /** By position in the key; null where values that are the same have the same bytes anyway. */
    private final UnaryOperator<Object>[] forms;
    private final KeyBytes key = new KeyBytes();

    @SuppressWarnings("unchecked")
    GroupKey(FieldType.Struct row, List<Integer> columns) {
        this.columns = columns.stream().mapToInt(Integer::intValue).toArray();
        bytes = new RowBytes(new FieldType.Struct(columns.stream().map(row.fields()::get).toList()));
        values = new Object[this.columns.length];
        forms = columns.stream().map(c -> OneForm.of(row.fields().get(c).type()).orElse(null))
                .toArray(UnaryOperator[]::new);
    }

    /** The key of a row; the same object each time, so that looking it up allocates nothing. */
    KeyBytes of(Object[] row) {
        for (int i = 0; i < columns.length; i++) {
            Object value = row[columns[i]];
            values[i] = forms[i] == null || value == null ? value : forms[i].apply(value);
        }
        int length = bytes.write(values);
        return key.pointAt(bytes.buffer(), length);
    }

    /** The columns of a key's bytes, with room for others behind. */
    Object[] columns(byte[] of, int more) {
        Object[] read = bytes.read(of);
        return more == 0 ? read : Arrays.copyOf(read, read.length + more);
    }
}
