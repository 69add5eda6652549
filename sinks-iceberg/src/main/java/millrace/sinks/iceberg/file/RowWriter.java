package millrace.sinks.iceberg.file;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** Writes the slots of a row to the leaf columns of a file. */
final class RowWriter {
    private final TableColumns table;
    private final int[] definition;

    RowWriter(TableColumns table) {
        this.table = table;
        definition = new int[table.columns];
        for (int i = 0; i < table.columns; i++) {
            definition[i] = table.optional[i] ? 1 : 0;
        }
    }

    void write(RowSlots row, LeafColumn[] leaves) {
        for (int slot = 0; slot < definition.length; slot++) {
            int leaf = table.firstLeaf[slot];
            if (row.absent[slot]) {
                for (int end = table.firstLeaf[slot + 1]; leaf < end; leaf++) {
                    leaves[leaf].absent(0, 0);
                }
                continue;
            }
            switch (table.kind[slot]) {
                case NUMBER -> leaves[leaf].number(row.number[slot], 0, definition[slot]);
                case BYTES -> leaves[leaf].bytes(row.source[slot], row.offset(slot), row.length(slot), 0,
                        definition[slot]);
                case WIDE -> leaves[leaf].wide(row.high[slot], row.number[slot], 0, definition[slot]);
                case NESTED -> row.reader.writeNested(row, slot, leaves, definition[slot]);
                case VARIANT -> variant(row, slot, leaves[leaf], leaves[leaf + 1], definition[slot]);
                case HEADERS -> headers(row.headers, leaves[leaf], leaves[leaf + 1]);
            }
        }
    }

    private static void variant(RowSlots row, int slot, LeafColumn names, LeafColumn value, int definition) {
        int length = (int) row.high[slot];
        names.bytes(row.source[slot], row.offset(slot), length, 0, definition);
        value.bytes(row.source[slot], row.offset(slot) + length, row.length(slot) - length, 0, definition);
    }

    /** An optional list of required structs of a required key and an optional value. */
    private static void headers(Headers headers, LeafColumn keys, LeafColumn values) {
        int repetition = 0;
        for (Header header : headers) {
            byte[] key = header.key().getBytes(StandardCharsets.UTF_8);
            keys.bytes(key, 0, key.length, repetition, 2);
            byte[] value = header.value();
            if (value == null) {
                values.absent(repetition, 2);
            } else {
                values.bytes(value, 0, value.length, repetition, 3);
            }
            repetition = 1;
        }
    }
}
