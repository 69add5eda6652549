package millrace.sinks.iceberg.file;

/** Which method of a {@link LeafColumn} takes a value, and which fields of {@link RowSlots} hold it. */
enum Shape {
    NUMBER, WIDE, BYTES;

    void put(RowSlots row, int slot, LeafColumn leaf, int repetition, int definition) {
        switch (this) {
            case NUMBER -> leaf.number(row.number[slot], repetition, definition);
            case WIDE -> leaf.wide(row.high[slot], row.number[slot], repetition, definition);
            case BYTES -> leaf.bytes(row.source[slot], row.offset(slot), row.length(slot), repetition, definition);
        }
    }
}
