package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Type;

/**
 * The order of a table's rows as bytes: keys compared as unsigned bytes order as the sort order orders their rows. Each
 * column is a byte that says whether there is a value, then the value; text and bytes end in 00 00, with 00 FF for a
 * zero inside, so that a shorter one comes first and columns never run into each other.
 */
final class SortKey {
    private record Column(int slot, Type type, boolean descending, boolean nullsFirst) {}

    private final List<Column> columns;
    private final PageBuffer key = new PageBuffer(64);

    private SortKey(List<Column> columns) {
        this.columns = columns;
    }

    /** Field ids whose slots the order reads; empty if the table has no order that rows can be brought into. */
    static List<Integer> sources(SortOrder order) {
        boolean plain = order.fields().stream().allMatch(f -> f.transform().isIdentity());
        return plain ? order.fields().stream().map(SortField::sourceId).toList() : List.of();
    }

    static Optional<SortKey> of(SortOrder order, TableColumns table) {
        if (sources(order).isEmpty()) {
            return Optional.empty();
        }
        List<Column> columns = new ArrayList<>();
        for (SortField field : order.fields()) {
            columns.add(new Column(table.slot(field.sourceId()), table.schema.findType(field.sourceId()),
                    field.direction() == SortDirection.DESC, field.nullOrder() == NullOrder.NULLS_FIRST));
        }
        return Optional.of(new SortKey(columns));
    }

    byte[] of(RowSlots row) {
        key.clear();
        for (Column column : columns) {
            boolean isNull = row.absent[column.slot()];
            key.putByte(isNull == column.nullsFirst() ? 0 : 1);
            if (isNull) {
                continue;
            }
            int start = key.size;
            put(row, column);
            if (column.descending()) {
                for (int i = start; i < key.size; i++) {
                    key.bytes[i] = (byte) ~key.bytes[i];
                }
            }
        }
        return java.util.Arrays.copyOf(key.bytes, key.size);
    }

    private void put(RowSlots row, Column column) {
        int slot = column.slot();
        long number = row.number[slot];
        switch (column.type().typeId()) {
            case STRING, BINARY -> putBytes(row.source[slot], row.offset(slot), row.length(slot));
            case UUID -> {
                putBigEndian(row.high[slot]);
                putBigEndian(number);
            }
            case DECIMAL -> {
                // Small decimals keep their sign in the high half too.
                putBigEndian(row.high[slot] ^ Long.MIN_VALUE);
                putBigEndian(number);
            }
            case FLOAT -> putBigEndian(ordered(Double.doubleToLongBits(Float.intBitsToFloat((int) number))));
            case DOUBLE -> putBigEndian(ordered(Double.doubleToLongBits(Double.longBitsToDouble(number))));
            default -> putBigEndian(number ^ Long.MIN_VALUE);
        }
    }

    /** Bits of a double such that unsigned comparison orders as {@link Double#compare} does. */
    private static long ordered(long bits) {
        return bits ^ (bits >> 63 | Long.MIN_VALUE);
    }

    private void putBigEndian(long value) {
        key.putLong(Long.reverseBytes(value));
    }

    private void putBytes(byte[] source, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            key.putByte(source[i]);
            if (source[i] == 0) {
                key.putByte(0xff);
            }
        }
        key.putByte(0);
        key.putByte(0);
    }
}
