package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import millrace.sinks.iceberg.table.Compression;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** The same rows through Iceberg's and Parquet's own writers, for tables that ask for what our pages do not offer. */
final class IcebergFile implements RowFile {
    private final FileAppender<RowSlots> appender;
    private long rows;

    IcebergFile(OutputFile target, Table table, RowWriter writer, Compression compression, MetricsConfig metrics) {
        try {
            appender = Parquet.write(target).schema(table.schema()).setAll(compression.forIceberg(table.properties()))
                    .metricsConfig(metrics)
                    .createWriterFunc(type -> new Rows(type, writer)).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void add(RowSlots row) {
        appender.add(row);
        rows++;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long length() {
        return appender.length();
    }

    @Override
    public long bufferedBytes() {
        return appender.length();
    }

    @Override
    public void spill() {}

    @Override
    public FinishedFile close() {
        try {
            appender.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FinishedFile(appender.length(), appender.metrics(), appender.splitOffsets());
    }

    @Override
    public void abort() {
        try {
            appender.close();
        } catch (IOException | RuntimeException e) {
            // The file is deleted next.
            return;
        }
    }

    private static final class Rows implements ParquetValueWriter<RowSlots> {
        private final MessageType type;
        private final RowWriter writer;
        private final Leaf[] leaves;

        Rows(MessageType type, RowWriter writer) {
            this.type = type;
            this.writer = writer;
            leaves = type.getColumns().stream().map(Leaf::new).toArray(Leaf[]::new);
        }

        @Override
        public void write(int repetitionLevel, RowSlots row) {
            writer.write(row, leaves);
        }

        @Override
        public List<TripleWriter<?>> columns() {
            return List.of();
        }

        @Override
        public void setColumnStore(ColumnWriteStore store) {
            List<ColumnDescriptor> columns = type.getColumns();
            for (int i = 0; i < leaves.length; i++) {
                leaves[i].column = store.getColumnWriter(columns.get(i));
            }
        }

        @Override
        public Stream<FieldMetrics<?>> metrics() {
            return Stream.of(leaves).flatMap(Leaf::metrics);
        }
    }

    private static final class Leaf implements LeafColumn {
        private final PrimitiveTypeName type;
        private final int length;
        private final FloatingMetrics floating;
        private ColumnWriter column;

        Leaf(ColumnDescriptor descriptor) {
            type = descriptor.getPrimitiveType().getPrimitiveTypeName();
            length = descriptor.getPrimitiveType().getTypeLength();
            floating = type == PrimitiveTypeName.FLOAT || type == PrimitiveTypeName.DOUBLE
                    ? new FloatingMetrics(descriptor.getPrimitiveType())
                    : null;
        }

        Stream<FieldMetrics<?>> metrics() {
            return floating == null ? Stream.of() : floating.metrics();
        }

        @Override
        public void absent(int repetition, int definition) {
            column.writeNull(repetition, definition);
            if (floating != null) {
                floating.addNull();
            }
        }

        @Override
        public void number(long value, int repetition, int definition) {
            switch (type) {
                case BOOLEAN -> column.write(value != 0, repetition, definition);
                case INT32 -> column.write((int) value, repetition, definition);
                case INT64 -> column.write(value, repetition, definition);
                case FLOAT -> column.write((float) floating.add(value), repetition, definition);
                case DOUBLE -> column.write(floating.add(value), repetition, definition);
                case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> throw new IllegalStateException(type.toString());
            }
        }

        @Override
        public void wide(long high, long low, int repetition, int definition) {
            byte[] all = java.nio.ByteBuffer.allocate(16).putLong(high).putLong(low).array();
            column.write(Binary.fromConstantByteArray(all, 16 - length, length), repetition, definition);
        }

        @Override
        public void bytes(byte[] source, int offset, int count, int repetition, int definition) {
            column.write(Binary.fromReusedByteArray(source, offset, count), repetition, definition);
        }
    }
}
