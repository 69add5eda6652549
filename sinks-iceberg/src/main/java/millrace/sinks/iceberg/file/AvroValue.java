package millrace.sinks.iceberg.file;

import millrace.schemas.wire.Malformed;

/**
 * How one value of a writer's schema becomes values of a table's column. A record is passed over once before anything
 * is written, so that a column never holds half a row; writing then cannot fail.
 */
interface AvroValue {
    /** Passes over the value and verifies it; fills the slots of what it holds that is wanted before writing. */
    void check(AvroBytes in, RowSlots row) throws Malformed;

    /**
     * Writes a verified value to its leaf columns.
     *
     * @param definition the level at which the value's slot is present
     */
    void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed;

    /** Writes its absence. */
    void writeAbsent(LeafColumn[] leaves, int repetition, int definition);

    /** A value with no parts. */
    abstract class Plain implements AvroValue {
        final Shape shape;
        final int leaf;
        /** Where {@link #check} leaves the value; the slot's owner may be the row or this value alone. */
        private final int slot;
        private final RowSlots own = new RowSlots(1);

        Plain(Shape shape, int leaf, int slot) {
            this.shape = shape;
            this.leaf = leaf;
            this.slot = slot;
        }

        /** Reads the value into a slot. */
        abstract void load(AvroBytes in, RowSlots row, int slot) throws Malformed;

        @Override
        public final void check(AvroBytes in, RowSlots row) throws Malformed {
            if (slot >= 0) {
                load(in, row, slot);
            } else {
                load(in, own, 0);
            }
        }

        @Override
        public final void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            load(in, own, 0);
            shape.put(own, 0, leaves[leaf], repetition, definition);
        }

        @Override
        public final void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            leaves[leaf].absent(repetition, definition);
        }
    }

    /**
     * A union of one type, with or without null.
     *
     * @param branch of the value; every other one is null
     */
    record Union(AvroValue value, int branch, int branches) implements AvroValue {
        @Override
        public void check(AvroBytes in, RowSlots row) throws Malformed {
            if (in.readIndex(branches) == branch) {
                value.check(in, row);
            }
        }

        @Override
        public void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            if (in.readIndex(branches) == branch) {
                value.write(in, leaves, repetition, definition);
            } else {
                // Null comes only where the column is optional: absence is one level below presence.
                value.writeAbsent(leaves, repetition, definition - 1);
            }
        }

        @Override
        public void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            value.writeAbsent(leaves, repetition, definition);
        }
    }

    /** A union with null of which null never comes, as in a column of a key. */
    record NeverNull(AvroValue value, int branch, int branches) implements AvroValue {
        @Override
        public void check(AvroBytes in, RowSlots row) throws Malformed {
            if (in.readIndex(branches) != branch) {
                throw Malformed.bytes("a value", "null");
            }
            value.check(in, row);
        }

        @Override
        public void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            in.readIndex(branches);
            value.write(in, leaves, repetition, definition);
        }

        @Override
        public void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            throw new IllegalStateException("a value that is never null is absent");
        }
    }

    /** A nested value at the top level: its slot says where it starts, and writing begins there. */
    record Located(AvroValue value, int slot) implements AvroValue {
        @Override
        public void check(AvroBytes in, RowSlots row) throws Malformed {
            row.setNumber(slot, in.position);
            value.check(in, row);
        }

        @Override
        public void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            value.write(in, leaves, repetition, definition);
        }

        @Override
        public void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            value.writeAbsent(leaves, repetition, definition);
        }
    }

    /**
     * A record.
     *
     * @param fields in the writer's order
     * @param levels how many definition levels a field's slot adds: 1 where the column is optional
     * @param missing leaves of the columns that the writer does not have, all of them optional
     */
    record Struct(AvroValue[] fields, int[] levels, int[] missing) implements AvroValue {
        @Override
        public void check(AvroBytes in, RowSlots row) throws Malformed {
            for (AvroValue field : fields) {
                field.check(in, row);
            }
        }

        @Override
        public void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            for (int i = 0; i < fields.length; i++) {
                fields[i].write(in, leaves, repetition, definition + levels[i]);
            }
            for (int leaf : missing) {
                leaves[leaf].absent(repetition, definition);
            }
        }

        @Override
        public void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            for (AvroValue field : fields) {
                field.writeAbsent(leaves, repetition, definition);
            }
            for (int leaf : missing) {
                leaves[leaf].absent(repetition, definition);
            }
        }
    }

    /**
     * An array or map. Only values without a slot stand inside, since a row has many of them.
     *
     * @param item the element or the map's value
     * @param key reads a map's keys; null for an array
     * @param repetitionLevel of the items after the first
     * @param itemLevels definition levels between the item's slot and the list's: the repeated group, and one more if
     *        items are optional
     */
    record Repeated(AvroValue item, AvroValue key, int repetitionLevel, int itemLevels,
            boolean itemsTakeBytes) implements AvroValue {
        @Override
        public void check(AvroBytes in, RowSlots row) throws Malformed {
            for (int count = in.readBlock(itemsTakeBytes); count > 0; count = in.readBlock(itemsTakeBytes)) {
                for (int i = 0; i < count; i++) {
                    if (key != null) {
                        key.check(in, row);
                    }
                    item.check(in, row);
                }
            }
        }

        @Override
        public void write(AvroBytes in, LeafColumn[] leaves, int repetition, int definition) throws Malformed {
            int level = repetition;
            for (int count = in.readBlock(itemsTakeBytes); count > 0; count = in.readBlock(itemsTakeBytes)) {
                for (int i = 0; i < count; i++) {
                    if (key != null) {
                        key.write(in, leaves, level, definition + 1);
                    }
                    item.write(in, leaves, level, definition + itemLevels);
                    level = repetitionLevel;
                }
            }
            if (level == repetition) {
                writeAbsent(leaves, repetition, definition);
            }
        }

        @Override
        public void writeAbsent(LeafColumn[] leaves, int repetition, int definition) {
            if (key != null) {
                key.writeAbsent(leaves, repetition, definition);
            }
            item.writeAbsent(leaves, repetition, definition);
        }
    }
}
