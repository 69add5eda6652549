package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import millrace.sinks.iceberg.file.LeafColumn;
import millrace.sinks.iceberg.file.PlainValue;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The live rows of one file, in their order, whose columns are copied independently of one another. Rows are ready a row
 * group at a time, until every column has copied them.
 */
final class ColumnSource implements AutoCloseable {
    private static final int MOST_FIXED_BYTES = 16;

    private final DataFile file;
    private final Schema schema;
    private final List<PartitionField> partition;
    private final ParquetFileReader reader;
    private final MessageType type;
    private final MessageType stored;
    /** The file's column for each one of the type; null where it has none. */
    private final ColumnDescriptor[] columns;
    private final BitSet dead;
    private final int liveRows;

    private final ColumnCursor[] cursors;
    private final int[] positions;
    private int nextGroup;
    private int groupEnd;
    private int ready;
    private int left;

    /**
     * @param task of a Parquet file in which no row is deleted by its values
     * @param schema of the rows that are written, and so is the type
     */
    static ColumnSource open(Table table, FileScanTask task, Schema schema, MessageType type) throws IOException {
        ParquetFileReader reader = new ParquetSource(table.io().newInputFile(task.file())).open();
        ColumnSource source = null;
        try {
            source = new ColumnSource(table, task, schema, type, reader);
            return source;
        } finally {
            if (source == null) {
                reader.close();
            }
        }
    }

    private ColumnSource(Table table, FileScanTask task, Schema schema, MessageType type, ParquetFileReader reader) {
        this.schema = schema;
        this.reader = reader;
        this.type = type;
        file = task.file();
        partition = task.spec().fields();
        dead = dead(table, task);
        liveRows = Math.toIntExact(file.recordCount()) - dead.cardinality();
        left = liveRows;
        long rows = reader.getRowGroups().stream().mapToLong(BlockMetaData::getRowCount).sum();
        if (rows != file.recordCount() || dead.length() > rows) {
            throw new IllegalStateException("a file has " + rows + " rows, of which row " + dead.length()
                    + " is dead, and the table says " + file.recordCount());
        }
        MessageType all = reader.getFooter().getFileMetaData().getSchema();
        stored = ParquetSchemaUtil.hasIds(all) ? ParquetSchemaUtil.pruneColumns(all, schema) : all;
        Map<String, ColumnDescriptor> byIds = new HashMap<>();
        stored.getColumns().forEach(c -> byIds.put(ids(stored, c), c));
        columns = type.getColumns().stream().map(c -> byIds.get(ids(type, c))).toArray(ColumnDescriptor[]::new);
        cursors = new ColumnCursor[columns.length];
        positions = new int[columns.length];
    }

    private static BitSet dead(Table table, FileScanTask task) {
        BitSet dead = new BitSet();
        if (!task.deletes().isEmpty()) {
            new BaseDeleteLoader(d -> table.io().newInputFile(d.location()))
                    .loadPositionDeletes(task.deletes(), task.file().location())
                    .forEach(p -> dead.set(Math.toIntExact(p)));
        }
        return dead;
    }

    /**
     * A column's path as Iceberg knows it, by ids where it has them: names change. With what may be absent or repeated on
     * the way there, which levels count.
     */
    private static String ids(MessageType type, ColumnDescriptor column) {
        StringBuilder path = new StringBuilder();
        for (int depth = 1; depth <= column.getPath().length; depth++) {
            Type part = type.getType(Arrays.copyOf(column.getPath(), depth));
            path.append('/').append(part.getId() == null ? part.getName() : part.getId().toString());
            if (column.getPath().length > 1) {
                path.append(' ').append(part.getRepetition());
            }
        }
        return path.toString();
    }

    /** Whether each column is as it will be written, or can be made so value by value. */
    boolean isPossible() {
        if (!ParquetSchemaUtil.hasIds(stored) || Arrays.stream(columns).allMatch(c -> c == null)) {
            return false;
        }
        for (int i = 0; i < columns.length; i++) {
            ColumnDescriptor target = type.getColumns().get(i);
            if (columns[i] == null ? !mayBeAbsent(target) : !isAlike(columns[i], target)) {
                return false;
            }
        }
        return true;
    }

    /** Not if it has a value from elsewhere then than a default: what is the partition's. */
    private boolean mayBeAbsent(ColumnDescriptor target) {
        if (target.getPath().length > 1) {
            return false;
        }
        int id = target.getPrimitiveType().getId().intValue();
        NestedField field = schema.findField(id);
        boolean known = field.initialDefault() == null
                ? target.getMaxDefinitionLevel() > 0
                : PlainValue.of(field.type(), field.initialDefault()).isPresent();
        return known && partition.stream().noneMatch(f -> f.sourceId() == id);
    }

    private static boolean isAlike(ColumnDescriptor from, ColumnDescriptor to) {
        PrimitiveType a = from.getPrimitiveType();
        PrimitiveType b = to.getPrimitiveType();
        boolean sameValues = a.getPrimitiveTypeName() == b.getPrimitiveTypeName()
                && Objects.equals(a.getLogicalTypeAnnotation(), b.getLogicalTypeAnnotation())
                || isWidened(a, b);
        boolean sameLevels = from.getMaxRepetitionLevel() == to.getMaxRepetitionLevel()
                && from.getMaxDefinitionLevel() == to.getMaxDefinitionLevel();
        boolean flat = from.getPath().length == 1 && to.getPath().length == 1 && from.getMaxRepetitionLevel() == 0
                && from.getMaxDefinitionLevel() <= to.getMaxDefinitionLevel();
        return sameValues && (sameLevels || flat) && switch (b.getPrimitiveTypeName()) {
            case FIXED_LEN_BYTE_ARRAY -> b.getTypeLength() == a.getTypeLength()
                    && b.getTypeLength() <= MOST_FIXED_BYTES;
            case INT96 -> false;
            default -> true;
        };
    }

