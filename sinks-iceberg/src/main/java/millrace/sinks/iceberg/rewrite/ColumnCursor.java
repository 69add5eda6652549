package millrace.sinks.iceberg.rewrite;

import java.nio.ByteBuffer;
import millrace.sinks.iceberg.file.LeafColumn;
import millrace.sinks.iceberg.file.PlainValue;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Goes through the values of one leaf column in a row group of a file, and copies those of some rows. */
interface ColumnCursor {
    /** Rows that are not copied. */
    void skip(int rows);

    /** @param position of the first of them in the file */
    void copy(long position, int rows, LeafColumn to);

    /** A column that the file does not have: no row has a value. */
    record Absent() implements ColumnCursor {
        @Override
        public void skip(int rows) {}

        @Override
        public void copy(long position, int rows, LeafColumn to) {
            for (int i = 0; i < rows; i++) {
                to.absent(0, 0);
            }
        }
    }

    /** A column that the file does not have, of which each of its rows has the same value. */
    record Same(PlainValue value, int definition) implements ColumnCursor {
        @Override
        public void skip(int rows) {}

        @Override
        public void copy(long position, int rows, LeafColumn to) {
            for (int i = 0; i < rows; i++) {
                value.give(to, 0, definition);
            }
        }
    }

    /**
     * A column of row lineage that the file does not have, since it follows from where the rows are.
     *
     * @param step from one row to the next
     */
    record Implied(long first, int step) implements ColumnCursor {
        @Override
        public void skip(int rows) {}

        @Override
        public void copy(long position, int rows, LeafColumn to) {
            for (int i = 0; i < rows; i++) {
                to.number(at(position + i), 0, 1);
            }
        }

        private long at(long position) {
            return first + position * step;
        }
    }

    /** A column that the file has. Such a one of row lineage says only of rows from other files what they have. */
    final class Stored implements ColumnCursor {
        private final ColumnReader reader;
        private final Implied otherwise;
        private final PrimitiveTypeName from;
        private final PrimitiveTypeName to;
        private final boolean signed;
        private final boolean repeated;
        private final boolean flat;
        private final int present;
        private final int presentThere;

        /** @param otherwise what rows have that hold no value; null if they have none */
        Stored(ColumnReader reader, ColumnDescriptor target, Implied otherwise) {
            this.reader = reader;
            this.otherwise = otherwise;
            ColumnDescriptor source = reader.getDescriptor();
            from = source.getPrimitiveType().getPrimitiveTypeName();
            to = target.getPrimitiveType().getPrimitiveTypeName();
            signed = source.getPrimitiveType().getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
            repeated = source.getMaxRepetitionLevel() > 0;
            flat = source.getPath().length == 1;
            present = source.getMaxDefinitionLevel();
            presentThere = target.getMaxDefinitionLevel();
        }

        @Override
        public void skip(int rows) {
            for (int i = 0; i < rows; i++) {
                do {
                    if (reader.getCurrentDefinitionLevel() == present) {
                        reader.skip();
                    }
                    reader.consume();
                } while (repeated && reader.getCurrentRepetitionLevel() != 0);
            }
        }

        @Override
        public void copy(long position, int rows, LeafColumn column) {
            for (int i = 0; i < rows; i++) {
                do {
                    int definition = reader.getCurrentDefinitionLevel();
                    if (definition == present) {
                        value(column, reader.getCurrentRepetitionLevel());
                    } else if (otherwise != null) {
                        otherwise.copy(position + i, 1, column);
                    } else {
                        column.absent(reader.getCurrentRepetitionLevel(), flat ? 0 : definition);
                    }
                    reader.consume();
                } while (repeated && reader.getCurrentRepetitionLevel() != 0);
            }
        }

        private void value(LeafColumn column, int repetition) {
            switch (from) {
                case BOOLEAN -> column.number(reader.getBoolean() ? 1 : 0, repetition, presentThere);
                case INT32 -> column.number(reader.getInteger(), repetition, presentThere);
                case INT64 -> column.number(reader.getLong(), repetition, presentThere);
                case FLOAT -> column.number(to == PrimitiveTypeName.DOUBLE
                        ? Double.doubleToRawLongBits(reader.getFloat())
                        : Float.floatToRawIntBits(reader.getFloat()), repetition, presentThere);
                case DOUBLE -> column.number(Double.doubleToRawLongBits(reader.getDouble()), repetition, presentThere);
                case BINARY -> bytes(column, reader.getBinary().toByteBuffer(), repetition);
                case FIXED_LEN_BYTE_ARRAY -> wide(column, reader.getBinary().toByteBuffer(), repetition);
                case INT96 -> throw new IllegalStateException(reader.getDescriptor().toString());
            }
        }

        private void bytes(LeafColumn column, ByteBuffer value, int repetition) {
            if (value.hasArray()) {
                column.bytes(value.array(), value.arrayOffset() + value.position(), value.remaining(), repetition,
                        presentThere);
            } else {
                byte[] copy = new byte[value.remaining()];
                value.get(copy);
                column.bytes(copy, 0, copy.length, repetition, presentThere);
            }
        }

        private void wide(LeafColumn column, ByteBuffer value, int repetition) {
            int length = value.remaining();
            long high = signed && value.get(value.position()) < 0 ? -1 : 0;
            long low = high;
            for (int i = 0; i < length; i++) {
                high = high << 8 | low >>> 56;
                low = low << 8 | value.get(value.position() + i) & 0xff;
            }
            column.wide(high, low, repetition, presentThere);
        }
    }
}
