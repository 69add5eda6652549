package millrace.topology.operator;

import java.util.Arrays;
import java.util.List;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;

/**
 * The bytes that stand for a unique key: Avro binary of its columns, in the order of {@code unique_key}, without a
 * frame. Equal keys have equal bytes in every registry, so a key never changes its partition. Reuses buffers: an
 * instance serves one task.
 */
public final class CanonicalKey {
    private final int[] columns;
    private final FieldType.Struct rowType;
    private final AvroRowEncoder encoder;

    public CanonicalKey(FieldType.Struct rowType, List<Integer> columns) {
        this.columns = columns.stream().mapToInt(Integer::intValue).toArray();
        this.rowType = rowType;
        FieldType.Struct key = new FieldType.Struct(columns.stream().map(c -> rowType.fields().get(c))
                .map(f -> Field.required(f.name(), f.type())).toList());
        encoder = AvroRowEncoder.of(AvroTypes.toSchema("key", key), key, 0);
    }

    /** @throws NullInKeyException if a column is null */
    byte[] of(Object[] row) throws NullInKeyException {
        Object[] key = new Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            key[i] = row[columns[i]];
            if (key[i] == null) {
                throw new NullInKeyException(rowType.fields().get(columns[i]).name());
            }
        }
        byte[] framed = encoder.encode(key);
        return Arrays.copyOfRange(framed, ConfluentFrame.HEADER, framed.length);
    }

    /** Carries the column, and no stack trace. */
    static final class NullInKeyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String column;

        NullInKeyException(String column) {
            super(column, null, false, false);
            this.column = column;
        }

        String column() {
            return column;
        }
    }
}
