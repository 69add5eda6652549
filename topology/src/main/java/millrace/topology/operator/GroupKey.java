package millrace.topology.operator;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.statestores.store.KeyBytes;
import millrace.topology.flow.RowBytes;

/** The columns that say which group a row belongs to, as a key. NULL equals NULL here, as in GROUP BY. */
final class GroupKey {
    private final int[] columns;
    private final RowBytes bytes;
    private final Object[] values;
    private final KeyBytes key = new KeyBytes();

    GroupKey(FieldType.Struct row, List<Integer> columns) {
        this.columns = columns.stream().mapToInt(Integer::intValue).toArray();
        bytes = new RowBytes(new FieldType.Struct(columns.stream().map(row.fields()::get).toList()));
        values = new Object[this.columns.length];
    }

    /** The key of a row; the same object each time, so that looking it up allocates nothing. */
    KeyBytes of(Object[] row) {
        for (int i = 0; i < columns.length; i++) {
            values[i] = row[columns[i]];
        }
        int length = bytes.write(values);
        return key.pointAt(bytes.buffer(), length);
    }

    /** The columns of a key's bytes, with room for others behind. */
    Object[] columns(byte[] of, int more) {
        Object[] read = bytes.read(of);
        return more == 0 ? read : java.util.Arrays.copyOf(read, read.length + more);
    }
}