    private static boolean isWidened(PrimitiveType from, PrimitiveType to) {
        if (from.getLogicalTypeAnnotation() != null || to.getLogicalTypeAnnotation() != null) {
            return false;
        }
        return from.getPrimitiveTypeName() == PrimitiveTypeName.INT32
                && to.getPrimitiveTypeName() == PrimitiveTypeName.INT64
                || from.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT
                        && to.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE;
    }

    DataFile file() {
        return file;
    }

    /** Positions of the rows that are dead. */
    BitSet dead() {
        return dead;
    }

    int liveRows() {
        return liveRows;
    }

    /** How many live rows every column can copy now; 0 only at the end. */
    int ready() throws IOException {
        while (ready == 0 && nextGroup < reader.getRowGroups().size()) {
            readGroup(Math.toIntExact(reader.getRowGroups().get(nextGroup++).getRowCount()));
        }
        return ready;
    }

    private void readGroup(int rows) throws IOException {
        int start = groupEnd;
        groupEnd = Math.addExact(start, rows);
        ready = rows - dead.get(start, groupEnd).cardinality();
        if (ready == 0) {
            reader.skipNextRowGroup();
            return;
        }
        reader.setRequestedSchema(stored);
        ColumnReadStore store = store(reader.readNextRowGroup());
        for (int i = 0; i < columns.length; i++) {
            cursors[i] = cursor(store, columns[i], type.getColumns().get(i));
            positions[i] = start;
        }
    }

    private ColumnReadStore store(PageReadStore pages) {
        return new ColumnReadStoreImpl(pages, new Nowhere(), stored,
                reader.getFooter().getFileMetaData().getCreatedBy());
    }

    /** Bytes that a column takes in pages that are not compressed. */
    long pageBytes(int column) {
        return chunks(column).mapToLong(ColumnChunkMetaData::getTotalUncompressedSize).sum();
    }

    /** How many values a column has, absent ones and those of dead rows too. */
    long values(int column) {
        return chunks(column).mapToLong(ColumnChunkMetaData::getValueCount).sum();
    }

    private Stream<ColumnChunkMetaData> chunks(int column) {
        return columns[column] == null
                ? Stream.empty()
                : reader.getRowGroups().stream().flatMap(g -> g.getColumns().stream())
                        .filter(c -> Arrays.equals(c.getPath().toArray(), columns[column].getPath()));
    }

    /** Copies all live rows of a column, whatever others have copied; returns what it took in the file. */
    long copyAll(int column, LeafColumn to) throws IOException {
        int start = 0;
        for (int group = 0; group < reader.getRowGroups().size(); group++) {
            int end = start + Math.toIntExact(reader.getRowGroups().get(group).getRowCount());
            int live = end - start - dead.get(start, end).cardinality();
            if (live > 0) {
                ColumnReadStore store = null;
                if (columns[column] != null) {
                    reader.setRequestedSchema(List.of(columns[column]));
                    store = store(reader.readRowGroup(group));
                }
                copy(cursor(store, columns[column], type.getColumns().get(column)), start, live, to);
            }
            start = end;
        }
        return chunks(column).mapToLong(ColumnChunkMetaData::getTotalSize).sum();
    }

    private ColumnCursor cursor(ColumnReadStore store, ColumnDescriptor column, ColumnDescriptor target) {
        int id = target.getPath().length == 1 ? target.getPrimitiveType().getId().intValue() : 0;
        ColumnCursor.Implied implied = id == MetadataColumns.ROW_ID.fieldId()
                ? new ColumnCursor.Implied(file.firstRowId(), 1)
                : id == MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.fieldId()
                        ? new ColumnCursor.Implied(file.dataSequenceNumber(), 0)
                        : null;
        if (column != null) {
            return new ColumnCursor.Stored(store.getColumnReader(column), target, implied);
        }
        if (implied != null) {
            return implied;
        }
        NestedField field = schema.findField(id);
        return field.initialDefault() == null
                ? new ColumnCursor.Absent()
                : new ColumnCursor.Same(PlainValue.of(field.type(), field.initialDefault()).orElseThrow(),
                        target.getMaxDefinitionLevel());
    }

    /** Copies a column of the next live rows; no more than are ready. */
    void copy(int column, int rows, LeafColumn to) {
        positions[column] = copy(cursors[column], positions[column], rows, to);
    }

    /** Copies live rows from a position on, where the cursor is; returns where it is then. */
    private int copy(ColumnCursor cursor, int from, int rows, LeafColumn to) {
        int at = from;
        int missing = rows;
        while (missing > 0) {
            int live = dead.nextClearBit(at);
            if (live > at) {
                cursor.skip(live - at);
                at = live;
            }
            int nextDead = dead.nextSetBit(at);
            int count = nextDead < 0 ? missing : Math.min(missing, nextDead - at);
            cursor.copy(at, count, to);
            at += count;
            missing -= count;
        }
        return at;
    }

    /** Every column has copied so many. Returns what they took in the file, dead rows beside them included. */
    long done(int rows) throws IOException {
        ready -= rows;
        left -= rows;
        if (ready == 0) {
            // The row group is in memory as long as they know it.
            Arrays.fill(cursors, null);
        }
        if (left == 0) {
            reader.close();
        }
        return file.fileSizeInBytes() * rows / liveRows;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** Where Parquet would put values together to rows. */
    private static final class Nowhere extends GroupConverter {
        private static final PrimitiveConverter VALUE = new PrimitiveConverter() {};

        @Override
        public Converter getConverter(int field) {
            return this;
        }

        @Override
        public PrimitiveConverter asPrimitiveConverter() {
            return VALUE;
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
